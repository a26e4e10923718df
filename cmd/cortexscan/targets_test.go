package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

func TestConfirmationListsAtMostTenValues(t *testing.T) {
	many := make([]string, 13)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for want, values := range map[string][]string{
		"a":                             {"a"},
		"a\ufffd or b\u00e9 c":          {"a\u202e", "b\u00e9\nc"},
		strings.Join(many[:10], " or "): many[:10],
		"0 or 1 or 2 or 3 or 4 or 5 or 6 or 7 or 8 or 9 or one of 1 other":  many[:11],
		"0 or 1 or 2 or 3 or 4 or 5 or 6 or 7 or 8 or 9 or one of 3 others": many,
	} {
		if got := inWords(values); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFlagsMatchTheSpec(t *testing.T) {
	documented := map[string][]string{} // by field
	for _, f := range listFilters {
		documented[f.filter().Field] = f.documented
	}
	for _, f := range timeFilters {
		documented[f.filter(time.Now()).Field] = nil
	}
	known := api.KnownFilters()
	for _, k := range known {
		values, has := documented[k.Field]
		if !has || !slices.Equal(values, k.Values) {
			t.Errorf("%s: got the values %q, want those in the spec: %q", k.Field, values, k.Values)
		}
		delete(documented, k.Field)
	}
	if len(documented) > 0 || len(known) == 0 {
		t.Errorf("got fields that are not in the spec: %v", documented)
	}
}

func TestListsOfNamesAreParsed(t *testing.T) {
	const notOne = ": expected one host name per line, without quotes, commas or spaces"
	for name, c := range map[string]struct{ content, want string }{
		"lines":                      {"a\nb\n", "a b"},
		"CRLF and a byte order mark": {"\ufeffa\r\nb\r\n", "a b"},
		"blank lines, comments":      {"\n # c, d\n\u200b\n\ta\t\n\n#\nb", "a b"},
		"nothing":                    {"", "FILE contains no host names; nothing was sent"},
		"UTF-16, little-endian":      {"\xff\xfea\x00", "FILE is encoded in UTF-16, or is not a text file: save it as UTF-8"},
		"UTF-16 without a mark":      {"a\x00\n\x00", "FILE is encoded in UTF-16, or is not a text file: save it as UTF-8"},
		"Latin-1":                    {"a\nb\xe9", "FILE, line 2: not valid UTF-8: save the file as UTF-8"},
		"commas":                     {"a,b", "FILE, line 1" + notOne},
		"columns":                    {"a\tb", "FILE, line 1" + notOne},
		"a comment after a name":     {"a # b", "FILE, line 1" + notOne},
		"a no-break space":           {"a\u00a0b", "FILE, line 1" + notOne},
	} {
		values, err := parseList([]byte(c.content), "FILE", "host name")
		got := strings.Join(values, " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestEmptyTimeRangesGetAWarning(t *testing.T) {
	now := time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		times map[string]time.Duration // after now
		want  string
	}{
		{map[string]time.Duration{"seen-since": -2, "seen-until": -1}, ""},
		{map[string]time.Duration{"seen-since": -1, "seen-until": -1}, ""},
		{map[string]time.Duration{"seen-since": -1, "seen-until": -2}, "--seen-since is after --seen-until: no endpoint can match"},
		{map[string]time.Duration{"first-seen-since": -1, "first-seen-until": -2}, "--first-seen-since is after --first-seen-until: no endpoint can match"},
		{map[string]time.Duration{"first-seen-since": -1, "seen-until": -2}, "--first-seen-since is after --seen-until: no endpoint can match"},
		{map[string]time.Duration{"seen-since": -1, "first-seen-until": -2}, ""},
		{map[string]time.Duration{"seen-since": 1}, "--seen-since is in the future: no endpoint can match"},
		{map[string]time.Duration{"seen-until": 1}, ""},
	} {
		targets := &targets{}
		for flag, after := range c.times {
			targets.filters = append(targets.filters, filter{flag: flag, time: now.Add(after)})
		}
		if got := strings.Join(targets.timeWarnings(now), "; "); got != c.want {
			t.Errorf("%v: got %q, want %q", c.times, got, c.want)
		}
	}
}

func TestWarningsNameTheFlag(t *testing.T) {
	targets := &targets{filters: []filter{
		{EndpointFilter: wrapper.Platforms("linux", "win\u202e"), flag: "platform", values: []string{"linux", "win\u202e"}},
		{EndpointFilter: wrapper.Where("hostnam", "eq", "x"), flag: "where", values: []string{"x"}},
	}}
	for pointer, want := range map[string]string{
		"/request_data/filters/0/value/1":  `--platform: "win" is odd`,
		"/request_data/filters/1/field":    `--where: "hostnam" is odd`,
		"/request_data/filters/1/operator": `--where: "eq" is odd`,
		"/request_data/filters/1/value/9":  `--where: "" is odd`,
		"/request_data/filters/2/field":    "body /request_data/filters/2/field is odd",
		"/request_data/incident_id":        "body /request_data/incident_id is odd",
	} {
		if got := targets.advice(api.Problem{In: "body", Pointer: pointer, Reason: "is odd"}); got != want {
			t.Errorf("%s: got %q, want %q", pointer, got, want)
		}
	}
}
