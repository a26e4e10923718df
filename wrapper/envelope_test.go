package wrapper_test

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

type details = []wrapper.Detail

// TestEnvelopes has every error body that was seen on the platform. Each comes out as the same error for both
// operations and at any status, and keeps that status.
func TestEnvelopes(t *testing.T) {
	located := `{"line": 1, "column": 19, "message": "no viable alternative at input '|alter2'"}`
	for _, tt := range []struct {
		name, body string
		want       wrapper.APIError // its texts
	}{
		{"reply, null extra", `{"reply": {"err_code": 401, "err_msg": "Public API request unauthorized", "err_extra": null}}`,
			wrapper.APIError{Code: "401", Message: "Public API request unauthorized"}},
		{"reply, text extra", `{"reply": {"err_code": 400, "err_msg": "Got an invalid JSON", "err_extra": "request_data: field required"}}`,
			wrapper.APIError{Code: "400", Message: "Got an invalid JSON", Extra: "request_data: field required"}},
		{"reply, empty object as extra", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": {}}}`,
			wrapper.APIError{Code: "500", Message: "m", Extra: "{}"}},
		{"reply, object as extra", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": { "a" : [1, 2], "b": null }}}`,
			wrapper.APIError{Code: "500", Message: "m", Extra: `{"a":[1,2],"b":null}`}},
		{"reply, number as extra", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": 12}}`,
			wrapper.APIError{Code: "500", Message: "m", Extra: "12"}},
		{"reply, no extra", `{"reply": {"err_code": 500, "err_msg": "m"}}`, wrapper.APIError{Code: "500", Message: "m"}},
		{"reply, no message", `{"reply": {"err_code": 500}}`, wrapper.APIError{Code: "500"}},
		{"reply, null message", `{"reply": {"err_code": 500, "err_msg": null, "err_extra": "e"}}`, wrapper.APIError{Code: "500", Extra: "e"}},
		{"reply, a word as code", `{"reply": {"err_code": "LICENSE", "err_msg": "m"}}`, wrapper.APIError{Code: "LICENSE", Message: "m"}},
		{"reply, code 100", `{"reply": {"err_code": 100, "err_msg": "m"}}`, wrapper.APIError{Code: "100", Message: "m"}},
		{"reply, a list of details as extra", `{"reply": {"err_code": 1, "err_extra": [{"field": "f", "message": "m"}]}}`,
			wrapper.APIError{Code: "1", Details: details{{"f", "m"}}}},
		{"flat", `{"err_code": "500", "err_msg": "m", "err_extra": "e"}`, wrapper.APIError{Code: "500", Message: "m", Extra: "e"}},
		{"flat, located message", `{"err_code": "500", "err_msg": ` + strconv.Quote(located) + `, "err_extra": "e"}`,
			wrapper.APIError{Code: "500", Message: "no viable alternative at input '|alter2'", Extra: "e", Line: 1, Column: 19}},
		{"flat, located message as an object", `{"err_code": "500", "err_msg": ` + located + `}`,
			wrapper.APIError{Code: "500", Message: "no viable alternative at input '|alter2'", Line: 1, Column: 19}},
		{"flat, message of other JSON", `{"err_code": "500", "err_msg": "{\"line\": 1}"}`, wrapper.APIError{Code: "500", Message: `{"line": 1}`}},
		{"flat, message that begins like JSON", `{"err_code": "500", "err_msg": "{oops"}`, wrapper.APIError{Code: "500", Message: "{oops"}},
		{"flat, located message of other types", `{"err_code": "500", "err_msg": "{\"line\": \"x\", \"message\": \"m\"}"}`,
			wrapper.APIError{Code: "500", Message: `{"line": "x", "message": "m"}`}},
		{"netscan, details", `{"err_msg": "invalid", "metadata": {"err_extra": [{"field": "name", "message": "Field required"}, {"field": "x", "message": "no"}]}}`,
			wrapper.APIError{Message: "invalid", Details: details{{"name", "Field required"}, {"x", "no"}}}},
		{"netscan, an integer as field", `{"err_msg": "invalid", "metadata": {"err_extra": [{"field": 3, "message": "m"}]}}`,
			wrapper.APIError{Message: "invalid", Details: details{{"3", "m"}}}},
		{"netscan, no field", `{"err_msg": "invalid", "metadata": {"err_extra": [{"message": "m"}]}}`,
			wrapper.APIError{Message: "invalid", Details: details{{"", "m"}}}},
		{"netscan, no message of a detail", `{"err_msg": "invalid", "metadata": {"err_extra": [{"field": "f"}]}}`,
			wrapper.APIError{Message: "invalid", Details: details{{"f", ""}}}},
		{"netscan, details of other forms", `{"err_msg": "invalid", "metadata": {"err_extra": ["text", {"a": 1}, 7, null, {"field": {}, "message": "m"}]}}`,
			wrapper.APIError{Message: "invalid", Details: details{{"", "text"}, {"", `{"a":1}`}, {"", "7"}, {"", ""}, {"", "m"}}}},
		{"netscan, text extra", `{"err_msg": "invalid", "metadata": {"err_extra": "plain"}}`, wrapper.APIError{Message: "invalid", Extra: "plain"}},
		{"netscan, null extra", `{"err_msg": "invalid", "metadata": {"err_extra": null}}`, wrapper.APIError{Message: "invalid"}},
		{"netscan, null metadata", `{"err_msg": "invalid", "metadata": null}`, wrapper.APIError{Message: "invalid"}},
		{"netscan, metadata of another type", `{"err_msg": "invalid", "metadata": "gone"}`, wrapper.APIError{Message: "invalid"}},
		{"netscan, code", `{"err_msg": "m", "metadata": {"code": "BAD_REQUEST"}}`, wrapper.APIError{Code: "BAD_REQUEST", Message: "m"}},
		{"netscan in data", `{"data": {"err_msg": "m", "metadata": {"err_extra": "e", "err_code": 400}}}`,
			wrapper.APIError{Code: "400", Message: "m", Extra: "e"}},
		{"netscan in DATA", `{"DATA": {"err_msg": "m"}}`, wrapper.APIError{Message: "m"}},
		{"reply in data", `{"data": {"reply": {"err_code": 403, "err_msg": "m", "err_extra": null}}}`, wrapper.APIError{Code: "403", Message: "m"}},
		{"an empty list as extra", `{"err_msg": "m", "err_extra": []}`, wrapper.APIError{Message: "m"}},
		{"errorCode, a map of details", `{"errorCode": "VALIDATION_ERROR", "message": "m", "details": {"policy.name": {"message": "too long"}, "a": {"message": "b"}}}`,
			wrapper.APIError{Code: "VALIDATION_ERROR", Message: "m", Details: details{{"a", "b"}, {"policy.name", "too long"}}}},
		{"errorCode, a map of something else", `{"errorCode": "E", "message": "m", "details": {"a": {"message": "b"}, "c": 1}}`,
			wrapper.APIError{Code: "E", Message: "m", Extra: `{"a":{"message":"b"},"c":1}`}},
		{"errorCode, a map without messages", `{"errorCode": "E", "message": "m", "details": {"a": {"b": "c"}}}`,
			wrapper.APIError{Code: "E", Message: "m", Extra: `{"a":{"b":"c"}}`}},
		{"errorCode, no message", `{"errorCode": "E"}`, wrapper.APIError{Code: "E"}},
		{"members of other types", `{"err_code": {"a": 1}, "err_msg": "m", "err_extra": "e", "reply": 3, "data": [], "details": 4, "errorCode": true}`,
			wrapper.APIError{Message: "m", Extra: "e"}},
		{"a leading tab", `{"err_code": 500, "err_msg": "\tspoken  from\r\nafar\u0000 "}`, wrapper.APIError{Code: "500", Message: "spoken from afar"}},
		{"a number as message", `{"err_code": 500, "err_msg": 42}`, wrapper.APIError{Code: "500", Message: "42"}},
		{"a large code", `{"err_code": 22519813685366123456789, "err_msg": "m"}`, wrapper.APIError{Code: "22519813685366123456789", Message: "m"}},
		{"code 0", `{"err_code": 0, "err_msg": "m"}`, wrapper.APIError{Code: "0", Message: "m"}},
		{"code 9", `{"err_code": 9.5e1, "err_msg": "m"}`, wrapper.APIError{Code: "9.5e1", Message: "m"}},
		{"a negative code", `{"err_code": -7, "err_msg": "m"}`, wrapper.APIError{Code: "-7", Message: "m"}},
		{"byte order mark", "\ufeff" + `{"err_code": 500, "err_msg": "m"}`, wrapper.APIError{Code: "500", Message: "m"}},
		{"space around", "\r\n " + `{"err_code": 500, "err_msg": "m"}` + "\n", wrapper.APIError{Code: "500", Message: "m"}},
		{"reply as a list", `{"reply": ["a"]}`, wrapper.APIError{}},
		{"other JSON object", `{"a": 1}`, wrapper.APIError{}},
		{"JSON list", `[1, 2]`, wrapper.APIError{}},
		{"JSON string", `"oops"`, wrapper.APIError{}},
		{"null", `null`, wrapper.APIError{}},
		{"plain text", "Internal Server Error\n\nThe server encountered an unexpected internal server error\n\n(generated by waitress)",
			wrapper.APIError{Message: "Internal Server Error"}},
		{"plain text behind empty lines", "\n \nupstream connect error\r\nmore", wrapper.APIError{Message: "upstream connect error"}},
		{"binary", "\x00ELF\x02", wrapper.APIError{}},
		{"binary further on", "RIFF\x00\x01", wrapper.APIError{}},
		{"HTML, title", "<!DOCTYPE html><html><HEAD><Title lang=en>\n 502 Bad\tGateway &amp; more </TITLE><body><h1>x</h1>", wrapper.APIError{Message: "502 Bad Gateway & more"}},
		{"HTML, heading", "<html><body><h1>Not here</h1></body></html>", wrapper.APIError{Message: "Not here"}},
		{"HTML, title that does not end", "<html><title>oops<h1>Not here</h1>", wrapper.APIError{Message: "Not here"}},
		{"HTML, tag that does not end", "<html><title", wrapper.APIError{}},
		{"HTML, neither", "<html><p>oops", wrapper.APIError{}},
		{"HTML, invalid UTF-8 before the title", "<p>\xff\xff</p><title>Oops</title>", wrapper.APIError{Message: "Oops"}},
		{"empty", "", wrapper.APIError{}},
		{"blank", " \n", wrapper.APIError{}},
		{"cut off object", `{"reply": {"err_code": 500, "err_m`, wrapper.APIError{}},
		{"cut off list", `[{"err_code": 500`, wrapper.APIError{}},
		{"trailing garbage", `{"err_code": 500}x`, wrapper.APIError{}},
	} {
		for _, op := range operations {
			for _, status := range []int{400, 401, 403, 404, 500} {
				t.Run(fmt.Sprintf("%s/%s/%d", tt.name, op.name, status), func(t *testing.T) {
					e := apiError(t, op.call(t, t.Context(), newClient(t, canned(status, tt.body), once())))
					got := wrapper.APIError{Code: e.Code, Message: e.Message, Details: e.Details, Extra: e.Extra, Line: e.Line, Column: e.Column}
					if !reflect.DeepEqual(got, tt.want) {
						t.Errorf("got  %+v\nwant %+v", got, tt.want)
					}
					if e.StatusCode != status || e.Operation != op.what || string(e.Body) != tt.body || e.Attempts != 1 || e.RetryAfter != 0 {
						t.Errorf("status %d, operation %q, body %q, %d attempts, Retry-After %v", e.StatusCode, e.Operation, e.Body, e.Attempts, e.RetryAfter)
					}
				})
			}
		}
	}
}

