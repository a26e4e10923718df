package faults_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

const bom = "\ufeff"

// nested is a list in a list in a list, n deep.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// TestGoodBodies are successes in forms that are unusual, and good all the same: what a caller gets of them
// through either door.
func TestGoodBodies(t *testing.T) {
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
		{"errors that are null", `{"DATA":"x","reply":{"action_id":"7","err_code":null,"err_msg":null,"err_extra":null}}`, "x", "7"},
		{"DATA in lower case", `{"data":"x","reply":{"action_id":"7"}}`, "x", "7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, contentType := range []string{"application/json", "text/html", "", "nonsense;;;"} {
				s := serve(t, status(200, tt.body, "Content-Type: "+contentType))
				c := newClient(t, s.url, newTransport(t))
				ctx := safetyNet(t)
				run, err := c.GetScanRunStatus(ctx, 1)
				if err != nil || run.DATA != tt.run {
					t.Errorf("%q: GetScanRunStatus: %+v, %v", contentType, run, err)
				}
				reply, err := c.AbortScan(ctx, wrapper.AllEndpoints())
				if err != nil || reply.ActionID != tt.action {
					t.Errorf("%q: AbortScan: %+v, %v", contentType, reply, err)
				}
				viaAPI, err := c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}})
				if err != nil || viaAPI.JSON200 == nil || viaAPI.JSON200.Reply.ActionID != tt.action {
					t.Errorf("%q: API: %+v, %v", contentType, viaAPI, err)
				}
			}
		})
	}
}

// TestBadBodies are answers with status 200 that are not the documented success. None is ever a result.
func TestBadBodies(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		kinds      string // of a GET; where an abort's outcome is unknown it is of one more
		definite   bool
	}{
		{"nothing", "", "Unexpected", false},
		{"space", " \r\n", "Unexpected", false},
		{"a byte order mark alone", bom, "Unexpected", false},
		{"two byte order marks", bom + bom + goodRun, "Unexpected", false},
		{"garbage behind", goodRun + "x", "Unexpected", false},
		{"a second value behind", goodRun + goodRun, "Unexpected", false},
		{"NUL behind", goodRun + "\x00", "Unexpected", false},
		{"cut off", goodRun[:len(goodRun)-1], "Unexpected", false},
		{"UTF-16", "\xff\xfe{\x00}\x00", "Unexpected", false},
		{"a control character in a string", "{\"DATA\":\"x\ny\"}", "Unexpected", false},
		{"single quotes", "{'DATA':'x'}", "Unexpected", false},
		{"NaN", `{"DATA":NaN}`, "Unexpected", false},
		{"null", "null", "Unexpected", false},
		{"a string", `"Scan is in Running state"`, "Unexpected", false},
		{"a number", "17", "Unexpected", false},
		{"a list", "[" + goodRun + "]", "Unexpected", false},
		{"an empty object", "{}", "Unexpected", false},
		{"of another shape", `{"DATA":["x"],"reply":[{"action_id":"7"}]}`, "Unexpected", false},
		{"without a value", `{"DATA":null,"reply":null}`, "Unexpected", false},
		{"action_id null", `{"DATA":null,"reply":{"action_id":null}}`, "Unexpected", false},
		{"action_id an object", `{"DATA":{},"reply":{"action_id":{}}}`, "Unexpected", false},
		{"10,001 deep", `{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(10_000) + `}`, "Unexpected", false},
		{"100,000 deep", nested(100_000), "Unexpected", false},
		{"100,000 deep in the error", `{"reply":{"err_code":500,"err_extra":` + nested(100_000) + `}}`, "Unexpected", false},
		{"100,000 envelopes in one another", strings.Repeat(`{"reply":`, 100_000) + strings.Repeat("}", 100_000), "Unexpected", false},
		{"a success, and then an error", `{"DATA":"x","reply":{"action_id":"7"},"reply":{"err_code":500,"err_msg":"x"}}`, "Server", true},
		{"err_code beyond 2^53", `{"reply":{"err_code":9007199254740993,"err_msg":"x"}}`, "Unexpected", true},
		{"err_code that overflows", `{"reply":{"err_code":1` + strings.Repeat("0", 400) + `,"err_msg":"x"}}`, "Unexpected", true},
		{"err_code that is no status", `{"reply":{"err_code":100,"err_msg":"x"}}`, "Unexpected", true},
	} {
		for _, d := range methodDoors {
			t.Run(tt.name+"/"+d.name, func(t *testing.T) {
				s := serve(t, status(200, tt.body))
				err := d.call(safetyNet(t), newClient(t, s.url, newTransport(t)))
				want := tt.kinds
				if !tt.definite && !d.get {
					want += " Unknown"
				}
				wantKinds(t, err, want)
				if e := apiError(t, err); e.StatusCode != 200 || s.count() != 1 || string(e.Body) != tt.body[:min(len(tt.body), 64<<10)] {
					t.Errorf("HTTP %d after %d requests, with %d of %d bytes of body", e.StatusCode, s.count(), len(e.Body), len(tt.body))
				}
			})
		}
	}
}

// TestErrorBodies are error answers in unusual forms: none costs the error its status, and what can be read of
// the message is.
func TestErrorBodies(t *testing.T) {
	for _, tt := range []struct {
		name, body, message, code string
	}{
		{"byte order mark", bom + `{"reply":{"err_code":400,"err_msg":"m"}}`, "m", "400"},
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
		for _, d := range doors {
			t.Run(tt.name+"/"+d.name, func(t *testing.T) {
				s := serve(t, status(400, tt.body))
				err := d.call(safetyNet(t), newClient(t, s.url, newTransport(t)))
				wantKinds(t, err, "BadRequest")
				e := apiError(t, err)
				if e.Message != tt.message || e.Code != tt.code {
					t.Errorf("message %q and code %q, want %q and %q", e.Message, e.Code, tt.message, tt.code)
				}
				if text := err.Error(); len(text) > 4<<10 || !utf8.ValidString(text) {
					t.Errorf("the error's text is %d bytes, valid UTF-8: %v", len(text), utf8.ValidString(text))
				}
			})
		}
	}
}

// TestSurplusDoesNotSpoilTheNextAnswer shows what becomes of a body that is longer than its Content-Length: the
// call that it answers fails, and the next one gets its own answer, if need be after a retry on a new connection.
func TestSurplusDoesNotSpoilTheNextAnswer(t *testing.T) {
	s := serve(t, func(x *exchange) bool {
		if x.request.URL.Query().Get("id") == "1" {
			return x.send(raw(200, 9, goodRun))
		}
		return x.good()
	})
	c := newClient(t, s.url, newTransport(t))
	for range 50 {
		_, err := c.GetScanRunStatus(safetyNet(t), 1)
		wantKinds(t, err, "Unexpected")
		if run, err := c.GetScanRunStatus(safetyNet(t), 2); err != nil || run.State() != "Running" {
			t.Fatalf("%+v, %v", run, err)
		}
	}
}
