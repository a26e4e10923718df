package wrapper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"example.com/cortexscan/wrapper/internal/envelope"
	"example.com/cortexscan/wrapper/internal/exchange"
)

// pipeline validates, sends and checks the requests of all operations.
type pipeline struct {
	exchange          exchange.Client
	keyType           keyType
	userAgent         string
	requestValidator  RequestValidator
	responseValidator ResponseValidator
}

// call validates the request, sends it and returns the response if accept approves it. The given body replaces
// r.Body.
func (p *pipeline) call(ctx context.Context, r *http.Request, body []byte, accept func(*http.Response, []byte) error) (*exchange.Result, error) {
	if err := prepare(r); err != nil {
		return nil, &invalidRequestError{exchange.Operation(r), err}
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header["User-Agent"] = []string{p.userAgent}
	}
	if r.Header.Get("Accept") == "" {
		r.Header["Accept"] = []string{"application/json"}
	}
	if p.requestValidator != nil {
		if err := p.requestValidator.ValidateRequest(withBody(ctx, r, body)); err != nil {
			return nil, &invalidRequestError{exchange.Operation(r), err}
		}
	}
	res := p.exchange.Do(ctx, r, body)
	if err := check(r, res, p.keyType, accept); err != nil {
		return nil, err
	}
	res.Body = envelope.TrimMark(res.Body)
	if p.responseValidator != nil {
		if err := p.responseValidator.ValidateResponse(withBody(ctx, r, body), res.Response.StatusCode, res.Response.Header, res.Body); err != nil {
			return nil, failure(r, res, p.keyType, ErrInvalidResponse, err)
		}
	}
	return res, nil
}

