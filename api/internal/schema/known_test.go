package schema

import (
	"slices"
	"strings"
	"testing"
)

func TestUnreadableKnownValues(t *testing.T) {
	const list, table = "must be a list of strings", "must be a mapping of the form {field:"
	for text, want := range map[string]string{
		`"a"`: list, `[]`: list, `[1]`: list, `true`: list,
		`{"a":["in"]}`: table, `{"a":{"operators":"in"}}`: table, `{"a":{"operators":["in"],"values":[true]}}`: table, `{"a":{"operators":["in"],"value":["a"]}}`: table,
		`{"a":{}}`: "the field a must have at least one operator",
	} {
		if _, err := tryCompile(`{"x-known-values":` + text + `}`); err == nil || !strings.Contains(err.Error(), "x-known-values: "+want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestAdvise(t *testing.T) {
	const (
		word   = `{"type":"string","x-known-values":["windows","linux","in_progress"]}`
		filter = `{"type":"object","x-known-values":{"hostname":{"operators":["in"]},"platform":{"operators":["in"],"values":["windows","linux"]},"first_seen":{"operators":["gte","lte"]}}}`
	)
	for _, tt := range []struct {
		name, schema, value string
		want                []string
	}{
		{"a typo", word, `"windwos"`, []string{"is not a documented value; did you mean windows?"}},
		{"nothing near", word, `"SECRET"`, []string{"is not a documented value (documented: windows, linux, in_progress)"}},
		{"in the alternative that matches", `{"oneOf":[{"type":"integer","x-known-values":["x"]},` + word + `]}`, `"linus"`, []string{"is not a documented value; did you mean linux?"}},
		{"in alternatives that do not match", `{"anyOf":[{"type":"string","maxLength":2,"x-known-values":["x"]},{"type":"string"}]}`, `"linus"`, nil},

		{"a documented filter", filter, `{"field":"platform","operator":"in","value":["windows","linux"]}`, nil},
		{"a misspelled field", filter, `{"field":"host_name","operator":"equals","value":["a"]}`, []string{"/field is not a documented field; did you mean hostname?"}},
		{"an unknown field", filter, `{"field":"os","operator":"in","value":["a"]}`, []string{"/field is not a documented field (documented: first_seen, hostname, platform)"}},
		{"another operator", filter, `{"field":"first_seen","operator":"lt","value":7}`, []string{"/operator is not a documented operator of the field first_seen; did you mean lte?"}},
		{"values", filter, `{"field":"platform","operator":"in","value":["windos","linux","BSD"]}`, []string{
			"/value/0 is not a documented value of the field platform; did you mean windows?",
			"/value/2 is not a documented value of the field platform (documented: windows, linux)"}},
		{"not a filter", filter, `{"field":7}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(compile(t, tt.schema).Advise(value(t, tt.value), 10)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
	many := compile(t, `{"items":`+word+`}`).Advise(value(t, `["a`+strings.Repeat(`","b`, 1000)+`"]`), 3)
	if len(many) != 3 {
		t.Errorf("got %d pieces of advice, want 3", len(many))
	}
}
