package wrapper_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
)

// TestErrorsInASuccess: of a 200 that carries an error envelope, the code decides where it is a status of 400
// or more. It is a definite answer.
func TestErrorsInASuccess(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"500", `{"reply": {"err_code": 500, "err_msg": "m"}}`, "Server"},
		{"500 without a message", `{"reply": {"err_code": 500}}`, "Server"},
		{"503", `{"reply": {"err_code": 503, "err_msg": "m"}}`, "Server"},
		{"400", `{"reply": {"err_code": 400, "err_msg": "m"}}`, "BadRequest"},
		{"422", `{"err_code": "422", "err_msg": "m"}`, "BadRequest"},
		{"401 as text", `{"err_code": "401", "err_msg": "m"}`, "Unauthorized"},
		{"402", `{"data": {"reply": {"err_code": 402}}}`, "NoLicense"},
		{"403 in metadata", `{"data": {"err_msg": "m", "metadata": {"err_code": 403}}}`, "Forbidden"},
		{"404", `{"reply": {"err_code": 404, "err_msg": "m"}}`, "NotFound"},
		{"429", `{"reply": {"err_code": 429, "err_msg": "m"}}`, "RateLimited"},
		{"a status without a kind", `{"reply": {"err_code": 409, "err_msg": "m"}}`, "Unexpected"},
		{"599", `{"reply": {"err_code": 599, "err_msg": "m"}}`, "Server"},
		{"600", `{"reply": {"err_code": 600, "err_msg": "m"}}`, "Unexpected"},
		{"100", `{"reply": {"err_code": 100, "err_msg": "m"}}`, "Unexpected"},
		{"200", `{"reply": {"err_code": 200, "err_msg": "m"}}`, "Unexpected"},
		{"a word", `{"errorCode": "VALIDATION_ERROR", "message": "m"}`, "Unexpected"},
		{"no code", `{"err_msg": "m", "metadata": {}}`, "Unexpected"},
		{"beside a result", `{"DATA": "Scan is in Running state", "reply": {"action_id": "1", "err_code": 500}}`, "Server"},
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

// TestSuccessesThatOnlyLookLikeErrors: some successes carry the members of an error, null or empty.
func TestSuccessesThatOnlyLookLikeErrors(t *testing.T) {
	const none = `"err_code": 0, "err_msg": null, "err_extra": null, "errorCode": null`
	for _, op := range operations {
		body := `{"DATA": "Scan is in Running state", "reply": {"action_id": "1", ` + none + `}, ` + none + `}`
		if err := op.call(t, t.Context(), newClient(t, canned(200, body))); err != nil {
			t.Errorf("%s: %v", op.name, err)
		}
	}
}

// TestEmptySuccesses: through the generated client an operation may document them; the two of this package do not.
func TestEmptySuccesses(t *testing.T) {
	for _, status := range []int{200, 201, 202, 204} {
		for _, body := range []string{"", "\ufeff"} {
			for _, op := range operations {
				// The generated parser would take the header's word for it.
				err := op.call(t, t.Context(), newClient(t, canned(status, body, "Content-Type", "application/json")))
				if op.throughAPI() {
					if err != nil {
						t.Errorf("%s, %d: %v", op.name, status, err)
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

// TestSuccessesOfOtherMediaTypes: what is neither JSON nor HTML is for the generated client to read.
func TestSuccessesOfOtherMediaTypes(t *testing.T) {
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

// TestSuccessesThatAreNone: a 2xx that is not the documented success. After a POST nobody knows what was done.
func TestSuccessesThatAreNone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
	}{
		{"blank", 200, " \n"},
		{"HTML", 200, "<html><title>Sign in</title></html>"},
		{"plain text", 200, "OK"},
		{"cut off", 200, goodReply[:20]},
		{"trailing garbage", 200, goodReply + "x"},
		{"two values", 200, goodReply + goodReply},
		{"unassigned", 299, "x"},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				err := op.call(t, t.Context(), newClient(t, canned(tt.status, tt.body)))
				wantKinds(t, err, withUnknown(op, "Unexpected")...)
				if e := apiError(t, err); e.StatusCode != tt.status || string(e.Body) != tt.body || e.Attempts != 1 {
					t.Errorf("status %d, %d attempts, body %q", e.StatusCode, e.Attempts, e.Body)
				}
			})
		}
	}
}

// TestShapesThatAreNone: JSON, but not the operation's.
func TestShapesThatAreNone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
	}{
		{"null", 200, `null`}, {"a number", 200, `1`}, {"a text", 200, `"DATA"`}, {"a list", 200, `[]`}, {"an empty object", 200, `{}`},
		{"nulls", 200, `{"DATA": null, "reply": null}`},
		{"other types", 200, `{"DATA": 7, "reply": "x"}`},
		{"lists", 200, `{"DATA": [], "reply": []}`},
		{"no action", 200, `{"data ": "x", "reply": {"status": "1"}}`},
		{"an empty action", 200, `{"reply": {"action_id": "", "status": "1"}}`},
		{"an action of another type", 200, `{"reply": {"action_id": true}}`},
		{"another success", 201, `{"DATA": "Scan is in Running state", "reply": {"action_id": "1"}}`},
		{"no content", 204, ``},
	} {
		for _, op := range operations[:2] {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				err := op.call(t, t.Context(), newClient(t, canned(tt.status, tt.body)))
				wantKinds(t, err, withUnknown(op, "Unexpected")...)
				if e := apiError(t, err); e.StatusCode != tt.status || string(e.Body) != tt.body || e.Operation != op.what || e.Attempts != 1 {
					t.Errorf("status %d, operation %q, body %q", e.StatusCode, e.Operation, e.Body)
				}
			})
		}
	}
}

// TestAnEmptySuccessPassesOnlyAs204, for operations that document no body; both of ours do.
func TestAnEmptySuccessPassesOnlyAs204(t *testing.T) {
	res, err := newClient(t, canned(204, "")).API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
	if err != nil || res.HTTPResponse.StatusCode != 204 || len(res.Body) != 0 || len(res.HTTPResponse.Header) != 0 {
		t.Errorf("got %+v, %v", res, err)
	}
}

// TestJSONIsKnownByItsBytes, and not by its Content-Type, which the generated parser goes by.
func TestJSONIsKnownByItsBytes(t *testing.T) {
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
