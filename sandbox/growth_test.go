package sandbox

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"example.com/cortexscan/gen/server"
)

// An operation that the contract has gained is refused in so many words, not by a crash.
func TestOperationNotActedOut(t *testing.T) {
	handler := onlyActedOut(nil, "CommandScanRun")
	for path, want := range map[string]string{
		"/public_api/netscan/v1/scan/run/7/command": `{"err_msg":"The sandbox does not act out the operation CommandScanRun"}`,
		"/public_api/v1/other":                      `{"reply":{"err_code":501,"err_msg":"The sandbox does not act out the operation CommandScanRun","err_extra":null}}`,
	} {
		w := httptest.NewRecorder()
		response, err := handler(t.Context(), w, httptest.NewRequest("POST", path, nil), nil)
		if got := strings.TrimSpace(w.Body.String()); response != nil || err != nil || w.Code != http.StatusNotImplemented || got != want {
			t.Errorf("got  %v %v %d %s\nwant 501 %s", response, err, w.Code, got, want)
		}
	}
}

// Every name in the list is one that the generator uses: a misspelt one would be refused for ever.
func TestActedOutNamesOperations(t *testing.T) {
	operations := reflect.TypeFor[server.StrictServerInterface]()
	for name := range actedOut {
		if _, ok := operations.MethodByName(name); !ok {
			t.Errorf("%s is no operation of the contract", name)
		}
	}
}
