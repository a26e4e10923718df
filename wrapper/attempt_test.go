package wrapper_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestAnswersThatLackWhatNetHTTPGives: those of a transport made for a test.
func TestAnswersThatLackWhatNetHTTPGives(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			noHeader := transport(func(r *http.Request) (*http.Response, error) {
				res, err := good(r)
				return &http.Response{StatusCode: 200, Body: res.Body}, err
			})
			if err := op.call(t, t.Context(), newClient(t, noHeader)); err != nil {
				t.Errorf("without a header: %v", err)
			}
			noBody := transport(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil })
			if err := op.call(t, t.Context(), newClient(t, noBody)); op.throughAPI() != (err == nil) {
				t.Errorf("without a body: %v", err)
			}
		})
	}
}

// TestBodiesAreClosed whatever becomes of the answer, so that its connection can be used again.
func TestBodiesAreClosed(t *testing.T) {
	for name, answer := range map[string]string{"a success": goodStatus, "an error": `{"err_msg": "m"}`, "too large": strings.Repeat("x", 9<<20), "empty": ""} {
		for _, status := range []int{200, 204, 302, 401, 503} {
			body := &closing{Reader: strings.NewReader(answer)}
			c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: http.Header{}, Body: body, ContentLength: -1}, nil
			}), once())
			_ = operations[0].call(t, t.Context(), c)
			if body.closed != 1 {
				t.Errorf("%s, %d: closed %d times", name, status, body.closed)
			}
		}
	}
}

type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }
