package text

import (
	"strings"
	"testing"
)

func TestNearestFindsSimilarWords(t *testing.T) {
	words := []string{"hostname", "endpoint_id_list", "in", "gte", "lte", "isolated", "unisolated", "wait"}
	for typed, want := range map[string]string{
		"hostnmae": "hostname", "HOSTNAME": "hostname", "host-name": "hostname", "endpoint_id": "endpoint_id_list", "endpointIdList": "endpoint_id_list",
		"IN": "in", "gt": "gte", "isolate": "isolated", "un-isolated": "unisolated", "isolatd": "isolated", "wiat": "wait", "wxyz": "",
		"": "", "-": "", "x": "", "h": "", "ho": "", "contains": "", "hostnames of all": "hostname", strings.Repeat("hostname", 100): "",
	} {
		if got := Nearest(typed, words); got != want {
			t.Errorf("%s: got %q, want %q", typed, got, want)
		}
	}
}
