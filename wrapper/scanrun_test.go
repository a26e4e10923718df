package wrapper_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// states sends the messages in turn, and then repeats the last one.
func states(messages ...string) *recorder {
	i := -1
	return &recorder{next: transport(func(r *http.Request) (*http.Response, error) {
		i = min(i+1, len(messages)-1)
		return response(r, 200, `{"DATA": "`+messages[i]+`"}`), nil
	})}
}

const (
	pending, running, paused = "Scan is in Pending state", "Scan is in Running state", "Scan is in Paused state"
	completed, failed        = "Scan is in Completed state", "Scan is in Failed state"
)

// Without Until, any state that is not in While is a success. With Until, any other state is an ErrUnexpectedState, which comes
// with the status.
func TestWaitScanRun(t *testing.T) {
	for _, tt := range []struct {
		name     string
		messages []string
		options  wrapper.WaitOptions
		want     string
		took     time.Duration
		kind     string // of the error, if any
	}{
		{"at once", []string{completed}, wrapper.WaitOptions{}, completed, 0, ""},
		{"every 5 s by default", []string{pending, running, running, completed}, wrapper.WaitOptions{}, completed, 15 * time.Second, ""},
		{"every minute", []string{pending, running, completed}, wrapper.WaitOptions{Every: time.Minute}, completed, 2 * time.Minute, ""},
		{"an unknown state ends it", []string{running, "Scan is in Hibernating state", completed}, wrapper.WaitOptions{}, "Scan is in Hibernating state", 5 * time.Second, ""},
		{"other states in While", []string{pending, running, completed, pending}, wrapper.WaitOptions{While: []string{"pending", "COMPLETED"}}, running, 5 * time.Second, ""},
		{"a message without a state", []string{running, "Done", completed}, wrapper.WaitOptions{}, "Done", 5 * time.Second, "Unexpected"},
		{"until a state", []string{pending, running, completed}, wrapper.WaitOptions{Until: []string{"Completed"}}, completed, 10 * time.Second, ""},
		{"until a state that is in While by default", []string{pending, running, completed}, wrapper.WaitOptions{Until: []string{"running"}}, running, 5 * time.Second, ""},
		{"until a state with space around it", []string{pending, running, completed}, wrapper.WaitOptions{Until: []string{" completed\n"}}, completed, 10 * time.Second, ""},
		{"another state", []string{running, failed, completed}, wrapper.WaitOptions{Until: []string{"Completed"}}, failed, 5 * time.Second, "UnexpectedState"},
		{"a state that is not in While", []string{running, completed}, wrapper.WaitOptions{While: []string{"Paused"}, Until: []string{"Completed"}}, running, 0, "UnexpectedState"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec, start := states(tt.messages...), time.Now()
				got, err := newClient(t, rec).WaitScanRun(t.Context(), 789, tt.options)
				wantKinds(t, err, strings.Fields(tt.kind)...)
				if (err == nil) != (tt.kind == "") || got == nil || got.DATA != tt.want {
					t.Errorf("got %+v, %v, want %q", got, err, tt.want)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if got := rec.requests[0].URL.RawQuery; got != "id=789&fields=status" {
					t.Errorf("query %s", got)
				}
			})
		})
	}
}

func TestWaitScanRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	polls := 0
	got, err := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
		if polls++; polls == 9 {
			cancel()
		}
		return good(r)
	})).WaitScanRun(ctx, 789, wrapper.WaitOptions{Every: -1})
	if !errors.Is(err, context.Canceled) || got == nil || polls != 9 {
		t.Errorf("without a pause: %+v, %v after %d polls", got, err, polls)
	}
}

// polls sends the responses in turn, and then the state Completed.
func polls(responses ...transport) *recorder {
	i := -1
	return &recorder{next: transport(func(r *http.Request) (*http.Response, error) {
		if i++; i < len(responses) {
			return responses[i](r)
		}
		return response(r, 200, `{"DATA": "`+completed+`"}`), nil
	})}
}

func message(s string) transport { return canned(200, `{"DATA": "`+s+`"}`) }

