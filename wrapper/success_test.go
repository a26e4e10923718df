package wrapper_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// TestErrorEnvelopeInASuccess: of a 200 that carries an error envelope, the code decides where it is a status of 400
// or more. It is a definite answer.
func TestErrorEnvelopeInASuccess(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"500", `{"reply": {"err_code": 500, "err_msg": "m"}}`, "Server"},
		{"500 without a message", `{"reply": {"err_code": 500}}`, "Server"},
		{"400", `{"reply": {"err_code": 400, "err_msg": "m"}}`, "BadRequest"},
		{"422", `{"err_code": "422", "err_msg": "m"}`, "BadRequest"},
		{"401 as text", `{"err_code": "401", "err_msg": "m"}`, "Unauthorized"},
		{"402", `{"data": {"reply": {"err_code": 402}}}`, "NoLicense"},
		{"403 in metadata", `{"data": {"err_msg": "m", "metadata": {"err_code": 403}}}`, "Forbidden"},
		{"404", `{"reply": {"err_code": 404, "err_msg": "m"}}`, "NotFound"},
		{"429", `{"reply": {"err_code": 429, "err_msg": "m"}}`, "RateLimited"},
		{"a status without a kind", `{"reply": {"err_code": 409, "err_msg": "m"}}`, "Unexpected"},
		{"100", `{"reply": {"err_code": 100, "err_msg": "m"}}`, "Unexpected"},
		{"200", `{"reply": {"err_code": 200, "err_msg": "m"}}`, "Unexpected"},
		{"a word", `{"errorCode": "VALIDATION_ERROR", "message": "m"}`, "Unexpected"},
		{"no code", `{"err_msg": "m", "metadata": {}}`, "Unexpected"},
		{"beside a result", `{"DATA": "Scan is in Running state", "reply": {"status": "1", "err_code": 500}}`, "Server"},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				err := op.call(t, t.Context(), newClient(t, canned(200, tt.body)))
				wantKinds(t, err, tt.want)
				if e := apiError(t, err); e.StatusCode != 200 || string(e.Body) != tt.body || e.Attempts != 1 {
					t.Errorf("status %d, %d attempts, body %q", e.StatusCode, e.Attempts, e.Body)
				}
			})
		}
	}
}

// TestEmptySuccess: through the generated client an operation may document them; the two of this package do not.
func TestEmptySuccess(t *testing.T) {
	for _, status := range []int{200, 201, 202, 204} {
		for _, body := range []string{"", "\ufeff"} {
			for _, op := range operations {
				var seen http.Header
				v := &spy{answer: func(_ *http.Request, _ int, h http.Header, _ []byte) error { seen = h; return nil }}
				// The generated parser would take the header's word for it.
				err := op.call(t, t.Context(), newClient(t, canned(status, body, "Content-Type", "application/json"), wrapper.WithResponseValidator(v)))
				if op.throughAPI() {
					if err != nil || seen.Get("Content-Type") == "" {
						t.Errorf("%s, %d: %v; a validator has seen %v", op.name, status, err, seen)
					}
					continue
				}
				wantKinds(t, err, withUnknown(op, "Unexpected")...)
				if !strings.Contains(err.Error(), "the body is empty") {
					t.Errorf("%s, %d: %v", op.name, status, err)
				}
			}
		}
	}
}

// TestOtherMediaTypes: what is neither JSON nor HTML is for the generated client to read.
func TestOtherMediaTypes(t *testing.T) {
	for contentType, good := range map[string]bool{
		"text/csv": true, "text/plain; charset=utf-8": true, "application/octet-stream": true, "application/zip": true,
		"": false, "nonsense;;": false, "text/html": false, "Text/HTML; charset=utf-8": false, "application/xhtml+xml": false,
		"application/json": false, "application/problem+json": false, "application/x-ndjson": false, "text/json": false,
	} {
		for _, op := range operations {
			header := []string{"Content-Type", contentType}
			if contentType == "" {
				header = nil
			}
			err := op.call(t, t.Context(), newClient(t, canned(200, "a;b;c", header...)))
			if op.throughAPI() && good {
				if err != nil {
					t.Errorf("%s, %s: %v", op.name, contentType, err)
				}
				continue
			}
			wantKinds(t, err, withUnknown(op, "Unexpected")...)
		}
	}
}

