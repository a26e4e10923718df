package faults_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// TestEveryAttemptIsSignedAnew shows that the timestamp is the moment of each attempt, that the nonce is new, and
// that the body is the same, byte for byte. (TestEveryCause shows the same for each of its cells.)
func TestEveryAttemptIsSignedAnew(t *testing.T) {
	for _, d := range doors {
		t.Run(d.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, tr := serveInBubble(t, status(429, "", "Retry-After: 10"))
				start := time.Now()
				err := d.call(t.Context(), newClient(t, s.url, tr, wrapper.WithRetry(wrapper.Retry{Attempts: 5, BaseDelay: -1})))
				wantKinds(t, err, "RateLimited")
				if s.count() != 5 {
					t.Fatalf("%d requests, want 5", s.count())
				}
				s.wantFresh(t)
				for i, e := range s.all() {
					want := start.Add(time.Duration(i) * 10 * time.Second).UnixMilli()
					if e.timestamp != strconv.FormatInt(want, 10) {
						t.Errorf("attempt %d: timestamp %s, want %d", i+1, e.timestamp, want)
					}
				}
			})
		})
	}
}

// TestBodyFromAReader shows that a body which can be read only once is sent whole on each attempt.
func TestBodyFromAReader(t *testing.T) {
	s := serve(t, status(429, ""))
	body := `{"request_data":{"filters":"all","incident_id":"` + strings.Repeat("4711", 50_000) + `"}}`
	once := io.MultiReader(strings.NewReader(body[:7]), strings.NewReader(body[7:]))
	_, err := newClient(t, s.url, newTransport(t)).API().AbortScanWithBodyWithResponse(safetyNet(t), "application/json", once)
	wantKinds(t, err, "RateLimited")
	if s.count() != 3 {
		t.Fatalf("%d requests, want 3", s.count())
	}
	s.wantFresh(t)
	if s.all()[2].body != body {
		t.Error("the third attempt's body is not the one that was given")
	}
}

// watchedBody counts how an answer's body is dealt with.
type watchedBody struct {
	io.ReadCloser
	ended, closed *atomic.Int32
	over          bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) && !b.over {
		b.over = true
		b.ended.Add(1)
	}
	return n, err
}

func (b *watchedBody) Close() error {
	b.closed.Add(1)
	return b.ReadCloser.Close()
}

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestAnswersAreDrainedAndClosed shows that an answer has been read to its end and closed before the next
// attempt begins, and before the call returns.
func TestAnswersAreDrainedAndClosed(t *testing.T) {
	long := strings.Repeat("wait a little. ", 20_000)
	for _, d := range doors {
		s := serve(t, func(x *exchange) bool {
			switch x.n {
			case 1:
				return x.reply(429, long)
			case 2:
				return x.send("HTTP/1.1 429 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbusy\r\n0\r\n\r\n")
			case 3:
				return x.reply(429, "")
			}
			return x.good()
		})
		tr := newTransport(t)
		var answers, ended, closed atomic.Int32
		watched := roundTrip(func(r *http.Request) (*http.Response, error) {
			if n := answers.Load(); ended.Load() != n || closed.Load() != n {
				t.Errorf("%s: of %d answers %d were read to the end and %d closed when the next attempt began", d.name, n, ended.Load(), closed.Load())
			}
			res, err := tr.RoundTrip(r)
			if err == nil {
				answers.Add(1)
				res.Body = &watchedBody{res.Body, &ended, &closed, false}
			}
			return res, err
		})
		err := d.call(safetyNet(t), newClient(t, s.url, watched, wrapper.WithRetry(wrapper.Retry{Attempts: 4, BaseDelay: -1})))
		if err != nil || answers.Load() != 4 || ended.Load() != 4 || closed.Load() != 4 {
			t.Errorf("%s: %v; of %d answers %d were read to the end and %d closed", d.name, err, answers.Load(), ended.Load(), closed.Load())
		}
	}
}
