package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/getkin/kin-openapi/routers"

	"example.com/cortexscan/api/internal/schema"
)

// requestBody is what the contract says of an operation's body.
type requestBody struct {
	required bool
	content  content
	route    *routers.Route
}

// check reports what is wrong with a body that is not empty, and with its Content-Type. One that can only be JSON is checked
// whatever the header says.
func (b *requestBody) check(r *http.Request, body []byte, rep *report) {
	given, err := b.content.contentType(r.Header.Values("Content-Type"))
	entry := b.content.find(given)
	if err != nil {
		rep.add(Problem{In: "header", Name: "Content-Type", Reason: err.Error()})
		if len(b.content) == 1 && b.content.json() != nil {
			entry, given = &b.content[0], b.content[0].mediaType
		}
	}
	switch {
	case entry == nil:
	case given.isJSON():
		rep.checkJSON(body, Problem{In: "body"}, entry.schema, schema.Request)
	default:
		checkFallbackBody(r, body, given.name, entry.media, b.route, rep)
	}
}

// maxRequestBody is the longest body that ValidateRequest looks into.
const maxRequestBody = 8 << 20

// bodyProblem describes an error of readBody.
func bodyProblem(err error) Problem {
	if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
		return Problem{In: "body", Reason: fmt.Sprintf("is longer than %d bytes", over.Limit)}
	}
	return Problem{In: "body", Reason: "cannot be read"}
}

// readBody reads the body and puts it back.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	var buffer bytes.Buffer
	if n := r.ContentLength; 0 < n && n <= maxRequestBody {
		buffer.Grow(int(n) + bytes.MinRead)
	}
	n, err := buffer.ReadFrom(io.LimitReader(r.Body, maxRequestBody+1))
	read := bytes.NewReader(buffer.Bytes())
	if n > maxRequestBody {
		err = &http.MaxBytesError{Limit: maxRequestBody}
	}
	if err != nil {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(read, r.Body), r.Body}
		return nil, err
	}
	_ = r.Body.Close() // it was read to its end
	r.Body = io.NopCloser(read)
	return buffer.Bytes(), nil
}