// nested is a list in a list in a list, n deep.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// TestSuccesses: what a caller gets of a documented success, in whatever form JSON can take, through a method and through API().
func TestSuccesses(t *testing.T) {
	const noError = `"err_code":0,"err_msg":null,"err_extra":null,"errorCode":null` // as some successes have it
	for _, tt := range []struct {
		name, body string
		run        string // ScanRunStatus.DATA
		reply      gen.AbortScanReply
	}{
		{"as documented", `{"DATA":"Scan is in Running state","reply":{"action_id":"7","status":"1","endpoints_count":"673"}}`,
			"Scan is in Running state", gen.AbortScanReply{ActionID: "7", Status: "1", EndpointsCount: "673"}},
		{"numbers for texts", `{"DATA":"x","reply":{"action_id":22519813685366,"status":1,"endpoints_count":0}}`,
			"x", gen.AbortScanReply{ActionID: "22519813685366", Status: "1", EndpointsCount: "0"}},
		{"nulls", `{"DATA":"x","reply":{"action_id":"7","status":null,"endpoints_count":null}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"DATA in lower case", `{"data":"x","reply":{"action_id":"7"}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"DATA in mixed case", `{"Data":"x","reply":{"action_id":"7"}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"DATA that is empty", `{"DATA":"","reply":{"action_id":"7"}}`, "", gen.AbortScanReply{ActionID: "7"}},
		{"DATA that is empty, in lower case", `{"data":"","reply":{"action_id":"7"}}`, "", gen.AbortScanReply{ActionID: "7"}},
		{"DATA as it came", `{"DATA":" \u001b[31mred\u001b[0m\n","reply":{"action_id":"7"}}`, " \x1b[31mred\x1b[0m\n", gen.AbortScanReply{ActionID: "7"}},
		{"byte order mark", "\ufeff" + `{"DATA":"x","reply":{"action_id":"7"}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"space around", "\r\n\t {\"DATA\":\"x\",\"reply\":{\"action_id\":\"7\"}} \r\n", "x", gen.AbortScanReply{ActionID: "7"}},
		{"2^53+1", `{"DATA":"x","reply":{"action_id":9007199254740993}}`, "x", gen.AbortScanReply{ActionID: "9007199254740993"}},
		{"more digits than fit", `{"DATA":"x","reply":{"action_id":1234567890123456789012345678901234567890}}`,
			"x", gen.AbortScanReply{ActionID: "1234567890123456789012345678901234567890"}},
		{"a number with an exponent", `{"DATA":"x","reply":{"action_id":1e400}}`, "x", gen.AbortScanReply{ActionID: "1e400"}},
		{"a member twice", `{"DATA":"x","DATA":"y","reply":{"action_id":"7"},"reply":{"action_id":"8"}}`, "y", gen.AbortScanReply{ActionID: "8"}},
		{"invalid UTF-8", "{\"DATA\":\"x\xff\xfey\",\"reply\":{\"action_id\":\"7\xc3\"}}", "x\ufffd\ufffdy", gen.AbortScanReply{ActionID: "7\ufffd"}},
		{"half a surrogate pair", `{"DATA":"x\ud83dy","reply":{"action_id":"\udc00"}}`, "x\ufffdy", gen.AbortScanReply{ActionID: "\ufffd"}},
		{"members that nobody knows yet", `{"new":[1,{"a":null}],"DATA":"x","reply":{"action_id":"7","new":{}}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"the members of an error, null or empty", `{"DATA":"x","reply":{"action_id":"7",` + noError + `},` + noError + `}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"10,000 deep, as far as encoding/json goes", `{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(9999) + `}`, "x", gen.AbortScanReply{ActionID: "7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, canned(200, tt.body))
			run, err := c.GetScanRunStatus(t.Context(), 789)
			if err != nil || run.DATA != tt.run {
				t.Errorf("GetScanRunStatus: %+v, %v", run, err)
			}
			reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
			if err != nil || *reply != tt.reply {
				t.Errorf("AbortScan: %+v, %v", reply, err)
			}
			viaAPI, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
			if err != nil || viaAPI.JSON200 == nil || viaAPI.JSON200.Reply != tt.reply {
				t.Errorf("API: %+v, %v", viaAPI, err)
			}
		})
	}
}

// TestAny2xxIsASuccess: any 2xx with the documented body is the documented success (201 is seen on published clients).
func TestAny2xxIsASuccess(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 207, 299} {
		c := newClient(t, canned(status, `{"DATA": "Scan is in Running state", "reply": {"action_id": "7"}}`))
		if run, err := c.GetScanRunStatus(t.Context(), 789); err != nil || run.State() != "Running" {
			t.Errorf("%d: %+v, %v", status, run, err)
		}
		if reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints()); err != nil || reply.ActionID != "7" {
			t.Errorf("%d: %+v, %v", status, reply, err)
		}
	}
}

// TestErrorFieldsAloneAreNotASuccess: a 2xx with nothing but an error of another form is no success, through API() neither.
func TestErrorFieldsAloneAreNotASuccess(t *testing.T) {
	for body, message := range map[string]string{`{"error": "e"}`: "e", `{"errors": ["e"]}`: "e", `{"detail": "e"}`: "e", `{"error": {"code": 7, "message": "e"}}`: "e"} {
		for _, op := range operations {
			err := op.call(t, t.Context(), newClient(t, canned(200, body)))
			wantKinds(t, err, "Unexpected")
			if e := apiError(t, err); e.Message != message {
				t.Errorf("%s, %s: %v", op.name, body, err)
			}
		}
	}
	for _, body := range []string{`{"error": null}`, `{"errors": []}`, `{"err_code": 0, "err_msg": null}`} { // which say nothing
		for _, op := range operations {
			wantKinds(t, op.call(t, t.Context(), newClient(t, canned(200, body))), withUnknown(op, "Unexpected")...)
		}
	}
}

// TestInvalidSuccesses: a 2xx that is not the documented success. After a POST nobody knows what was done, unless the
// answer is an error envelope.
func TestInvalidSuccesses(t *testing.T) {
	const both = `{"DATA":"x","reply":{"action_id":"7"},`
	type answer struct {
		name   string
		status int
		body   string
	}
	check := func(answers []answer, ops []operation, kinds func(operation) []string) {
		for _, tt := range answers {
			for _, op := range ops {
				t.Run(tt.name+"/"+op.name, func(t *testing.T) {
					err := op.call(t, t.Context(), newClient(t, canned(tt.status, tt.body)))
					wantKinds(t, err, kinds(op)...)
					if e := apiError(t, err); e.StatusCode != tt.status || string(e.Body) != tt.body[:min(len(tt.body), 64<<10)] || e.Operation != op.what || e.Attempts != 1 {
						t.Errorf("status %d, operation %q, %d attempts, %d of %d bytes of body", e.StatusCode, e.Operation, e.Attempts, len(e.Body), len(tt.body))
					}
				})
			}
		}
	}
	check([]answer{ // No JSON
		{"blank", 200, " \n"},
		{"HTML", 200, "<html><title>Sign in</title></html>"},
		{"plain text", 200, "OK"},
		{"cut off", 200, goodReply[:20]},
		{"trailing garbage", 200, goodReply + "x"},
		{"two values", 200, goodReply + goodReply},
		{"unassigned", 299, "x"},
		{"two byte order marks", 200, "\ufeff\ufeff" + goodStatus},
		{"NUL behind", 200, goodStatus + "\x00"},
		{"UTF-16", 200, "\xff\xfe{\x00}\x00"},
		{"a control character in a string", 200, "{\"DATA\":\"x\ny\"}"},
		{"single quotes", 200, "{'DATA':'x'}"},
		{"NaN", 200, `{"DATA":NaN}`},
		{"10,001 deep", 200, both + `"deep":` + nested(10_000) + `}`},
		{"100,000 deep in the error", 200, `{"reply":{"err_code":500,"err_extra":` + nested(100_000) + `}}`},
		{"100,000 envelopes in one another", 200, strings.Repeat(`{"reply":`, 100_000) + strings.Repeat("}", 100_000)},
	}, operations, func(op operation) []string { return withUnknown(op, "Unexpected") })
	check([]answer{ // JSON, but not the operation's, which API() lets pass
		{"null", 200, `null`}, {"a number", 200, `1`}, {"a text", 200, `"DATA"`}, {"a list", 200, `[]`}, {"an empty object", 200, `{}`},
		{"nulls", 200, `{"DATA": null, "reply": null}`},
		{"other types", 200, `{"DATA": 7, "reply": "x"}`},
		{"lists", 200, `{"DATA": [], "reply": []}`},
		{"no action", 200, `{"data ": "x", "reply": {"status": "1"}}`},
		{"an empty action", 200, `{"reply": {"action_id": "", "status": "1"}}`},
		{"an action of another type", 200, `{"reply": {"action_id": true}}`},
		{"no content", 204, ``},
	}, operations[:2], func(op operation) []string { return withUnknown(op, "Unexpected") })
	check([]answer{ // Errors with a number for a code that says nothing definite
		{"600", 200, `{"reply": {"err_code": 600, "err_msg": "m"}}`},
		{"err_code beyond 2^53", 200, `{"reply":{"err_code":9007199254740993,"err_msg":"x"}}`},
		{"err_code that overflows", 200, `{"reply":{"err_code":1` + strings.Repeat("0", 400) + `,"err_msg":"x"}}`},
	}, operations, func(op operation) []string { return withUnknown(op, "Unexpected") })
}

// TestJSONIsRecognizedByItsBytes, and not by its Content-Type, which the generated parser goes by.
func TestJSONIsRecognizedByItsBytes(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "text/html", "application/octet-stream", "application/vnd.x+json; charset=latin1", ";;;"} {
		for _, mark := range []string{"", "\ufeff"} {
			c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
				body := mark + goodStatus
				if r.Method == http.MethodPost {
					body = mark + goodReply
				}
				return response(r, 200, body, "Content-Type", contentType), nil
			}))
			for _, op := range operations {
				if err := op.call(t, t.Context(), c); err != nil {
					t.Errorf("%q, %s: %v", contentType, op.name, err)
				}
			}
			res, err := c.API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}})
			if err != nil || res.JSON200 == nil || res.JSON200.DATA != "Scan is in Running state" {
				t.Fatalf("%q: %+v, %v", contentType, res, err)
			}
			want := "application/json"
			if strings.HasPrefix(contentType, "application/vnd.x+json") {
				want = contentType // which the contract may document beside the plain one
			}
			if got := res.HTTPResponse.Header.Get("Content-Type"); got != want {
				t.Errorf("%q became %q, want %q", contentType, got, want)
			}
		}
	}
}
