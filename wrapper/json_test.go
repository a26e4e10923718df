package wrapper_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// The forms that JSON can take, beside the few that a service sends.

const bom = "\ufeff"

// nested is a list in a list in a list, n deep.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// TestUnusualSuccesses are good all the same: what a caller gets of them, through a method and through API().
func TestUnusualSuccesses(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		run        string // ScanRunStatus.DATA
		action     gen.Text
	}{
		{"as documented", `{"DATA":"Scan is in Running state","reply":{"action_id":"7"}}`, "Scan is in Running state", "7"},
		{"byte order mark", bom + `{"DATA":"x","reply":{"action_id":"7"}}`, "x", "7"},
		{"space around", "\r\n\t {\"DATA\":\"x\",\"reply\":{\"action_id\":\"7\"}} \r\n", "x", "7"},
		{"2^53+1", `{"DATA":"x","reply":{"action_id":9007199254740993}}`, "x", "9007199254740993"},
		{"2^64", `{"DATA":"x","reply":{"action_id":18446744073709551616}}`, "x", "18446744073709551616"},
		{"forty digits", `{"DATA":"x","reply":{"action_id":1234567890123456789012345678901234567890}}`, "x", "1234567890123456789012345678901234567890"},
		{"a number with an exponent", `{"DATA":"x","reply":{"action_id":1e400}}`, "x", "1e400"},
		{"a negative number", `{"DATA":"x","reply":{"action_id":-1}}`, "x", "-1"},
		{"a key twice", `{"DATA":"x","DATA":"y","reply":{"action_id":"7"},"reply":{"action_id":"8"}}`, "y", "8"},
		{"invalid UTF-8", "{\"DATA\":\"x\xff\xfey\",\"reply\":{\"action_id\":\"7\xc3\"}}", "x\ufffd\ufffdy", "7\ufffd"},
		{"half a surrogate pair", `{"DATA":"x\ud83dy","reply":{"action_id":"\udc00"}}`, "x\ufffdy", "\ufffd"},
		{"NUL", `{"DATA":"x\u0000y","reply":{"action_id":"7"}}`, "x\x00y", "7"},
		{"members that nobody knows", `{"new":[1,{"a":null}],"DATA":"x","reply":{"action_id":"7","new":{}}}`, "x", "7"},
		{"10,000 deep, as far as encoding/json goes", `{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(9999) + `}`, "x", "7"},
		{"DATA in lower case", `{"data":"x","reply":{"action_id":"7"}}`, "x", "7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, canned(200, tt.body))
			run, err := c.GetScanRunStatus(t.Context(), 1)
			if err != nil || run.DATA != tt.run {
				t.Errorf("GetScanRunStatus: %+v, %v", run, err)
			}
			reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
			if err != nil || reply.ActionID != tt.action {
				t.Errorf("AbortScan: %+v, %v", reply, err)
			}
			viaAPI, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}})
			if err != nil || viaAPI.JSON200 == nil || viaAPI.JSON200.Reply.ActionID != tt.action {
				t.Errorf("API: %+v, %v", viaAPI, err)
			}
		})
	}
}

// TestUnusualFailures have the status 200 and are not the documented success, which none of them may pass for.
func TestUnusualFailures(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		kind       string
		definite   bool
	}{
		{"two byte order marks", bom + bom + goodStatus, "Unexpected", false},
		{"NUL behind", goodStatus + "\x00", "Unexpected", false},
		{"UTF-16", "\xff\xfe{\x00}\x00", "Unexpected", false},
		{"a control character in a string", "{\"DATA\":\"x\ny\"}", "Unexpected", false},
		{"single quotes", "{'DATA':'x'}", "Unexpected", false},
		{"NaN", `{"DATA":NaN}`, "Unexpected", false},
		{"10,001 deep", `{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(10_000) + `}`, "Unexpected", false},
		{"100,000 deep", nested(100_000), "Unexpected", false},
		{"100,000 deep in the error", `{"reply":{"err_code":500,"err_extra":` + nested(100_000) + `}}`, "Unexpected", false},
		{"100,000 envelopes in one another", strings.Repeat(`{"reply":`, 100_000) + strings.Repeat("}", 100_000), "Unexpected", false},
		{"a success, and then an error", `{"DATA":"x","reply":{"action_id":"7"},"reply":{"err_code":500,"err_msg":"x"}}`, "Server", true},
		{"err_code beyond 2^53", `{"reply":{"err_code":9007199254740993,"err_msg":"x"}}`, "Unexpected", true},
		{"err_code that overflows", `{"reply":{"err_code":1` + strings.Repeat("0", 400) + `,"err_msg":"x"}}`, "Unexpected", true},
	} {
		for _, op := range operations {
			if op.throughAPI() {
				continue // which takes all JSON but an envelope
			}
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				err := op.call(t, t.Context(), newClient(t, canned(200, tt.body)))
				want := []string{tt.kind}
				if !tt.definite {
					want = withUnknown(op, tt.kind)
				}
				wantKinds(t, err, want...)
				if e := apiError(t, err); e.StatusCode != 200 || e.Attempts != 1 || string(e.Body) != tt.body[:min(len(tt.body), 64<<10)] {
					t.Errorf("HTTP %d after %d attempts, with %d of %d bytes of body", e.StatusCode, e.Attempts, len(e.Body), len(tt.body))
				}
			})
		}
	}
}

// TestUnusualErrors: no form costs an error its status, and what can be read of the message is.
func TestUnusualErrors(t *testing.T) {
	for _, tt := range []struct {
		name, body, message, code string
	}{
		{"garbage behind", `{"reply":{"err_code":400,"err_msg":"m"}} x`, "", ""},
		{"invalid UTF-8", "{\"reply\":{\"err_code\":400,\"err_msg\":\"m\xff\xc3(\"}}", "m\ufffd\ufffd(", "400"},
		{"text of invalid UTF-8", "m\xff\r\nmore", "m\ufffd", ""},
		{"2^53+1", `{"reply":{"err_code":9007199254740993,"err_msg":"m"}}`, "m", "9007199254740993"},
		{"a key twice", `{"reply":{"err_code":400,"err_msg":"m","err_msg":"n"}}`, "n", "400"},
		{"9,000 deep", `{"err_code":400,"err_msg":"m","err_extra":` + nested(9000) + `}`, "m", "400"},
		{"100,000 deep", nested(100_000), "", ""},
		{"an envelope 100,000 deep", `{"err_code":400,"err_msg":` + nested(100_000) + `}`, "", ""},
		{"9,000 envelopes in one another", strings.Repeat(`{"reply":`, 9000) + `{}` + strings.Repeat("}", 9000), "", ""},
		{"cut off", `{"reply":{"err_code":400,"err_m`, "", ""},
		{"nothing", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newClient(t, canned(400, tt.body)).GetScanRunStatus(t.Context(), 1)
			wantKinds(t, err, "BadRequest")
			if e := apiError(t, err); e.Message != tt.message || e.Code != tt.code {
				t.Errorf("message %q and code %q, want %q and %q", e.Message, e.Code, tt.message, tt.code)
			}
			if text := err.Error(); len(text) > 4<<10 || !utf8.ValidString(text) {
				t.Errorf("the error's text is %d bytes, valid UTF-8: %v", len(text), utf8.ValidString(text))
			}
		})
	}
}
