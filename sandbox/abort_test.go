package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/sandbox"
)

const noEndpointBody = `{"reply":{"err_code":500,"err_msg":"An error occurred while processing XDR public API - ` +
	`No endpoint was found for creating the requested action","err_extra":null}}`

func TestAbortMovesScansThatAreUnderWay(t *testing.T) {
	states := []string{"none", "pending", "in_progress", "canceled", "aborted", "pending_cancellation", "success", "error", "new word", ""}
	tenant := sandbox.New()
	for _, s := range states {
		tenant.AddEndpoint(sandbox.Endpoint{ScanStatus: s})
	}
	wantAnswer(t, send(tenant, abortRequest(`"all"`)), http.StatusOK, `{"reply":{"action_id":"1","endpoints_count":"2","status":"1"}}`)

	var got []string
	for _, e := range tenant.Endpoints() {
		got = append(got, e.ScanStatus)
	}
	want := "none aborted aborted canceled aborted pending_cancellation success error new word none"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	wantAnswer(t, send(tenant, abortRequest(`"all"`)), http.StatusInternalServerError, noEndpointBody)
}

func TestAbortCountsActions(t *testing.T) {
	tenant := sandbox.New()
	wantAnswer(t, send(tenant, abortRequest(`"all"`)), http.StatusInternalServerError, noEndpointBody)
	for i, want := range []string{
		`{"reply":{"action_id":"1","endpoints_count":"1","status":"1"}}`,
		`{"reply":{"action_id":"2","endpoints_count":"1","status":"1"}}`,
		`{"reply":{"action_id":"3","endpoints_count":"1","status":"1"}}`,
	} {
		tenant.AddEndpoint(sandbox.Endpoint{ID: strings.Repeat("x", i+1), ScanStatus: "pending"})
		wantAnswer(t, send(tenant, abortRequest(`"all"`)), http.StatusOK, want)
	}
}
