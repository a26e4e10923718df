package wrapper_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// FuzzFilters: what is sent reads back as what was meant, and never as every endpoint of the tenant.
func FuzzFilters(f *testing.F) {
	f.Add("hostname", "in", "laptop-17", "laptop-18", int64(1584983036945), "4711")
	f.Add("all", "all", "all", "all", int64(1), "all")
	f.Add("", " ", "\u200b", "\u00a0", int64(0), "")
	f.Add("f", "o", `"},"filters":"all"`, "\\", int64(-1), "\x00")
	f.Add("f\xff", "o\u2028", "\xff", "<&>\u2029", int64(1<<62), "\U0010ffff")
	f.Fuzz(func(t *testing.T, field, operator, first, second string, millis int64, incident string) {
		since := time.UnixMilli(millis)
		filters := []gen.EndpointFilter{wrapper.Where(field, operator, first, second), wrapper.Hostnames(first), wrapper.LastSeenSince(since)}
		body, err := sentBody(t, wrapper.Matching(filters...), wrapper.WithIncident(incident))
		if err != nil {
			if !errors.Is(err, wrapper.ErrInvalidRequest) || body != "" || !isCleanLine(err.Error()) {
				t.Fatalf("sent %q: %v", body, err)
			}
			return
		}
		for _, s := range []string{field, operator, first, second, incident} {
			if strings.TrimSpace(s) == "" {
				t.Fatalf("a blank text was sent: %s", body)
			}
			if !utf8.ValidString(s) {
				return // JSON has no way to send it
			}
		}
		if since.UnixMilli() <= 0 {
			t.Fatalf("the time %v was sent: %s", since, body)
		}
		var got gen.AbortScanRequest
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		want := gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: filters, IncidentID: incident}}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\nreads as %#v\nnot as   %#v", body, got, want)
		}
	})
}
