package exchange

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// logged is one record.
type logged struct {
	level   slog.Level
	message string
	attrs   map[string]any
}

// logRecorder is a handler that keeps the records of a level and above.
type logRecorder struct {
	level   slog.Level
	records []logged
}

func (l *logRecorder) Enabled(_ context.Context, level slog.Level) bool { return level >= l.level }
func (l *logRecorder) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l *logRecorder) WithGroup(string) slog.Handler                    { return l }
func (l *logRecorder) Handle(_ context.Context, r slog.Record) error {
	attrs := map[string]any{}
	r.Attrs(func(a slog.Attr) bool { attrs[a.Key] = a.Value.Any(); return true })
	l.records = append(l.records, logged{r.Level, r.Message, attrs})
	return nil
}

// TestLogRecords: one record for each attempt, at debug, and one for each retry, at info, of just these attributes.
func TestLogRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &logRecorder{level: slog.LevelDebug}
		rec := inTurn(canned(429, "slow down", "Retry-After", "7"), notSent, canned(200, "fine"))
		do(t.Context(), t, newClient(transport(func(r *http.Request) (*http.Response, error) {
			<-time.After(2 * time.Second) // of the bubble's clock
			return rec.RoundTrip(r)
		}), func(c *Client) { c.Log = slog.New(log) }), http.MethodPost)

		attempt := func(n, status, bytes int64) logged {
			return logged{slog.LevelDebug, "cortexscan: attempt", map[string]any{
				"operation": "POST /v1/thing", "attempt": n, "status": status, "duration": 2 * time.Second, "bytes": bytes}}
		}
		retry := func(n, status int64, delay time.Duration) logged {
			return logged{slog.LevelInfo, "cortexscan: retry", map[string]any{
				"operation": "POST /v1/thing", "attempt": n, "status": status, "delay": delay}}
		}
		want := []logged{attempt(1, 429, 9), retry(1, 429, 7*time.Second), attempt(2, 0, 0), retry(2, 0, 0), attempt(3, 200, 4)}
		if !reflect.DeepEqual(log.records, want) {
			t.Errorf("got  %v\nwant %v", log.records, want)
		}
	})
}

func TestLogLevels(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelDebug: 5, slog.LevelInfo: 2, slog.LevelWarn: 0} {
		log := &logRecorder{level: level}
		do(t.Context(), t, newClient(canned(429, ""), func(c *Client) { c.Log = slog.New(log) }), http.MethodGet)
		if len(log.records) != want {
			t.Errorf("%v: %d records, want %d", level, len(log.records), want)
		}
	}
}

func TestOperation(t *testing.T) {
	if got := Operation(&http.Request{Method: http.MethodGet}); got != http.MethodGet {
		t.Errorf("without a URL: %q", got)
	}
	for path, want := range map[string]string{
		"/v1/thing?id=1": "GET /v1/thing", "/a%0Ab%1B%E2%80%AE": "GET /a b", "/" + strings.Repeat("a", 300): "GET /" + strings.Repeat("a", 247) + "…",
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		if got := Operation(r); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