// After a first successful poll, temporary failures do not end a wait while the last successful poll is recent enough.
func TestPatience(t *testing.T) {
	badCertificate := failing(&tls.CertificateVerificationError{Err: errors.New("unknown authority")})
	busy, asking := canned(503, ""), canned(429, "", "Retry-After", "20")
	for _, tt := range []struct {
		name      string
		responses []transport
		options   wrapper.WaitOptions
		took      time.Duration
		kinds     []string // of the error that ends the wait
	}{
		{"no response", []transport{good, notSent, notSent}, wrapper.WaitOptions{}, 15 * time.Second, nil},
		{"503, 502, 504, 429", []transport{good, busy, canned(502, ""), canned(504, ""), canned(429, "")}, wrapper.WaitOptions{}, 25 * time.Second, nil},
		{"Retry-After", []transport{good, asking}, wrapper.WaitOptions{Patience: 25 * time.Second}, 25 * time.Second, nil},
		{"the base delay of the retries", []transport{good, busy}, wrapper.WaitOptions{Every: -1}, 500 * time.Millisecond, nil},
		{"a successful poll restarts the patience", []transport{good, busy, good, busy, good, busy}, wrapper.WaitOptions{Patience: 8 * time.Second}, 30 * time.Second, nil},
		{"the patience runs out", []transport{good, busy, busy, busy, busy}, wrapper.WaitOptions{Patience: 15 * time.Second}, 15 * time.Second, []string{"Server"}},
		{"a Retry-After longer than the patience", []transport{good, asking}, wrapper.WaitOptions{Patience: 20 * time.Second}, 5 * time.Second, []string{"RateLimited"}},
		{"no patience", []transport{good, busy}, wrapper.WaitOptions{Patience: -1}, 5 * time.Second, []string{"Server"}},
		{"no patience before the first successful poll", []transport{busy}, wrapper.WaitOptions{}, 0, []string{"Server"}},
		{"no response to the first poll", []transport{notSent}, wrapper.WaitOptions{}, 0, []string{}},
		{"a refused certificate is permanent", []transport{good, badCertificate}, wrapper.WaitOptions{}, 5 * time.Second, []string{}},
		{"500 is permanent", []transport{good, canned(500, "")}, wrapper.WaitOptions{}, 5 * time.Second, []string{"Server"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				rec := polls(tt.responses...)
				got, err := newClient(t, rec, once()).WaitScanRun(t.Context(), 789, tt.options)
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v; %v", took, tt.took, err)
				}
				wantKinds(t, err, tt.kinds...)
				switch {
				case tt.kinds == nil && (err != nil || got.DATA != completed):
					t.Errorf("got %+v, %v", got, err)
				case tt.kinds != nil && err == nil:
					t.Errorf("got %+v, want an error", got)
				case tt.kinds != nil && len(rec.requests) > 1 && (got == nil || got.DATA != running):
					t.Errorf("got %+v with the error, want the last status", got)
				case tt.kinds != nil && len(rec.requests) == 1 && got != nil:
					t.Errorf("got %+v with the error of the first poll", got)
				}
			})
		})
	}
}

// The sequence has the result of every poll, and ends with the status or the error that ends the wait.
func TestWatchScanRun(t *testing.T) {
	type pair struct{ state, err string }
	watch := func(t *testing.T, rt http.RoundTripper, o wrapper.WaitOptions) (seen []pair) {
		for status, err := range newClient(t, rt, once()).WatchScanRun(t.Context(), 789, o) {
			p := pair{state: status.State()}
			if err != nil {
				p.err = err.Error()
			}
			seen = append(seen, p)
		}
		return seen
	}
	busy := canned(503, "")
	const unavailable = "wait for scan run 789: " + statusOperation + ": Service Unavailable (HTTP 503)"
	for _, tt := range []struct {
		name      string
		responses []transport
		options   wrapper.WaitOptions
		want      []pair
	}{
		{"until the end", []transport{message(pending), message(running)}, wrapper.WaitOptions{}, []pair{{"Pending", ""}, {"Running", ""}, {"Completed", ""}}},
		{"with failed polls", []transport{message(running), busy, busy}, wrapper.WaitOptions{}, []pair{{"Running", ""}, {"Running", unavailable}, {"Running", unavailable}, {"Completed", ""}}},
		{"until a failed poll", []transport{message(running), busy}, wrapper.WaitOptions{Patience: -1}, []pair{{"Running", ""}, {"Running", unavailable}}},
		{"until another state, in one pair", []transport{message(running)}, wrapper.WaitOptions{Until: []string{"Failed"}},
			[]pair{{"Running", ""}, {"Completed", "wait for scan run 789: unexpected state: the run is Completed, which is in neither Until nor While"}}},
		{"until a first poll that fails", []transport{busy}, wrapper.WaitOptions{}, []pair{{"", unavailable}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := watch(t, polls(tt.responses...), tt.options); !slices.Equal(got, tt.want) {
					t.Errorf("got  %q\nwant %q", got, tt.want)
				}
			})
		})
	}
	t.Run("no poll follows a break", func(t *testing.T) {
		rec := states(running)
		for range newClient(t, rec).WatchScanRun(t.Context(), 789, wrapper.WaitOptions{Every: -1}) {
			if len(rec.requests) == 3 {
				break
			}
		}
		if len(rec.requests) != 3 {
			t.Errorf("%d requests", len(rec.requests))
		}
	})
}
