// Package bench_test measures what a call costs, beside what people would use instead. README.md lists the results
// and says how to read them. The names of the benchmarks are in benchstat's form.
package bench_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/cortexscan/api"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pb33f/libopenapi"
	libvalidator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
)

func repeat(b *testing.B, call func() error) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCall(b *testing.B) {
	for _, medium := range []string{"memory", "loopback"} {
		for _, k := range cases {
			for _, c := range contestants {
				if k.errors && c.name == "bare" {
					continue
				}
				b.Run(fmt.Sprintf("%s/%s/who=%s", medium, k.name, c.name), func(b *testing.B) {
					repeat(b, setUp(b, c, k, medium == "loopback"))
				})
			}
		}
	}
}

// Status calls of several goroutines on one client, over loopback.
func BenchmarkGoroutines(b *testing.B) {
	for _, goroutines := range []int{1, 8, 64} {
		for _, c := range contestants {
			b.Run(fmt.Sprintf("%d/who=%s", goroutines, c.name), func(b *testing.B) {
				call := setUp(b, c, cases[0], true)
				b.ResetTimer()
				var started atomic.Int64
				var all sync.WaitGroup
				for range goroutines {
					all.Go(func() {
						for started.Add(1) <= int64(b.N) {
							if err := call(); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				all.Wait()
			})
		}
	}
}

// The validation of a request alone, beside another validator.
func BenchmarkValidator(b *testing.B) {
	doc, err := libopenapi.NewDocument(api.Document())
	if err != nil {
		b.Fatal(err)
	}
	// Neither looks for credentials, which are added after the validation.
	lib, errs := libvalidator.NewValidator(doc, config.WithoutSecurityValidation())
	if len(errs) > 0 {
		b.Fatal(errs)
	}
	validators := map[string]func(*http.Request) error{
		"ours": validator.ValidateRequest,
		"libopenapi": func(r *http.Request) error {
			if ok, problems := lib.ValidateHttpRequest(r); !ok {
				return problems[0]
			}
			return nil
		},
	}
	for _, k := range cases[:4] {
		request, body := capture(b, k)
		broken, brokenBody := request.Clone(b.Context()), strings.Replace(body, `"request_data"`, `"request"`, 1)
		broken.URL.RawQuery = "fields=status"
		for _, who := range []string{"ours", "libopenapi"} {
			validate := func(r *http.Request, body string) error {
				r.Body = io.NopCloser(strings.NewReader(body))
				return validators[who](r)
			}
			b.Run(fmt.Sprintf("%s/who=%s", k.name, who), func(b *testing.B) {
				if validate(broken, brokenBody) == nil {
					b.Fatal("an invalid request passes")
				}
				repeat(b, func() error { return validate(request, body) })
			})
		}
	}
}

// capture returns the request that the generated client sends.
func capture(b *testing.B, k benchCase) (request *http.Request, body string) {
	b.Helper()
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		request = r.Clone(b.Context())
		if r.Body == nil {
			return k.response(r), nil
		}
		content, err := io.ReadAll(r.Body)
		body = string(content)
		return k.response(r), err
	})
	if err := k.call(b.Context(), newStock(tenant, transport)); err != nil {
		b.Fatal(err)
	}
	return request, body
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What a program pays at its start, beside loading the same document with kin-openapi, from JSON.
func BenchmarkNewValidator(b *testing.B) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		b.Fatal(err)
	}
	inJSON, err := doc.MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("who=kin-openapi", func(b *testing.B) {
		repeat(b, func() error { _, err := openapi3.NewLoader().LoadFromData(inJSON); return err })
	})
	b.Run("who=ours", func(b *testing.B) {
		repeat(b, func() error { _, err := api.NewValidator(); return err })
	})
}
