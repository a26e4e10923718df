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

// TestResultHidesCredentials are gone from it, and from the body of an error, as common encoders write them. One that a server
// disguises in another way is not recognized, except in the strings of an error.
func TestResultHidesCredentials(t *testing.T) {
	const key = `k"k<k>k&k'k/k\k`
	for name, spelled := range map[string]string{
		"JSON": `k\"k<k>k&k'k/k\\k`, "JSON with HTML in mind": `k\"k\u003ck\u003ek\u0026k'k/k\\k`,
	} {
		c := clientWithKey(t, canned(200, `{"DATA": "you sent `+spelled+`!"}`), wrapper.StandardKey(testKeyID, key))
		if status, err := c.GetScanRunStatus(t.Context(), 1); err != nil || status.DATA != "you sent [redacted]!" {
			t.Errorf("%s: %+v, %v", name, status, err)
		}
	}
	disguised := `{"err_msg": "you sent ` + testKey[:5] + "\u200b" + testKey[5:] + ` and ` + fmt.Sprintf(`\u%04x`, testKey[0]) + testKey[1:] + `!"}`
	e := apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(400, disguised))))
	if e.Message != "you sent [redacted] and [redacted]!" {
		t.Errorf("message %q", e.Message)
	}
}
