package text

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	words := []string{"hostname", "endpoint_id_list", "in", "gte", "lte", "isolated", "unisolated", "wait"}
	for typed, want := range map[string]string{
		"hostnmae": "hostname", "HOSTNAME": "hostname", "host-name": "hostname", "endpoint_id": "endpoint_id_list", "endpointIdList": "endpoint_id_list",
		"IN": "in", "gt": "gte", "isolate": "isolated", "un-isolated": "unisolated", "isolatd": "isolated", "wiat": "wait",
		"": "", "-": "", "x": "", "h": "", "ho": "", "contains": "", "hostnames of all": "hostname", strings.Repeat("hostname", 100): "",
	} {
		if got := Nearest(typed, words); got != want {
			t.Errorf("%s: got %q, want %q", typed, got, want)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "axc", 1}, {"abcd", "acbd", 1}, {"abc", "abcd", 1}, {"kitten", "sitting", 3}} {
		if got := edits(tt.a, tt.b); got != tt.want {
			t.Errorf("%s, %s: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
