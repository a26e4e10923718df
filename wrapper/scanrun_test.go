package wrapper_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
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

// states answers one message after another, and the last one for ever.
func states(messages ...string) *recorder {
	i := -1
	return &recorder{next: transport(func(r *http.Request) (*http.Response, error) {
		i = min(i+1, len(messages)-1)
		return response(r, 200, `{"DATA": "`+messages[i]+`"}`), nil
	})}
}

const pending, running, completed = "Scan is in Pending state", "Scan is in Running state", "Scan is in Completed state"

func TestWaitScanRun(t *testing.T) {
	for _, tt := range []struct {
		name     string
		messages []string
		options  wrapper.WaitOptions
		want     string
		took     time.Duration
	}{
		{"over at once", []string{completed}, wrapper.WaitOptions{}, completed, 0},
		{"default pace", []string{pending, running, running, completed}, wrapper.WaitOptions{}, completed, 15 * time.Second},
		{"own pace", []string{pending, running, completed}, wrapper.WaitOptions{Every: time.Minute}, completed, 2 * time.Minute},
		{"without a pause", []string{pending, running, completed}, wrapper.WaitOptions{Every: -1}, completed, 0},
		{"states in other letters", []string{"Scan is in PENDING state", "Scan is in running state", completed}, wrapper.WaitOptions{}, completed, 10 * time.Second},
		{"an unknown state ends it", []string{running, "Scan is in Hibernating state", completed}, wrapper.WaitOptions{}, "Scan is in Hibernating state", 5 * time.Second},
		{"a failure ends it", []string{running, "Scan is in Failed state"}, wrapper.WaitOptions{}, "Scan is in Failed state", 5 * time.Second},
		{"own states", []string{pending, running, completed, pending}, wrapper.WaitOptions{While: []string{"pending", "COMPLETED"}}, running, 5 * time.Second},
		{"an empty list is the default", []string{running, completed}, wrapper.WaitOptions{While: []string{}}, completed, 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec, start := states(tt.messages...), time.Now()
				got, err := newClient(t, rec).WaitScanRun(t.Context(), 789, tt.options)
				if err != nil || got == nil || got.DATA != tt.want {
					t.Errorf("got %+v, %v, want %q", got, err, tt.want)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if got := rec.requests[0].URL.RawQuery; got != "id=789&fields=status" {
					t.Errorf("asked for %s", got)
				}
			})
		})
	}
}

// TestWaitScanRunWithoutAState: nobody should read "done" into a message that names no state.
func TestWaitScanRunWithoutAState(t *testing.T) {
	for _, message := range []string{"", "Done", "Scan is in state", "Scan has finished"} {
		synctest.Test(t, func(t *testing.T) {
			got, err := newClient(t, states(running, message, completed)).WaitScanRun(t.Context(), 789, wrapper.WaitOptions{})
			wantKinds(t, err, "Unexpected")
			if got == nil || got.DATA != message {
				t.Errorf("got %+v, want the last status %q", got, message)
			}
			if !strings.Contains(err.Error(), "789") || message != "" && strings.Contains(err.Error(), message) {
				t.Errorf("the error does not name the run, or quotes the service: %v", err)
			}
		})
	}
}

func TestWaitScanRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		start := time.Now()
		got, err := newClient(t, states(pending, running)).WaitScanRun(ctx, 789, wrapper.WaitOptions{})
		if took := time.Since(start); took != 12*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v after %v", err, took)
		}
		wantKinds(t, err)
		if got == nil || got.DATA != running || !strings.Contains(err.Error(), "wait for scan run 789: context deadline exceeded") {
			t.Errorf("got %+v, %v, want the last status", got, err)
		}
	})
	t.Run("without a pause", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		polls := 0
		got, err := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
			if polls++; polls == 1000 {
				cancel()
			}
			return good(r)
		})).WaitScanRun(ctx, 789, wrapper.WaitOptions{Every: -1})
		if !errors.Is(err, context.Canceled) || got == nil || polls != 1000 {
			t.Errorf("got %+v, %v after %d polls", got, err, polls)
		}
	})
}

// TestWaitScanRunEndsWithAFailedPoll, and hands over the last status, if there was one.
func TestWaitScanRunEndsWithAFailedPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		polls := 0
		got, err := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
			if polls++; polls > 1 {
				return response(r, 404, ""), nil
			}
			return good(r)
		})).WaitScanRun(t.Context(), 789, wrapper.WaitOptions{})
		wantKinds(t, err, "NotFound")
		if got == nil || got.DATA != running || polls != 2 {
			t.Errorf("got %+v after %d polls", got, polls)
		}
	})
	got, err := newClient(t, canned(404, "")).WaitScanRun(t.Context(), 789, wrapper.WaitOptions{})
	wantKinds(t, err, "NotFound")
	if got != nil {
		t.Errorf("got %+v", got)
	}
}
