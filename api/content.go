package api

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/internal/text"
)

// mediaType is a parsed media type or media range, from a Content-Type header or from the document.
type mediaType struct {
	name       string // in lower case, such as "application/json" or "application/*"
	parameters map[string]string
}

// parseMediaType returns an error if s is invalid. Even then, the result contains the name.
func parseMediaType(s string) (mediaType, error) {
	if s == "application/json" || s == "" { // the usual case
		return mediaType{name: s}, nil
	}
	name, parameters, err := mime.ParseMediaType(s)
	if err != nil {
		name, _, _ = strings.Cut(s, ";")
		name = strings.ToLower(strings.TrimSpace(name))
	}
	return mediaType{name: name, parameters: parameters}, err
}

func (m mediaType) isJSON() bool {
	return m.name == "application/json" || m.name == "text/json" || strings.HasSuffix(m.name, "+json")
}

func (m mediaType) isRange() bool { return strings.HasSuffix(m.name, "/*") }

// covers reports whether m is the same type as other, or a range that includes other. It ignores parameters.
func (m mediaType) covers(other mediaType) bool {
	family, _, _ := strings.Cut(other.name, "/")
	return m.name == other.name || m.name == family+"/*" || m.name == "*/*"
}

type documented struct {
	mediaType
	key    string // as the document spells it
	media  *openapi3.MediaType
	schema *schema.Schema
}

// content lists the documented media types of a body, with media ranges at the end.
type content []documented

func newContent(described openapi3.Content, c *schema.Compiler) content {
	var out content
	for _, key := range slices.Sorted(maps.Keys(described)) {
		parsed, _ := parseMediaType(key) // an invalid parameter is not an error here, because covers ignores parameters
		media := cmp.Or(described[key], &openapi3.MediaType{})
		out = append(out, documented{mediaType: parsed, key: key, media: media, schema: c.Compile(media.Schema)})
	}
	slices.SortStableFunc(out, func(a, b documented) int {
		return cmp.Compare(strings.Count(a.name, "*"), strings.Count(b.name, "*"))
	})
	return out
}

func (c content) find(given mediaType) *documented {
	return c.first(func(d documented) bool { return d.covers(given) })
}

// json returns the first JSON media type, or nil. It ignores media ranges.
func (c content) json() *documented { return c.first(func(d documented) bool { return d.isJSON() }) }

func (c content) first(is func(documented) bool) *documented {
	if i := slices.IndexFunc(c, is); i >= 0 {
		return &c[i]
	}
	return nil
}

// keys returns the media types as the document spells them, for error messages.
func (c content) keys() string {
	keys := make([]string, len(c))
	for i, d := range c {
		keys[i] = d.key
	}
	return text.List(keys, " or ")
}

// contentType parses and validates the Content-Type of a request. The message of an error becomes the Reason of a
// Problem.
func (c content) contentType(header []string) (mediaType, error) {
	switch {
	case len(header) > 1:
		return mediaType{}, errors.New(givenTimes(len(header)))
	case len(header) == 0 || strings.Trim(header[0], " \t") == "":
		return mediaType{}, errors.New("is required and must be " + c.keys())
	}
	given, err := parseMediaType(header[0])
	charset := cmp.Or(strings.ToLower(given.parameters["charset"]), "utf-8")
	switch {
	case c.find(given) == nil:
		return mediaType{}, errors.New("must be " + c.keys())
	case err != nil:
		return given, errors.New("has an invalid parameter")
	case given.isJSON() && !slices.Contains([]string{"utf-8", "utf8", "us-ascii"}, charset):
		return given, errors.New("must not specify a charset other than utf-8 or us-ascii, because JSON is always UTF-8")
	}
	return given, nil
}

type requestBody struct {
	required bool
	content  content
	route    *routers.Route
}

// check validates a non-empty body and its Content-Type. If the only documented media type is JSON, check validates the
// body even if the Content-Type is wrong.
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
		b.checkOther(r, body, given, entry, rep)
	}
}

