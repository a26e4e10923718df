// Package agreement_test holds api.Validator against another implementation of the same contract,
// libopenapi-validator: the same requests and responses, and the same verdicts. README.md explains where the two
// differ. It is a module of its own, so that nothing of the other implementation reaches the main one.
package agreement_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
)

const host = "https://api-acme.xdr.us.paloaltonetworks.com"

// other is the other implementation, set up as strictly as ours where it has a choice.
func other(t *testing.T) validator.Validator {
	t.Helper()
	doc, err := libopenapi.NewDocument(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc, config.WithFormatAssertions(), config.WithoutSecurityValidation())
	if errs != nil {
		t.Fatal(errs)
	}
	return v
}

func ours(t *testing.T) *api.Validator {
	t.Helper()
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// verdict is what was expected of one validator, and what it said.
func verdict(t *testing.T, who string, got, want bool, why any) {
	t.Helper()
	if got != want {
		t.Errorf("%s: valid is %v, want %v (%v)", who, got, want, why)
	}
}

func TestOtherTakesTheDocument(t *testing.T) {
	if ok, errs := other(t).ValidateDocument(); !ok {
		for _, err := range errs {
			t.Error(err)
		}
	}
}

func TestRequests(t *testing.T) {
	a, b := ours(t), other(t)
	for _, c := range requests {
		t.Run(c.name, func(t *testing.T) {
			err := a.ValidateRequest(c.request(t))
			verdict(t, "api.Validator", err == nil, c.valid, err)
			ok, errs := b.ValidateHttpRequestSync(c.request(t))
			// A reason to differ that no longer differs is to be struck out, here and in README.md.
			verdict(t, "libopenapi-validator", ok, c.valid == (c.differs == agrees), errs)
		})
	}
}

func TestResponses(t *testing.T) {
	a, b := ours(t), other(t)
	for _, c := range responses {
		t.Run(c.name, func(t *testing.T) {
			request := func() *http.Request { return requests[0].request(t) }
			if c.abort {
				request = func() *http.Request { return post(c.name, allEndpoints).request(t) }
			}
			h := http.Header{}
			if c.contentType != "" {
				h.Set("Content-Type", c.contentType)
			}
			err := a.ValidateResponse(request(), c.status, h, []byte(c.body))
			verdict(t, "api.Validator", err == nil, c.valid, err)
			ok, errs := b.ValidateHttpResponse(request(), &http.Response{
				StatusCode: c.status, Header: h, Body: io.NopCloser(strings.NewReader(c.body)), ContentLength: int64(len(c.body)),
			})
			verdict(t, "libopenapi-validator", ok, c.valid == (c.differs == agrees), errs)
		})
	}
}

// TestEveryDifferenceIsExplained: the reasons of the tables and the sections of README.md are the same.
func TestEveryDifferenceIsExplained(t *testing.T) {
	explained := sections(t)
	used := map[reason]bool{}
	for _, c := range requests {
		used[c.differs] = true
	}
	for _, c := range responses {
		used[c.differs] = true
	}
	delete(used, agrees)
	for r := range used {
		if !explained[string(r)] {
			t.Errorf("README.md has no section %q", r)
		}
	}
	for name := range explained {
		if !used[reason(name)] {
			t.Errorf("README.md explains %q, which no case shows", name)
		}
	}
	if n := len(requests) + len(responses); n < 60 {
		t.Errorf("only %d cases", n)
	}
}

// request makes the request of a case anew: a validator may consume its body.
func (c requestCase) request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequest(c.method, host+c.target, bytes.NewReader([]byte(c.body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{}
	for _, line := range c.header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// sections are the headings of README.md's last part.
func sections(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(line, "### "); is {
			names[strings.TrimSpace(name)] = true
		}
	}
	return names
}
