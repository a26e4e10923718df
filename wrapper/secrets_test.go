package wrapper_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// What comes back of a request's credentials is removed by internal/exchange; tests/security lets real servers send them
// back, in every place.

// TestCredentialsInAStatus are gone before it is decoded, and the error of a wait does not quote the service.
func TestCredentialsInAStatus(t *testing.T) {
	got, err := newClient(t, canned(200, `{"DATA": "you sent `+testKey+`"}`)).WaitScanRun(t.Context(), 1, wrapper.WaitOptions{})
	if err == nil || strings.Contains(err.Error(), "sent") || got == nil || got.DATA != "you sent [redacted]" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestCredentialsInAResult are gone from it however the answer spells them: decoded, or shown on a terminal, they would be
// whole again.
func TestCredentialsInAResult(t *testing.T) {
	half, rest := testKey[:len(testKey)/2], testKey[len(testKey)/2:]
	for name, spelled := range map[string]string{
		"an escape":           fmt.Sprintf(`\u%04x`, testKey[0]) + testKey[1:],
		"an invisible letter": half + "\u200b" + rest,
	} {
		c := newClient(t, canned(200, `{"DATA": "you sent `+spelled+`!", "reply": {"action_id": "`+spelled+`"}}`))
		status, err := c.GetScanRunStatus(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(status.DATA, " [redacted]", ""); got != "you sent!" {
			t.Errorf("%s: %q", name, status.DATA)
		}
		if reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints()); err != nil || strings.Contains(string(reply.ActionID), rest[1:len(rest)-1]) {
			t.Errorf("%s: %q, %v", name, reply.ActionID, err)
		}
		e := apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(400, `{"err_msg": "`+spelled+`"}`))))
		if strings.Contains(string(e.Body), rest[1:len(rest)-1]) {
			t.Errorf("%s: body %q", name, e.Body)
		}
	}
}