// checkOther validates a body that is not JSON. If openapi3filter has no decoder for the media type, every body is
// valid.
func (b *requestBody) checkOther(r *http.Request, body []byte, given mediaType, entry *documented, rep *report) {
	if openapi3filter.RegisteredBodyDecoder(given.name) == nil {
		return
	}
	if given.name == "multipart/form-data" {
		body = typeParts(body, given.parameters["boundary"], entry)
	}
	clone := r.Clone(r.Context())
	clone.Body, clone.GetBody = io.NopCloser(bytes.NewReader(body)), nil
	input := &openapi3filter.RequestValidationInput{
		Request: clone, Route: b.route, Options: &openapi3filter.Options{SkipSettingDefaults: true},
	}
	described := &openapi3.RequestBody{Content: openapi3.Content{given.name: entry.media}}
	if openapi3filter.ValidateRequestBody(r.Context(), input, described) != nil {
		rep.add(Problem{In: "body", Reason: noMatch})
	}
}

// typeParts adds the Content-Type application/json to a part of a form if the part lacks a Content-Type and its schema
// is an object or a list of objects. In OpenAPI, such a part is JSON by default, but openapi3filter treats it as text.
// curl -F 'obj={…}' sends the part without a Content-Type.
func typeParts(body []byte, boundary string, entry *documented) []byte {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if w.SetBoundary(boundary) != nil {
		return body
	}
	for in := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := in.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return body
		}
		s := entry.schema.Property(part.FormName())
		if s.Types() == schema.Array {
			s = s.Items()
		}
		if part.Header.Get("Content-Type") == "" && entry.media.Encoding[part.FormName()] == nil && s.Types() == schema.Object {
			part.Header.Set("Content-Type", "application/json")
		}
		copied, err := w.CreatePart(part.Header)
		if err == nil {
			_, err = io.Copy(copied, part)
		}
		if err != nil {
			return body
		}
	}
	_ = w.Close() // cannot fail: w writes to memory
	return out.Bytes()
}

// maxRequestBody is the maximum length, in bytes, of a body that ValidateRequest accepts.
const maxRequestBody = 8 << 20

func bodyProblem(err error) Problem {
	if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
		return Problem{In: "body", Reason: fmt.Sprintf("is longer than %d bytes", over.Limit)}
	}
	return Problem{In: "body", Reason: "can't be read"}
}

// readBody returns the body of r. It also replaces r.Body, even after an error, so that the body can be read again.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBody+1))
	read := bytes.NewReader(body)
	if len(body) > maxRequestBody {
		err = &http.MaxBytesError{Limit: maxRequestBody}
	}
	if err != nil {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(read, r.Body), r.Body}
		return nil, err
	}
	_ = r.Body.Close() // the body was read completely, so an error does not matter
	r.Body = readBefore{read}
	return body, nil
}

// readBefore is a body that readBody has read into memory.
type readBefore struct{ *bytes.Reader }

func (readBefore) Close() error { return nil }

type response struct {
	headers []*parameter
	content content
}

func newResponse(described *openapi3.Response, c *schema.Compiler) *response {
	out := &response{content: newContent(described.Content, c)}
	for name, ref := range described.Headers {
		if p := newHeader(name, ref.Value, c); p != nil && !strings.EqualFold(name, "Content-Type") { // OpenAPI ignores this header
			out.headers = append(out.headers, p)
		}
	}
	slices.SortFunc(out.headers, func(a, b *parameter) int { return cmp.Compare(a.name, b.name) })
	return out
}

func (r *response) check(h http.Header, body []byte, mayBeEmpty bool, rep *report) {
	for _, p := range r.headers {
		p.check(h.Values(p.name), rep)
	}
	at := Problem{In: "response body"}
	entry, isJSON := r.entry(h.Get("Content-Type"), body)
	switch {
	case !isJSON || len(body) == 0 && mayBeEmpty:
	case len(body) == 0:
		rep.add(Problem{In: at.In, Reason: "is empty, but the spec documents a JSON body"})
	default:
		rep.checkJSON(body, at, entry.schema, schema.Response)
	}
}

// entry returns the documented media type that applies to a body, and whether the body must be JSON. The media type in
// the header applies if it is documented. Otherwise, a documented JSON type applies. For a media range,
// the body must be JSON if the header names a JSON type or the body looks like JSON.
func (r *response) entry(header string, body []byte) (*documented, bool) {
	given, _ := parseMediaType(header)
	found := r.content.find(given)
	switch {
	case found != nil && !found.isRange():
		return found, found.isJSON()
	case found == nil && r.content.json() != nil:
		return r.content.json(), true
	case found == nil:
		found = r.content.find(mediaType{name: "application/json"})
	}
	return found, found != nil && (given.isJSON() || looksLikeJSON(body))
}

func looksLikeJSON(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && (body[0] == '{' || body[0] == '[')
}
