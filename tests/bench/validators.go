package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/cortexscan/api"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
)

// Validators returns, for the request of a case, a validation by ours and one by libopenapi-validator. Both are
// checked to refuse the request with something wrong in it.
func Validators(k Case) (ours, theirs func() error, err error) {
	v, err := api.NewValidator()
	if err != nil {
		return nil, nil, err
	}
	doc, err := libopenapi.NewDocument(api.Document())
	if err != nil {
		return nil, nil, err
	}
	// Credentials come after validation, so neither looks for them.
	lib, errs := validator.NewValidator(doc, config.WithoutSecurityValidation())
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	request, body, err := capture(k)
	if err != nil {
		return nil, nil, err
	}
	rewind := func() *http.Request {
		request.Body = io.NopCloser(strings.NewReader(body))
		return request
	}
	ours = func() error { return v.ValidateRequest(rewind()) }
	theirs = func() error {
		if ok, problems := lib.ValidateHttpRequest(rewind()); !ok {
			return problems[0]
		}
		return nil
	}
	if err := errors.Join(ours(), theirs()); err != nil {
		return nil, nil, err
	}
	goodBody, goodQuery := body, request.URL.RawQuery
	body, request.URL.RawQuery = strings.Replace(body, `"request_data"`, `"request"`, 1), "fields=status"
	if ours() == nil || theirs() == nil {
		return nil, nil, fmt.Errorf("%s: a validator takes a request with something wrong in it", k.Name)
	}
	body, request.URL.RawQuery = goodBody, goodQuery
	return ours, theirs, nil
}

// capture returns the request that the generated client sends in a case.
func capture(k Case) (request *http.Request, body string, err error) {
	all, err := Contestants()
	if err != nil {
		return nil, "", err
	}
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		request = r.Clone(r.Context())
		if r.Body != nil {
			text, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			body = string(text)
		}
		return k.response(r), nil
	})
	for _, c := range all {
		if c.Name != Stock {
			continue
		}
		caller, err := c.New(tenant, transport)
		if err != nil {
			return nil, "", err
		}
		err = k.Call(context.Background(), caller)
		return request, body, err
	}
	return nil, "", errors.New("there is no stock client")
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
