package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func loadDocument(tb testing.TB) *openapi3.T {
	tb.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		tb.Fatal(err)
	}
	return doc
}

func TestDocument(t *testing.T) {
	file, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	document := api.Document()
	if !bytes.Equal(document, file) {
		t.Error("Document does not return the file")
	}
	document[0] = 'x'
	if !bytes.Equal(api.Document(), file) {
		t.Error("the caller can change the package's slice")
	}
}

func TestKnownFilters(t *testing.T) {
	filters := api.KnownFilters()
	if len(filters) < 12 || !slices.IsSortedFunc(filters, func(a, b api.KnownFilter) int { return strings.Compare(a.Field, b.Field) }) {
		t.Fatalf("got %v", filters)
	}
	platform := slices.IndexFunc(filters, func(f api.KnownFilter) bool { return f.Field == "platform" })
	want := api.KnownFilter{Field: "platform", Operators: []string{"in"}, Values: []string{"windows", "linux", "macos", "android"}}
	if !reflect.DeepEqual(filters[platform], want) {
		t.Errorf("got %v, want %v", filters[platform], want)
	}
	filters[platform].Values[0] = "mine"
	if !reflect.DeepEqual(api.KnownFilters()[platform], want) {
		t.Error("the caller can change the package's slices")
	}
}

// TestExamplesAreValid validates the examples of the operations that the sandbox implements.
func TestExamplesAreValid(t *testing.T) {
	v := validator(t)
	doc := loadDocument(t)
	requests, responses := 0, 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if !slices.Contains(sandbox.Operations(), op.OperationID) {
				continue
			}
			bodies := map[string]any{"no body": nil}
			if op.RequestBody != nil {
				bodies = examples(t, op.RequestBody.Value.Content)
			}
			for name, body := range bodies {
				r := exampleRequest(t, method, path, op, body)
				if err := v.ValidateRequest(r); err != nil {
					t.Errorf("%s %s, %s: %v", method, path, name, err)
				}
				w, _, called := served(t, v, signed(exampleRequest(t, method, path, op, body)))
				if !called {
					t.Errorf("%s %s, %s: got %d %s", method, path, name, w.Code, w.Body)
				}
				requests++
			}
			for code, response := range op.Responses.Map() {
				for name, body := range examples(t, response.Value.Content) {
					status, err := strconv.Atoi(code)
					if err != nil {
						t.Fatal(err)
					}
					text, err := json.Marshal(body)
					if err != nil {
						t.Fatal(err)
					}
					r := httptest.NewRequest(method, path, nil)
					if err := v.ValidateResponse(r, status, nil, text); err != nil {
						t.Errorf("%s %s, %s %s: %v", method, path, code, name, err)
					}
					responses++
				}
			}
		}
	}
	if requests < 4 || responses < 15 {
		t.Errorf("only %d requests and %d responses were tried", requests, responses)
	}
}

// operations lists the operations of the document.
func operations(tb testing.TB) string {
	tb.Helper()
	var names []string
	for path, item := range loadDocument(tb).Paths.Map() {
		for method := range item.Operations() {
			names = append(names, method+" "+path)
		}
	}
	slices.Sort(names)
	return listed(names)
}

// listed shortens a list as the validator does: the document may grow.
func listed(names []string) string {
	if n := len(names); n > 10 {
		return strings.Join(names[:10], ", ") + " and " + strconv.Itoa(n-10) + " more"
	}
	return strings.Join(names, ", ")
}

// queryParameters lists the query parameters of an operation, in the document's order.
func queryParameters(tb testing.TB, path, method string) string {
	tb.Helper()
	var names []string
	for _, p := range loadDocument(tb).Paths.Value(path).GetOperation(method).Parameters {
		if p.Value.In == "query" {
			names = append(names, p.Value.Name)
		}
	}
	return "(parameters: " + listed(names) + ")"
}

func members(tb testing.TB, schema string) string {
	tb.Helper()
	return "(known: " + listed(slices.Sorted(maps.Keys(loadDocument(tb).Components.Schemas[schema].Value.Properties))) + ")"
}

func statuses(tb testing.TB, path, method string) string {
	tb.Helper()
	return "(documented: " + listed(slices.Sorted(maps.Keys(loadDocument(tb).Paths.Value(path).GetOperation(method).Responses.Map()))) + ")"
}

// examples returns the examples of the JSON in content. There must be one.
func examples(tb testing.TB, content openapi3.Content) map[string]any {
	tb.Helper()
	values := map[string]any{}
	media := content.Get("application/json")
	if media == nil {
		return values
	}
	for name, example := range media.Examples {
		values[name] = example.Value.Value
	}
	if example := media.Schema.Value.Example; example != nil {
		values["of the schema"] = example
	}
	if len(values) == 0 {
		tb.Error("a body without an example")
	}
	return values
}

// exampleRequest returns a request with the examples of the parameters, and a body.
func exampleRequest(tb testing.TB, method, path string, op *openapi3.Operation, body any) *http.Request {
	tb.Helper()
	query, header := url.Values{}, http.Header{}
	for _, ref := range op.Parameters {
		p := ref.Value
		if p.Example == nil {
			tb.Errorf("parameter %s has no example", p.Name)
		}
		switch p.In {
		case openapi3.ParameterInQuery:
			list, isList := p.Example.([]any)
			if !isList {
				list = []any{p.Example}
			}
			for _, value := range list {
				query.Add(p.Name, fmt.Sprint(value))
			}
		case openapi3.ParameterInHeader:
			header.Set(p.Name, fmt.Sprint(p.Example))
		case openapi3.ParameterInPath:
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(fmt.Sprint(p.Example)))
		default:
			tb.Fatalf("a parameter in %s", p.In)
		}
	}
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			tb.Fatal(err)
		}
		header.Set("Content-Type", "application/json")
	}
	r := httptest.NewRequest(method, path+"?"+query.Encode(), &content)
	r.Header = header
	return r
}
