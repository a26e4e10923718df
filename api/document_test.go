package api_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func TestDocumentIsACopy(t *testing.T) {
	api.Document()[0] = 0
	if api.Document()[0] == 0 {
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

func TestExamplesOfBodiesAreValid(t *testing.T) {
	found := 0
	check := func(place string, content openapi3.Content, validate func(body string) error) {
		for name, example := range content.Get("application/json").Examples {
			found++
			body, err := json.Marshal(example.Value.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range problems(t, validate(string(body))) {
				if strings.Contains(problem, "body") {
					t.Errorf("%s, %s: %s", place, name, problem)
				}
			}
		}
	}
	for path, item := range document().Paths.Map() {
		for method, op := range item.Operations() {
			if !slices.Contains(sandbox.Operations(), op.OperationID) {
				continue
			}
			if op.RequestBody != nil {
				check(path, op.RequestBody.Value.Content, func(body string) error {
					return validator(t).ValidateRequest(newRequest(method, path, body, "Content-Type: application/json"))
				})
			}
			for code, response := range op.Responses.Map() {
				if len(response.Value.Content) > 0 {
					status, _ := strconv.Atoi(code)
					check(path+" "+code, response.Value.Content, func(body string) error {
						return validator(t).ValidateResponse(newRequest(method, path, ""), status, nil, []byte(body))
					})
				}
			}
		}
	}
	if found < 18 {
		t.Errorf("found %d examples, want at least 18", found)
	}
}
