package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxRequestBody is the longest body that ValidateRequest looks into.
const maxRequestBody = 8 << 20

// ValidateRequest holds a request against the contract: method and path, parameters, body. It returns nil or a
// *[Violation]. Host and credentials do not matter to it. The request stays as it was: its body, which is read
// up to 8 MiB, can be read again.
func (v *Validator) ValidateRequest(r *http.Request) error {
	m, err := v.find(r)
	if err != nil {
		return err
	}
	rep := &report{}
	body, err := readBody(r)
	switch {
	case errors.Is(err, errTooLong):
		rep.add(tooLong(maxRequestBody))
	case err != nil:
		rep.add(unreadable)
	}
	m.checkRequest(r, body, err == nil, rep)
	return rep.violation(m.name)
}

// checkRequest checks everything but the operation itself.
func (m match) checkRequest(r *http.Request, body string, hasBody bool, rep *report) {
	m.checkParameters(r.Header, rep)
	m.checkQuery(r.URL.RawQuery, rep)
	for _, p := range m.others {
		m.checkOther(p, r, rep)
	}
	switch {
	case !hasBody:
	case m.body != nil:
		m.checkBody(r, body, rep)
	case body != "":
		rep.add(Problem{In: "body", Reason: "is not expected: this operation takes none"})
	}
}

var (
	errTooLong = errors.New("body too long")
	unreadable = Problem{In: "body", Reason: "could not be read"}
)

func tooLong(limit int64) Problem {
	return Problem{In: "body", Reason: fmt.Sprintf("is longer than %d bytes", limit)}
}

// readBody reads the body and puts it back.
func readBody(r *http.Request) (string, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return "", nil
	}
	var buffer bytes.Buffer
	if n := r.ContentLength; 0 < n && n <= maxRequestBody {
		buffer.Grow(int(n) + bytes.MinRead)
	}
	n, err := buffer.ReadFrom(io.LimitReader(r.Body, maxRequestBody+1))
	read := bytes.NewReader(buffer.Bytes())
	switch {
	case err != nil:
		r.Body = putBack{io.MultiReader(read, broken{err}), r.Body}
		return "", err
	case n > maxRequestBody:
		r.Body = putBack{io.MultiReader(read, r.Body), r.Body}
		return "", errTooLong
	}
	_ = r.Body.Close() // it was read to its end
	r.Body = io.NopCloser(read)
	return buffer.String(), nil
}

// putBack is a body of which a part was read.
type putBack struct {
	io.Reader
	io.Closer
}

// broken fails as the body did.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// requestBody is what the contract says of an operation's body.
type requestBody struct {
	described *openapi3.RequestBody
	required  bool
	types     []string        // the media types, in order
	json      map[string]rule // those of them that are JSON and have a schema
}

func newRequestBody(described *openapi3.RequestBody) *requestBody {
	b := &requestBody{described: described, required: described.Required, json: map[string]rule{}}
	for name, media := range described.Content {
		b.types = append(b.types, name)
		if isJSON(name) && media.Schema != nil && media.Schema.Value != nil {
			b.json[name] = newRule(media.Schema, inRequest)
		}
	}
	slices.Sort(b.types)
	return b
}

// isJSON knows application/json and its relatives, application/…+json.
func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

func (m match) checkBody(r *http.Request, body string, rep *report) {
	if body == "" {
		if m.body.required {
			rep.add(Problem{In: "body", Reason: "is required"})
		}
		return
	}
	mediaType, err := m.body.mediaType(r.Header.Values("Content-Type"))
	if err != nil {
		rep.add(Problem{In: "header", Name: "Content-Type", Reason: err.Error()})
		// The body is looked at all the same where it can only be the one type.
		if len(m.body.types) != 1 {
			return
		}
		mediaType = m.body.types[0]
	}
	rule, hasRule := m.body.json[mediaType]
	switch {
	case hasRule:
		checkJSON(body, "body", rule, rep)
	case isJSON(mediaType):
		readJSON(body, "body", rep)
	case err == nil:
		m.checkOtherBody(r, body, rep)
	}
}

// mediaType finds the media type of the contract that the header names. Its errors are fit to be a reason.
func (b *requestBody) mediaType(header []string) (string, error) {
	switch {
	case len(header) == 0 || header[0] == "":
		return "", errors.New("is required, and must be " + list(b.types, " or "))
	case len(header) > 1:
		return "", fmt.Errorf("is given %d times, and one is meant", len(header))
	case slices.Contains(b.types, header[0]):
		return header[0], nil
	}
	given, _, err := mime.ParseMediaType(header[0])
	if err == nil || errors.Is(err, mime.ErrInvalidMediaParameter) {
		family, _, _ := strings.Cut(given, "/")
		for _, candidate := range []string{given, family + "/*", "*/*"} {
			if slices.Contains(b.types, candidate) {
				return candidate, nil
			}
		}
	}
	return "", errors.New("must be " + list(b.types, " or "))
}

// checkJSON checks a text that has to be JSON, in its form and against the schema.
func checkJSON(text, in string, r rule, rep *report) {
	if value, ok := readJSON(text, in, rep); ok {
		r.check(value, Problem{In: in}, rep)
	}
}
