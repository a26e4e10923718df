package exchange

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// ReadBody reads the body of a request once and closes it. The request's GetBody, which may belong to another body by now,
// is not used.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if closeErr := r.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("the request's body cannot be read: %w", err)
	}
	return body, nil
}

// Copy returns a copy of r with the body, which its owner may read and change.
func Copy(ctx context.Context, r *http.Request, body []byte) *http.Request {
	c := r.Clone(ctx)
	c.Body, c.GetBody, c.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		c.Body = newBody(body)
		c.GetBody = func() (io.ReadCloser, error) { return newBody(body), nil }
	}
	return c
}

// newBody is a reader that net/http recognizes as one in memory, so that it sends header and body in one packet.
func newBody(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
