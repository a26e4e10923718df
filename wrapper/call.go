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

// pipeline carries out every request of the generated client the same way. It knows no operation.
type pipeline struct {
	exchange          exchange.Client
	keyType           keyType
	userAgent         string
	requestValidator  RequestValidator
	responseValidator ResponseValidator
}

// call validates the request, sends it, and returns the response if accept approves it. It sends exactly what was validated: r
// without its body, and the body as bytes.
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

// fetch makes the call of one operation and returns its documented success. Missing names the part that the body lacks, or returns
// "". Fetch returns either a value or an error.
func fetch[T any](ctx context.Context, p *pipeline, r *http.Request, body []byte, missing func(v *T, body []byte) string) (*T, error) {
	v := new(T)
	_, err := p.call(ctx, r, body, func(_ *http.Response, body []byte) error {
		var invalid *json.SyntaxError
		switch err := json.Unmarshal(body, v); {
		case len(body) == 0:
			return errors.New("the body is empty")
		case errors.As(err, &invalid):
			return errNotJSON
		case err != nil: // its text quotes parts of the body
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

// Do makes the pipeline the transport of the generated client. It reads the request body once, after all request editors have run.
func (p *pipeline) Do(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, &invalidRequestError{exchange.Operation(r), err}
	}
	r = r.WithContext(r.Context())
	r.Header = r.Header.Clone() // a request editor may have set one that other requests share
	res, err := p.call(r.Context(), r, body, acceptAny)
	if err != nil {
		return nil, err
	}
	response := *res.Response
	response.Request = r // not the signed one
	response.Body = io.NopCloser(bytes.NewReader(res.Body))
	response.ContentLength = int64(len(res.Body))
	// The generated parser goes by the Content-Type, which a gateway may have lost. An empty body is not JSON.
	switch media := mediaType(response.Header); {
	case len(res.Body) == 0:
		response.Header = response.Header.Clone()
		response.Header.Del("Content-Type")
	case json.Valid(res.Body) && (media == "application/json" || !strings.Contains(media, "json")): // another JSON type may be documented
		response.Header = response.Header.Clone()
		response.Header.Set("Content-Type", "application/json")
	}
	return &response, nil
}

// acceptAny approves any 2xx that may be documented: JSON that does not consist of error fields alone, an empty body, and a media
// type other than JSON and HTML. It recognizes JSON by its bytes.
func acceptAny(res *http.Response, body []byte) error {
	switch media := mediaType(res.Header); {
	case len(body) == 0:
		return nil
	case json.Valid(body):
		if envelope.IsErrorAlone(body) {
			return errors.New("the body has nothing but an error")
		}
		return nil
	case media == "":
		return errors.New("the body is not JSON, and no Content-Type says what it is")
	case strings.Contains(media, "json"), media == "text/html", media == "application/xhtml+xml": // as the generated parser does
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
