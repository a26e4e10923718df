package wrapper_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
)

func TestGetScanRunStatus(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"upper case", `{"DATA": "Scan is in Running state"}`, "Scan is in Running state"},
		{"lower case", `{"data": "Scan is in Running state"}`, "Scan is in Running state"},
		{"mixed case", `{"Data": "Scan is in Running state"}`, "Scan is in Running state"},
		{"as it came", `{"DATA": " \u001b[31mred\u001b[0m\n"}`, " \x1b[31mred\x1b[0m\n"},
		{"there and empty", `{"DATA": ""}`, ""},
		{"there, empty and in lower case", `{"data": ""}`, ""},
		{"members that nobody knows yet", `{"DATA": "x", "more": {"a": []}}`, "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newClient(t, canned(200, tt.body)).GetScanRunStatus(t.Context(), 789)
			if err != nil || got.DATA != tt.want {
				t.Errorf("got %+v, %v, want %q", got, err, tt.want)
			}
		})
	}
}

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
