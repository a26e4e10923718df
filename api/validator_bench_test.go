package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/api"

	"github.com/getkin/kin-openapi/openapi3"
)

func BenchmarkNewValidator(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := api.NewValidator(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoadAsJSON is what NewValidator is measured against: kin-openapi loading the same document from JSON.
func BenchmarkLoadAsJSON(b *testing.B) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		b.Fatal(err)
	}
	document, err := doc.MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := openapi3.NewLoader().LoadFromData(document); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidateRequest(b *testing.B) {
	for _, bench := range []struct {
		name  string
		valid bool
		r     *http.Request
	}{
		{"status", true, get("id=789&fields=status")},
		{"abort all", true, post(`{"request_data":{"filters":"all"}}`)},
		{"abort 100 ids", true, post(manyIDs(100))},
		{"abort 10000 ids", true, post(manyIDs(10_000))},
		{"abort 100 ids, one wrong", false, post(strings.Replace(manyIDs(100), `"`+endpointID(50)+`"`, "50", 1))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			v := validator(b)
			b.ReportAllocs()
			for b.Loop() {
				if err := v.ValidateRequest(bench.r); (err == nil) != bench.valid {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkValidateResponse(b *testing.B) {
	v, r := validator(b), get("id=789&fields=status")
	body := []byte(`{"DATA":"Scan is in Running state"}`)
	b.ReportAllocs()
	for b.Loop() {
		if err := v.ValidateResponse(r, 200, nil, body); err != nil {
			b.Fatal(err)
		}
	}
}

func endpointID(i int) string { return fmt.Sprintf("%032x", i) }

// manyIDs is an abort of n endpoints by ID.
func manyIDs(n int) string {
	var b bytes.Buffer
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q", endpointID(i))
	}
	return `{"request_data":{"filters":[{"field":"endpoint_id_list","operator":"in","value":[` + b.String() + `]}]}}`
}
