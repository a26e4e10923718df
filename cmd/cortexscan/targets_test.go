package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
)

func TestInWords(t *testing.T) {
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

// The flags whose values are documented are those that the contract lists values for, and their help names them.
func TestHelpListsDocumentedValues(t *testing.T) {
	var with []string
	for _, f := range targetFlags() {
		name := f.Names()[0]
		values := documentedValues(name)
		if values == nil {
			continue
		}
		with = append(with, name)
		if usage := flagUsage(f); !strings.HasSuffix(usage, ": "+strings.Join(values, ", ")) {
			t.Errorf("--%s: %s", name, usage)
		}
	}
	if got := strings.Join(with, " "); got != "platform status isolation" {
		t.Errorf("got %s", got)
	}
}

// Every filter that the contract documents has a flag.
func TestEveryDocumentedFilterHasAFlag(t *testing.T) {
	flags := map[string]bool{}
	for _, f := range listFilters {
		flags[f.filter().Field] = true
	}
	for _, f := range timeFilters {
		flags[f.filter(time.Now()).Field] = true
	}
	known := api.KnownFilters()
	for _, k := range known {
		if !flags[k.Field] {
			t.Errorf("%s is in the contract and has no flag: add it to listFilters or timeFilters in targets.go", k.Field)
		}
	}
	if len(known) == 0 {
		t.Error("the contract documents no filters")
	}
}

func TestParseList(t *testing.T) {
	const notOne = ": want one host name per line, without quotes, commas, or spaces"
	for name, c := range map[string]struct{ content, want string }{
		"lines":                      {"a\nb\n", "a b"},
		"no newline at the end":      {"a\nb", "a b"},
		"CRLF and a byte order mark": {"\ufeffa\r\nb\r\n", "a b"},
		"CR":                         {"a\rb", "a b"},
		"blank lines, comments":      {"\n # c, d\n\u200b\n\ta\t\n\n#\nb", "a b"},
		"nothing":                    {"", "FILE has no host names; nothing was sent"},
		"a byte order mark only":     {"\ufeff\n", "FILE has no host names; nothing was sent"},
		"UTF-16, little-endian":      {"\xff\xfea\x00", "FILE is encoded in UTF-16, or is not a text file: save it as UTF-8"},
		"UTF-16, big-endian":         {"\xfe\xff\x00a", "FILE is encoded in UTF-16, or is not a text file: save it as UTF-8"},
		"UTF-16 without a mark":      {"a\x00\n\x00", "FILE is encoded in UTF-16, or is not a text file: save it as UTF-8"},
		"Latin-1":                    {"a\nb\xe9", "FILE, line 2: not valid UTF-8: save the file as UTF-8"},
		"commas":                     {"a,b", "FILE, line 1" + notOne},
		"quotes":                     {"a\n\n\"b\"", "FILE, line 3" + notOne},
		"columns":                    {"a\tb", "FILE, line 1" + notOne},
		"a comment behind a name":    {"a # b", "FILE, line 1" + notOne},
		"no-break space":             {"a\u00a0b", "FILE, line 1" + notOne},
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
