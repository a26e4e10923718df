package api_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
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
}