func TestEnvelopesAreBounded(t *testing.T) {
	long := strings.Repeat("ü", 5000)
	message := func(t *testing.T, body string) *wrapper.APIError {
		return apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(400, body), once())))
	}
	inBounds := func(t *testing.T, what, got string, atMost int) {
		if len(got) > atMost || len(got) < atMost/2 || !strings.HasSuffix(got, "…") || !strings.HasPrefix(got, "üü") {
			t.Errorf("%s has %d bytes, want nearly %d and an ellipsis", what, len(got), atMost)
		}
	}
	t.Run("texts", func(t *testing.T) {
		e := message(t, fmt.Sprintf(`{"err_code": %q, "err_msg": %q, "err_extra": %q}`, long, long, long))
		inBounds(t, "Message", e.Message, 1<<10)
		inBounds(t, "Extra", e.Extra, 1<<10)
		inBounds(t, "Code", e.Code, 128)
	})
	t.Run("a detail", func(t *testing.T) {
		e := message(t, fmt.Sprintf(`{"err_msg": "m", "err_extra": [{"field": %q, "message": %q}]}`, long, long))
		inBounds(t, "Field", e.Details[0].Field, 256)
		inBounds(t, "Message", e.Details[0].Message, 1<<10)
	})
	t.Run("a detail of a map", func(t *testing.T) {
		e := message(t, fmt.Sprintf(`{"errorCode": "E", "details": {%q: {"message": %q}}}`, long, long))
		inBounds(t, "Field", e.Details[0].Field, 256)
		inBounds(t, "Message", e.Details[0].Message, 1<<10)
	})
	t.Run("plain text", func(t *testing.T) { inBounds(t, "Message", message(t, long).Message, 1<<10) })
	t.Run("HTML", func(t *testing.T) { inBounds(t, "Message", message(t, "<title>"+long+"</title>").Message, 1<<10) })
	for _, n := range []int{99, 100, 101, 1000} {
		t.Run(fmt.Sprintf("%d details", n), func(t *testing.T) {
			one, byField := strings.Repeat(`{"field":"f","message":"m"},`, n), ""
			for i := range n {
				byField += fmt.Sprintf(`"%04d": {"message": "m"},`, n-i)
			}
			e := message(t, `{"err_msg": "m", "err_extra": [`+strings.TrimSuffix(one, ",")+`]}`)
			if len(e.Details) != min(n, 100) {
				t.Errorf("list: %d details", len(e.Details))
			}
			e = message(t, `{"err_msg": "m", "err_extra": {`+strings.TrimSuffix(byField, ",")+`}}`)
			if len(e.Details) != min(n, 100) || e.Details[0].Field != "0001" {
				t.Errorf("map: %d details, the first %v", len(e.Details), e.Details[0])
			}
		})
	}
	t.Run("details as long as the answer may be", func(t *testing.T) {
		list := `["` + strings.Repeat("a", 1<<20) + `"]`
		if e := message(t, `{"err_msg": "m", "err_extra": `+list+`}`); len(e.Details) != 1 || len(e.Details[0].Message) > 1<<10 || e.Extra != "" {
			t.Errorf("%d details, extra of %d bytes", len(e.Details), len(e.Extra))
		}
	})
	t.Run("a map of details as long as the answer may be", func(t *testing.T) {
		var byField strings.Builder
		for n := range 1000 { // out of order, and two of each
			fmt.Fprintf(&byField, `,"f%03d":{"message":"%s"}`, (n*7)%500, strings.Repeat("x", 1000))
		}
		e := message(t, `{"errorCode": "E", "details": {`+byField.String()[1:]+`}}`)
		if len(e.Details) != 100 || e.Details[0].Field != "f000" || e.Details[99].Field != "f099" || e.Extra != "" {
			t.Errorf("%d details, extra of %d bytes", len(e.Details), len(e.Extra))
		}
	})
	t.Run("Body", func(t *testing.T) {
		for _, n := range []int{64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20} {
			body := "x" + strings.Repeat("y", n-1)
			if e := message(t, body); string(e.Body) != body[:min(n, 64<<10)] {
				t.Errorf("of %d bytes %d are kept", n, len(e.Body))
			}
		}
	})
	t.Run("depth", func(t *testing.T) {
		for _, n := range []int{9_000, 20_000} {
			if e := message(t, strings.Repeat(`{"reply":`, n)+"1"+strings.Repeat("}", n)); e.StatusCode != 400 {
				t.Errorf("status %d", e.StatusCode)
			}
		}
	})
}
