package main

import (
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

func TestTimesThatNoEndpointCanMatch(t *testing.T) {
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

func TestWarningNamesTheFlag(t *testing.T) {
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
