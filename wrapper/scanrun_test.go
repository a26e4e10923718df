package wrapper_test

import (
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

const (
	pending, running  = "Scan is in Pending state", "Scan is in Running state"
	completed, failed = "Scan is in Completed state", "Scan is in Failed state"
)

func message(s string) transport { return canned(200, `{"DATA": "`+s+`"}`) }

// polls sends the responses in turn, and then the state Completed.
func polls(responses ...transport) *recorder {
	i := -1
	return &recorder{next: transport(func(r *http.Request) (*http.Response, error) {
		if i++; i < len(responses) {
			return responses[i](r)
		}
		return message(completed)(r)
	})}
}

// Without Until, the wait succeeds with the first state that is not in While. With Until, a state in neither list ends
// the wait with the status and ErrUnexpectedState. After a first successful poll, a temporary failure does not end the
// wait if the last successful poll is recent enough.
func TestWaitScanRun(t *testing.T) {
	const second, noKind = time.Second, "no kind"
	busy, asking := canned(503, ""), canned(429, "", "Retry-After", "20")
	badCertificate := failing(&tls.CertificateVerificationError{Err: errors.New("unknown authority")})
	says := func(messages ...string) (rts []transport) {
		for _, s := range messages {
			rts = append(rts, message(s))
		}
		return rts
	}
	for _, tt := range []struct {
		name      string
		responses []transport
		options   wrapper.WaitOptions
		want      string // the last message
		took      time.Duration
		kind      string // of the error; "" for no error
	}{
		{"at once", nil, wrapper.WaitOptions{}, completed, 0, ""},
		{"every 5 s by default", says(pending, running, running), wrapper.WaitOptions{}, completed, 15 * second, ""},
		{"every minute", says(pending, running), wrapper.WaitOptions{Every: time.Minute}, completed, 120 * second, ""},
		{"an unknown state ends it", says(running, "Scan is in Hibernating state"), wrapper.WaitOptions{}, "Scan is in Hibernating state", 5 * second, ""},
		{"other states in While", says(pending, running, completed, pending), wrapper.WaitOptions{While: []string{"pending", "COMPLETED"}}, running, 5 * second, ""},
		{"a message without a state", says(running, "Done"), wrapper.WaitOptions{}, "Done", 5 * second, "Unexpected"},
		{"until a state", says(pending, running), wrapper.WaitOptions{Until: []string{"Completed"}}, completed, 10 * second, ""},
		{"until a state that is in While by default", says(pending, running), wrapper.WaitOptions{Until: []string{"running"}}, running, 5 * second, ""},
		{"until a state with space around it", says(pending, running), wrapper.WaitOptions{Until: []string{" completed\n"}}, completed, 10 * second, ""},
		{"another state", says(running, failed), wrapper.WaitOptions{Until: []string{"Completed"}}, failed, 5 * second, "UnexpectedState"},
		{"a state that is not in While", says(running), wrapper.WaitOptions{While: []string{"Paused"}, Until: []string{"Completed"}}, running, 0, "UnexpectedState"},

		{"no response", []transport{good, notSent, notSent}, wrapper.WaitOptions{}, completed, 15 * second, ""},
		{"503, 502, 504, 429", []transport{good, busy, canned(502, ""), canned(504, ""), canned(429, "")}, wrapper.WaitOptions{}, completed, 25 * second, ""},
		{"Retry-After", []transport{good, asking}, wrapper.WaitOptions{Patience: 25 * second}, completed, 25 * second, ""},
		{"the base delay of the retries", []transport{good, busy}, wrapper.WaitOptions{Every: -1}, completed, second / 2, ""},
		{"a successful poll restarts the patience", []transport{good, busy, good, busy, good, busy}, wrapper.WaitOptions{Patience: 8 * second}, completed, 30 * second, ""},
		{"the patience runs out", []transport{good, busy, busy, busy, busy}, wrapper.WaitOptions{Patience: 15 * second}, running, 15 * second, "Server"},
		{"a Retry-After longer than the patience", []transport{good, asking}, wrapper.WaitOptions{Patience: 20 * second}, running, 5 * second, "RateLimited"},
		{"no patience", []transport{good, busy}, wrapper.WaitOptions{Patience: -1}, running, 5 * second, "Server"},
		{"no patience before the first successful poll", []transport{busy}, wrapper.WaitOptions{}, "", 0, "Server"},
		{"no response to the first poll", []transport{notSent}, wrapper.WaitOptions{}, "", 0, noKind},
		{"a refused certificate is permanent", []transport{good, badCertificate}, wrapper.WaitOptions{}, running, 5 * second, noKind},
		{"500 is permanent", []transport{good, canned(500, "")}, wrapper.WaitOptions{}, running, 5 * second, "Server"},
	} {
		synctest.Test(t, func(t *testing.T) {
			rec, start := polls(tt.responses...), time.Now()
			status, err := newClient(t, rec, once()).WaitScanRun(t.Context(), 789, tt.options)
			wantKinds(t, err, strings.Fields(strings.TrimPrefix(tt.kind, noKind))...)
			got, took := "", time.Since(start)
			if status != nil {
				got = status.DATA
			}
			if got != tt.want || took != tt.took || (err == nil) != (tt.kind == "") {
				t.Errorf("%s: got %q after %v, %v, want %q after %v", tt.name, got, took, err, tt.want, tt.took)
			}
			if (status == nil) != (tt.want == "") || rec.requests[0].URL.RawQuery != "id=789&fields=status" {
				t.Errorf("%s: got the status %v and the query %s", tt.name, status, rec.requests[0].URL.RawQuery)
			}
		})
	}
}

// The sequence contains the result of every poll, and ends with the status or the error that ends the wait.
func TestWatchScanRun(t *testing.T) {
	type pair struct{ state, err string }
	busy := canned(503, "")
	const unavailable = "wait for scan run 789: " + statusOperation + ": Service Unavailable (HTTP 503)"
	for _, tt := range []struct {
		responses []transport
		options   wrapper.WaitOptions
		want      []pair
	}{
		{[]transport{message(pending), message(running), busy, busy}, wrapper.WaitOptions{}, []pair{{"Pending", ""}, {"Running", ""}, {"Running", unavailable}, {"Running", unavailable}, {"Completed", ""}}},
		{[]transport{message(running), busy}, wrapper.WaitOptions{Patience: -1}, []pair{{"Running", ""}, {"Running", unavailable}}},
		{[]transport{message(running)}, wrapper.WaitOptions{Until: []string{"Failed"}},
			[]pair{{"Running", ""}, {"Completed", "wait for scan run 789: unexpected state: the run is Completed, which is in neither Until nor While"}}},
		{[]transport{busy}, wrapper.WaitOptions{}, []pair{{"", unavailable}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var seen []pair
			for status, err := range newClient(t, polls(tt.responses...), once()).WatchScanRun(t.Context(), 789, tt.options) {
				p := pair{state: status.State()}
				if err != nil {
					p.err = err.Error()
				}
				seen = append(seen, p)
			}
			if !slices.Equal(seen, tt.want) {
				t.Errorf("got  %q\nwant %q", seen, tt.want)
			}
		})
	}
	rec := &recorder{next: message(running)}
	for range newClient(t, rec).WatchScanRun(t.Context(), 789, wrapper.WaitOptions{Every: -1}) {
		if len(rec.requests) == 3 {
			break
		}
	}
	if len(rec.requests) != 3 {
		t.Errorf("got %d requests after a break, want 3", len(rec.requests))
	}
}
