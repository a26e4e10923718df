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
	"strings"

	"example.com/cortexscan/wrapper/internal/envelope"
	"example.com/cortexscan/wrapper/internal/exchange"
)

// pipeline carries out every request of the generated client alike. It knows no operation.
type pipeline struct {
	exchange          exchange.Client
	keyType           keyType
	userAgent         string
	requestValidator  RequestValidator
	responseValidator ResponseValidator
}

// call validates the request, exchanges it for an answer, and returns the answer where accept takes it. What is validated
// is what is sent: r without its body, and the body as bytes.
func (p *pipeline) call(ctx context.Context, r *http.Request, body []byte, accept func(*http.Response, []byte) error) (*exchange.Result, error) {
	if err := prepare(r); err != nil {
		return nil, &invalidRequestError{exchange.Operation(r), err}
	}
	p.addHeaders(r)
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

// addHeaders gives the request the headers that every request needs.
func (p *pipeline) addHeaders(r *http.Request) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header["User-Agent"] = []string{p.userAgent}
	}
	if r.Header.Get("Accept") == "" {
		r.Header["Accept"] = []string{"application/json"}
	}
}

// fetch makes the call of one operation and returns the documented success, where missing names the part that a
// success lacks, or returns "". It returns either a value or an error.
func fetch[T any](ctx context.Context, p *pipeline, r *http.Request, body []byte, missing func(v *T, body []byte) string) (*T, error) {
	v := new(T)
	_, err := p.call(ctx, r, body, func(_ *http.Response, body []byte) error {
		var invalid *json.SyntaxError
		switch err := json.Unmarshal(body, v); {
		case len(body) == 0:
			return errors.New("the body is empty")
		case errors.As(err, &invalid):
			return errNotJSON
		case err != nil: // its text repeats parts of the body
			return errors.New("the body is not of the documented shape")
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

// Do makes the pipeline the transport of the generated client. The request's body is read once, after all request
// editors.
func (p *pipeline) Do(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, &invalidRequestError{exchange.Operation(r), err}
	}
	r = r.WithContext(r.Context())
	r.Header = r.Header.Clone() // the caller's request editors may have given it one that other requests share
	res, err := p.call(r.Context(), r, body, acceptAny)
	if err != nil {
		return nil, err
	}
	response := *res.Response
	response.Request = r // not the signed one
	response.Body = io.NopCloser(bytes.NewReader(res.Body))
	response.ContentLength = int64(len(res.Body))
	// The generated parser goes by the header. A gateway may have lost it, and nothing is no JSON.
	switch {
	case len(res.Body) == 0:
		response.Header = response.Header.Clone()
		response.Header.Del("Content-Type")
	case json.Valid(res.Body) && !isOtherJSON(response.Header):
		response.Header = response.Header.Clone()
		response.Header.Set("Content-Type", "application/json")
	}
	return &response, nil
}

// acceptAny takes every 2xx that may be documented: JSON, no body, and a body with a media type other than JSON and HTML.
// JSON is recognized by its bytes.
func acceptAny(res *http.Response, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	if json.Valid(body) {
		if envelope.IsErrorAlone(body) {
			return errors.New("the body has nothing but an error")
		}
		return nil
	}
	switch media := mediaType(res.Header); {
	case media == "":
		return errors.New("the body is not JSON, and its Content-Type does not say what it is")
	case namesJSON(media), media == "text/html", media == "application/xhtml+xml":
		return errNotJSON
	}
	return nil
}

// mediaType returns the type and subtype of the Content-Type in lower case, "" where it names none.
func mediaType(h http.Header) string {
	media, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if !strings.Contains(media, "/") {
		return ""
	}
	return media
}

// namesJSON goes by the rule of the generated parser.
func namesJSON(media string) bool { return strings.Contains(media, "json") }

// isOtherJSON reports whether the header names JSON of another type, which the contract may document beside the plain one.
func isOtherJSON(h http.Header) bool {
	media := mediaType(h)
	return namesJSON(media) && media != "application/json"
}
