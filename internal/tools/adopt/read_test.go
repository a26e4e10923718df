package adopt

import (
	"strings"
	"testing"
)

func TestErrorsNameTheKindOfTheDocument(t *testing.T) {
	const paths = "\npaths: {}"
	for _, tt := range []struct{ name, content, want string }{
		{"empty", "", "the file is empty"},
		{"Swagger 2", "swagger: '2.0'" + paths, "Swagger 2.0: convert it"},
		{"a Postman collection", `{"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}}`, "Postman collection"},
		{"a list", "[1]", "not an OpenAPI document"},
		{"HTML", "<!doctype html><title>Docs</title>", "HTML"},
		{"OpenAPI 4", "openapi: 4.0.0" + paths, "OpenAPI 4.0.0"},
		{"no paths", "openapi: 3.0.0", "no paths"},
		{"neither YAML nor JSON", "a: [", "not valid YAML or JSON"},
		{"aliases that expand to too much", "openapi: 3.0.0\nx0: &x0 [a,a,a,a,a,a,a,a,a,a]\n" + bomb(), "expand to more than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read("other.yaml", []byte(tt.content))
			if err == nil || !strings.HasPrefix(err.Error(), "read other.yaml: ") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, tt.want)
			}
		})
	}
}

// bomb returns nine YAML lists, each with ten aliases of the previous list.
func bomb() string {
	var b strings.Builder
	for i := range 9 {
		from, to := string(rune('0'+i)), string(rune('1'+i))
		b.WriteString("x" + to + ": &x" + to + " [" + strings.Repeat("*x"+from+", ", 10) + "]\n")
	}
	return b.String() + "paths: {}"
}

func TestValuesOfJSONAndYAMLAreRead(t *testing.T) {
	for _, tt := range []struct{ name, content, want string }{
		{"JSON escapes that YAML lacks", `{"openapi":"3.0.0","paths":{},"x":"\ud83d\ude00\/\u2028\b\u001f"}`, "😀/\u2028\b\x1f"},
		{"JSON after a byte order mark", "\ufeff" + `{"openapi":"3.0.0","paths":{},"x":"a"}`, "a"},
		{"a duplicate name in JSON: the last value is used", `{"openapi":"3.0.0","paths":{},"x":"a","x":"b"}`, "b"},
		{"an unquoted version", "openapi: 3.1\npaths: {}\nx: a", "a"},
		{"a key that is a number", "openapi: 3.0.0\npaths: {}\n200: {}\nx: a", "a"},
		{"an alias", "openapi: 3.0.0\npaths: {}\ny: &y a\nx: *y", "a"},
		{"a merge key", "openapi: 3.0.0\npaths: {}\ny: &y {x: a, openapi: 2}\n<<: *y", "a"},
		{"two merge keys: the first value is used", "openapi: 3.0.0\npaths: {}\n<<: [{x: a}, {x: b}]", "a"},
		{"an application-specific tag", "openapi: 3.0.0\npaths: {}\nx: !include a.yaml", "a.yaml"},
		{"an octal number", "openapi: 3.0.0\npaths: {}\nx: 0o17", "15"},
		{"a number beyond float64", `{"openapi":"3.0.0","paths":{},"x":1e400}`, "1e400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Read("other", []byte(tt.content))
			if err != nil {
				t.Fatal(err)
			}
			if got := str(get(d.root, "x")); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
