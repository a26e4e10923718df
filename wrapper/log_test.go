package wrapper_test

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
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

// TestLogRecords: one record for each attempt, at debug, and one for each retry, at info, of just these
// attributes.
func TestLogRecords(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &logRecorder{level: slog.LevelDebug}
				attempts := 0
				rt := transport(func(r *http.Request) (*http.Response, error) {
					<-time.After(2 * time.Second) // of the bubble's clock
					switch attempts++; attempts {
					case 1:
						return response(r, 429, "slow down", "Retry-After", "7"), nil
					case 2:
						return neverLeft(r)
					}
					return good(r)
				})
				c := newClient(t, rt, wrapper.WithLogger(slog.New(log)), wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}))
				if err := op.call(t, t.Context(), c); err != nil {
					t.Fatal(err)
				}
				size := int64(len(goodStatus))
				if op.effect {
					size = int64(len(goodReply))
				}
				attempt := func(n, status, bytes int64) logged {
					return logged{slog.LevelDebug, "cortexscan: attempt", map[string]any{
						"operation": op.what, "attempt": n, "status": status, "duration": 2 * time.Second, "bytes": bytes}}
				}
				retry := func(n, status int64, delay time.Duration) logged {
					return logged{slog.LevelInfo, "cortexscan: retry", map[string]any{
						"operation": op.what, "attempt": n, "status": status, "delay": delay}}
				}
				want := []logged{
					attempt(1, 429, int64(len("slow down"))), retry(1, 429, 7*time.Second),
					attempt(2, 0, 0), retry(2, 0, 0),
					attempt(3, 200, size),
				}
				if !reflect.DeepEqual(log.records, want) {
					t.Errorf("got  %v\nwant %v", log.records, want)
				}
			})
		})
	}
}

func TestLogLevels(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelDebug: 5, slog.LevelInfo: 2, slog.LevelWarn: 0} {
		log := &logRecorder{level: level}
		c := newClient(t, canned(429, ""), wrapper.WithLogger(slog.New(log)), noWait())
		wantKinds(t, operations[0].call(t, t.Context(), c), "RateLimited")
		if len(log.records) != want {
			t.Errorf("%v: %d records, want %d", level, len(log.records), want)
		}
	}
}

// TestNothingIsLoggedOfARefusedRequest, since there is no attempt.
func TestNothingIsLoggedOfARefusedRequest(t *testing.T) {
	log := &logRecorder{level: slog.LevelDebug}
	_, err := newClient(t, transport(good), wrapper.WithLogger(slog.New(log))).AbortScan(t.Context(), wrapper.Targets{})
	if wantKinds(t, err, "InvalidRequest"); len(log.records) != 0 {
		t.Errorf("%d records", len(log.records))
	}
}
