package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
)

func TestConfirmationListsAtMostTenValues(t *testing.T) {
	many := strings.Fields("0 1 2 3 4 5 6 7 8 9 10 11 12")
	const ten = "0 or 1 or 2 or 3 or 4 or 5 or 6 or 7 or 8 or 9"
	for n, want := range map[int]string{1: "0", 10: ten, 11: ten + " or one of 1 other", 13: ten + " or one of 3 others"} {
		if got := inWords(many[:n]); got != want {
			t.Errorf("%d values: got %q, want %q", n, got, want)
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