// fetch sends r and decodes the response. The function missing returns the name of a required part that the body lacks, or
// "" if the body is complete.
func fetch[T any](ctx context.Context, p *pipeline, r *http.Request, body []byte, missing func(v *T, body []byte) string) (*T, error) {
	v := new(T)
	_, err := p.call(ctx, r, body, func(_ *http.Response, body []byte) error {
		var invalid *json.SyntaxError
		switch err := json.Unmarshal(body, v); {
		case len(body) == 0:
			return errors.New("the body is empty")
		case errors.As(err, &invalid):
			return errNotJSON
		case err != nil: // the error quotes parts of the body
			return errors.New("the body does not have the documented shape")
		}
		if what := missing(v, body); what != "" {
			return fmt.Errorf("the body has no %s", what)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

var errNotJSON = errors.New("the body is not JSON")

// Do sends a request of the generated client. It reads the request body once, after all request editors have run.
func (p *pipeline) Do(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, &invalidRequestError{exchange.Operation(r), err}
	}
	r.Header = r.Header.Clone() // requests may share a header that a request editor set
	res, err := p.call(r.Context(), r, body, acceptAny)
	if err != nil {
		return nil, err
	}
	response := *res.Response
	response.Request = r // the request as it was before it was signed
	response.Body = io.NopCloser(bytes.NewReader(res.Body))
	response.ContentLength = int64(len(res.Body))
	// The generated parser decodes the body if the Content-Type is JSON. A gateway may have removed that header. An empty body
	// must not be decoded.
	switch media := mediaType(response.Header); {
	case len(res.Body) == 0:
		response.Header = response.Header.Clone()
		response.Header.Del("Content-Type")
	case json.Valid(res.Body) && (media == "application/json" || !strings.Contains(media, "json")):
		// Any other JSON type remains, because the spec may document it.
		response.Header = response.Header.Clone()
		response.Header.Set("Content-Type", "application/json")
	}
	return &response, nil
}

// acceptAny approves any 2xx that an operation may document: an empty body, JSON that does not consist of error fields alone, and
// a media type other than JSON and HTML. A body counts as JSON if its bytes are JSON, whatever its Content-Type is.
func acceptAny(res *http.Response, body []byte) error {
	switch media := mediaType(res.Header); {
	case len(body) == 0:
		return nil
	case json.Valid(body):
		if envelope.IsErrorAlone(body) {
			return errors.New("the body has only error fields")
		}
		return nil
	case media == "":
		return errors.New("the body is not JSON, and the response has no valid Content-Type")
	case strings.Contains(media, "json"), media == "text/html", media == "application/xhtml+xml":
		// The generated parser, too, treats every type that contains "json" as JSON.
		return errNotJSON
	}
	return nil
}

// mediaType returns the type and subtype of the Content-Type in lower case, or "".
func mediaType(h http.Header) string {
	media, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if !strings.Contains(media, "/") {
		return ""
	}
	return media
}

// prepare changes the header names of r to their canonical form, and returns an error if r cannot be sent. net/http refuses
// most of these requests, too, but its errors do not show that nothing was sent.
func prepare(r *http.Request) error {
	isControl := func(c rune) bool { return c < ' ' && c != '\t' || c == '\x7f' }
	isSpace := func(c rune) bool { return c == ' ' || c == '\t' || isControl(c) }
	switch {
	case r.URL == nil || !strings.HasPrefix(r.URL.Path, "/"):
		return errors.New("the path of the request's URL does not begin with a slash")
	case strings.ContainsFunc(r.URL.RawQuery, isSpace):
		return errors.New("the request's query contains a space or a control character: encode it, for example with url.Values")
	case r.Method != "" && !isToken(r.Method):
		return errors.New("the request's method is not a valid HTTP method")
	case strings.ContainsFunc(r.Host, isSpace):
		return errors.New("the request's Host contains a space or a control character")
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	for name, values := range r.Header {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case !isToken(name):
			return errors.New("the request has a header whose name is not valid")
		case strings.ContainsFunc(strings.Join(values, ""), isControl):
			return fmt.Errorf("the request's header %s contains a line break or another control character", name)
		case isOfConnection(canonical, values):
			return fmt.Errorf("the request has the header %s, which applies to one connection only: remove it", canonical)
		case canonical != name: // net/http would send it as a second header
			delete(r.Header, name)
			r.Header[canonical] = append(r.Header[canonical], values...)
		}
	}
	return checkPath(r.URL)
}

// checkPath refuses a path with dot segments. A server may resolve such a path to that of another operation.
func checkPath(u *url.URL) error {
	if !strings.Contains(u.Path, ".") {
		return nil
	}
	for segment := range strings.FieldsFuncSeq(u.Path, func(c rune) bool { return c == '/' || c == '\\' }) {
		segment, _, _ = strings.Cut(segment, ";") // Java servers ignore a semicolon and what follows
		if segment == "." || segment == ".." {
			return fmt.Errorf("the request's path contains the segment %q, which a server resolves to another path: check the path parameters", segment)
		}
	}
	return nil
}

// isOfConnection reports whether a header cannot be sent over HTTP/2 (RFC 9113, section 8.2.2). net/http allows a Connection
// header of close or keep-alive.
func isOfConnection(name string, values []string) bool {
	switch name {
	case "Transfer-Encoding", "Upgrade":
		return true
	case "Connection":
		return len(values) != 1 || !strings.EqualFold(values[0], "close") && !strings.EqualFold(values[0], "keep-alive")
	}
	return false
}

// isToken reports whether s can be a method or the name of a header (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	const others = "!#$%&'*+-.^_`|~"
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune(others, c)
	})
}

// readBody reads and closes the request body. It ignores GetBody, which may belong to a body that an editor has replaced.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if closeErr := r.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("the request body cannot be read: %w", err)
	}
	return body, nil
}

// withBody returns a copy of r with the given body, which a validator may read and replace. The copy shares the URL and the
// headers of r.
func withBody(ctx context.Context, r *http.Request, body []byte) *http.Request {
	c := r.WithContext(ctx)
	c.Body, c.GetBody, c.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		c.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		c.Body, _ = c.GetBody()
	}
	return c
}
