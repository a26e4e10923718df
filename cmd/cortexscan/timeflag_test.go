package main

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	now := time.Date(2026, 11, 22, 21, 0, 0, 0, berlin)
	for _, c := range []struct{ text, want string }{
		{"2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"},
		{"2026-11-01T10:00:00.5+02:00", "2026-11-01T08:00:00.5Z"},
		{"2026-11-01", "2026-10-31T23:00:00Z"}, // midnight here
		{" 24h ", "2026-11-21T20:00:00Z"},
		{"7d", "2026-11-15T20:00:00Z"},
		{"1d12h", "2026-11-21T08:00:00Z"},
		{"90m", "2026-11-22T18:30:00Z"},
		{"1h30m", "2026-11-22T18:30:00Z"},
		{"0d1s", "2026-11-22T19:59:59Z"},

		{"", ""}, {"0", ""}, {"0h", ""}, {"0d", ""}, {"-24h", ""}, {"-7d", ""}, {"1d-12h", ""}, {"7", ""}, {"d", ""},
		{"7 d", ""}, {"1.5d", ""}, {"+7d", ""}, {"1d1d", ""}, {"yesterday", ""}, {"2026-13-01", ""}, {"22.11.2026", ""},
		{"1584983036945", ""}, {"99999999999d", ""}, {"106752d", ""}, {"106751d24h", ""},
	} {
		got, err := parseTime(c.text, now)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%q: got %v, want an error", c.text, got)
		case c.want != "" && err != nil:
			t.Errorf("%q: %v", c.text, err)
		case c.want != "" && got.UTC().Format(time.RFC3339Nano) != c.want:
			t.Errorf("%q: got %v, want %s", c.text, got.UTC(), c.want)
		}
	}
}
