package wrapper_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
)

func TestGetScanRunStatusQuery(t *testing.T) {
	for _, tt := range []struct {
		id     int64
		fields []string
		want   string
	}{
		{789, nil, "id=789&fields=status"},
		{789, []string{"status"}, "id=789&fields=status"},
		{789, []string{"status", "progress"}, "id=789&fields=status&fields=progress"},
		{math.MaxInt64, []string{"a b&c=d,e"}, "id=9223372036854775807&fields=a%20b%26c%3Dd%2Ce"},
		{-1, nil, "id=-1&fields=status"},
		{0, nil, "id=0&fields=status"},
	} {
		rec := &recorder{next: transport(good)}
		if _, err := newClient(t, rec).GetScanRunStatus(t.Context(), tt.id, tt.fields...); err != nil {
			t.Fatal(err)
		}
		r := rec.requests[0]
		if got := strings.ReplaceAll(r.URL.RawQuery, "+", "%20"); got != tt.want || r.Method != http.MethodGet {
			t.Errorf("%s ?%s, want ?%s", r.Method, got, tt.want)
		}
	}
	for _, blank := range []string{"", " ", "\u200b"} {
		rec := &recorder{next: transport(good)}
		_, err := newClient(t, rec).GetScanRunStatus(t.Context(), 1, "status", blank)
		wantKinds(t, err, "InvalidRequest")
		if len(rec.requests) != 0 || !strings.Contains(err.Error(), "a field is blank") {
			t.Errorf("%q: %d requests, %v", blank, len(rec.requests), err)
		}
	}
}
