package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"example.com/cortexscan/api/internal/schema"
)

// requestBody is what the contract says of an operation's body.
type requestBody struct {
	required bool
	content  content
	route    *routers.Route
}

func newRequestBody(described *openapi3.RequestBody, route *routers.Route, c *schema.Compiler) *requestBody {
	return &requestBody{required: described.Required, content: newContent(described.Content, c), route: route}
}

// find returns the media type of a request and its entry in the contract, and reports what is wrong with the header. A body
// that can only be of one type is checked all the same.
func (b *requestBody) find(h http.Header, rep *report) (mediaType, *documented) {
	given, err := b.content.contentType(h.Values("Content-Type"))
	if err != nil {
		rep.add(Problem{In: "header", Name: "Content-Type", Reason: err.Error()})
		if len(b.content) == 1 && b.content.json() != nil {
			return b.content[0].mediaType, &b.content[0]
		}
	}
	return given, b.content.find(given)
}

// check reports what is wrong with a body that is not empty.
func (b *requestBody) check(r *http.Request, body []byte, rep *report) {
	switch given, entry := b.find(r.Header, rep); {
	case entry == nil:
	case given.isJSON():
		checkJSON(body, Problem{In: "body"}, entry.schema, schema.Request, rep)
	default:
		checkFallbackBody(r, body, given.name, entry.media, b.route, rep)
	}
}

// maxRequestBody is the longest body that ValidateRequest looks into.
const maxRequestBody = 8 << 20

var errTooLong = errors.New("body too long")

// bodyProblem describes an error of readBody.
func bodyProblem(err error) Problem {
	over := (*http.MaxBytesError)(nil)
	switch {
	case errors.As(err, &over):
		return tooLong(over.Limit)
	case errors.Is(err, errTooLong):
		return tooLong(maxRequestBody)
	}
	return Problem{In: "body", Reason: "cannot be read"}
}

func tooLong(limit int64) Problem {
	return Problem{In: "body", Reason: fmt.Sprintf("is longer than %d bytes", limit)}
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
	switch {
	case err != nil:
		r.Body = replayBody{io.MultiReader(read, failing{err}), r.Body}
		return nil, err
	case n > maxRequestBody:
		r.Body = replayBody{io.MultiReader(read, r.Body), r.Body}
		return nil, errTooLong
	}
	_ = r.Body.Close() // it was read to its end
	r.Body = io.NopCloser(read)
	return buffer.Bytes(), nil
}

// replayBody is a body of which a part was read.
type replayBody struct {
	io.Reader
	io.Closer
}

// failing fails as the body did.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
