package envelope

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func keep(s string) string { return s }

type detail = struct{ Field, Message string }

// The rows are the error bodies seen on the platform, and those of proxies and gateways in front of it.
func TestParse(t *testing.T) {
	located := `{"line": 1, "column": 19, "message": "no viable alternative at input '|alter2'"}`
	for _, tt := range []struct {
		name, body string
		want       Error // only its strings
	}{
		{"reply, null extra", `{"reply": {"err_code": 401, "err_msg": "Public API request unauthorized", "err_extra": null}}`,
			Error{Code: "401", Message: "Public API request unauthorized"}},
		{"reply, a string as extra", `{"reply": {"err_code": 400, "err_msg": "Got an invalid JSON", "err_extra": "request_data: field required"}}`,
			Error{Code: "400", Message: "Got an invalid JSON", Extra: "request_data: field required"}},
		{"reply, an empty object as extra", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": {}}}`,
			Error{Code: "500", Message: "m", Extra: "{}"}},
		{"reply, an object as extra", `{"reply": {"err_code": 500, "err_msg": "m", "err_extra": { "a" : [1, 2], "b": null }}}`,
			Error{Code: "500", Message: "m", Extra: `{"a":[1,2],"b":null}`}},
		{"reply, no message", `{"reply": {"err_code": 500}}`, Error{Code: "500"}},
		{"reply, null message", `{"reply": {"err_code": 500, "err_msg": null, "err_extra": "e"}}`, Error{Code: "500", Extra: "e"}},
		{"reply, a word as code", `{"reply": {"err_code": "LICENSE", "err_msg": "m"}}`, Error{Code: "LICENSE", Message: "m"}},
		{"reply, a list of details as extra", `{"reply": {"err_code": 1, "err_extra": [{"field": "f", "message": "m"}]}}`,
			Error{Code: "1", Details: []detail{{"f", "m"}}}},
		{"flat", `{"err_code": "500", "err_msg": "m", "err_extra": "e"}`, Error{Code: "500", Message: "m", Extra: "e"}},
		{"flat, a message with its place", `{"err_code": "500", "err_msg": ` + strconv.Quote(located) + `, "err_extra": "e"}`,
			Error{Code: "500", Message: "no viable alternative at input '|alter2'", Extra: "e", Line: 1, Column: 19}},
		{"flat, a message with its place, as an object", `{"err_code": "500", "err_msg": ` + located + `}`,
			Error{Code: "500", Message: "no viable alternative at input '|alter2'", Line: 1, Column: 19}},
		{"flat, other JSON as message", `{"err_code": "500", "err_msg": "{\"line\": 1}"}`, Error{Code: "500", Message: `{"line": 1}`}},
		{"flat, a message that begins like JSON", `{"err_code": "500", "err_msg": "{oops"}`, Error{Code: "500", Message: "{oops"}},
		{"flat, a message whose place has another type", `{"err_code": "500", "err_msg": "{\"line\": \"x\", \"message\": \"m\"}"}`,
			Error{Code: "500", Message: `{"line": "x", "message": "m"}`}},
		{"netscan, details", `{"err_msg": "invalid", "metadata": {"err_extra": [{"field": "name", "message": "Field required"}, {"message": "no"}]}}`,
			Error{Message: "invalid", Details: []detail{{"name", "Field required"}, {"", "no"}}}},
		{"netscan, an integer as field", `{"err_msg": "invalid", "metadata": {"err_extra": [{"field": 3, "message": "m"}]}}`,
			Error{Message: "invalid", Details: []detail{{"3", "m"}}}},
		{"netscan, no message", `{"err_msg": "invalid", "metadata": {"err_extra": [{"field": "f"}]}}`,
			Error{Message: "invalid", Details: []detail{{"f", ""}}}},
		{"netscan, details of other types", `{"err_msg": "invalid", "metadata": {"err_extra": ["text", {"a": 1}, 7, null, {"field": {}, "message": "m"}]}}`,
			Error{Message: "invalid", Details: []detail{{"", "text"}, {"", `{"a":1}`}, {"", "7"}, {"", ""}, {"", "m"}}}},
		{"netscan, metadata of another type", `{"err_msg": "invalid", "metadata": "gone"}`, Error{Message: "invalid"}},
		{"netscan, code", `{"err_msg": "m", "metadata": {"code": "BAD_REQUEST"}}`, Error{Code: "BAD_REQUEST", Message: "m"}},
		{"netscan in data", `{"data": {"err_msg": "m", "metadata": {"err_extra": "e", "err_code": 400}}}`,
			Error{Code: "400", Message: "m", Extra: "e"}},
		{"reply in data", `{"data": {"reply": {"err_code": 403, "err_msg": "m", "err_extra": null}}}`, Error{Code: "403", Message: "m"}},
		{"an empty list as extra", `{"err_msg": "m", "err_extra": []}`, Error{Message: "m"}},
		{"errorCode, a map of details", `{"errorCode": "VALIDATION_ERROR", "message": "m", "details": {"policy.name": {"message": "too long"}, "a": {"message": "b"}}}`,
			Error{Code: "VALIDATION_ERROR", Message: "m", Details: []detail{{"a", "b"}, {"policy.name", "too long"}}}},
		{"errorCode, a map of something else", `{"errorCode": "E", "message": "m", "details": {"a": {"message": "b"}, "c": 1}}`,
			Error{Code: "E", Message: "m", Extra: `{"a":{"message":"b"},"c":1}`}},
		{"fields of other types", `{"err_code": {"a": 1}, "err_msg": "m", "err_extra": "e", "reply": 3, "data": [], "details": 4, "errorCode": true}`,
			Error{Message: "m", Extra: "e"}},
		{"white space and a control character", `{"err_code": 500, "err_msg": "\tspoken  from\r\nafar\u0000 "}`, Error{Code: "500", Message: "spoken from afar"}},
		{"a large code", `{"err_code": 22519813685366123456789, "err_msg": "m"}`, Error{Code: "22519813685366123456789", Message: "m"}},
		{"other JSON object", `{"a": 1}`, Error{}},
		{"JSON string", `"oops"`, Error{Message: "oops"}},
		{"plain text", "Internal Server Error\n\nThe server encountered an unexpected internal server error\n\n(generated by waitress)",
			Error{Message: "Internal Server Error"}},
		{"binary", "RIFF\x00\x01", Error{}},
		{"HTML, title", "<!DOCTYPE html><html><HEAD><Title lang=en>\n 502 Bad\tGateway &amp; more </TITLE><body><h1>x</h1>", Error{Message: "502 Bad Gateway & more"}},
		{"HTML, heading", "<html><body><h1>Not here</h1></body></html>", Error{Message: "Not here"}},
		{"HTML, a title that does not end", "<html><title>oops<h1>Not here</h1>", Error{Message: "Not here"}},
		{"HTML, invalid UTF-8 before the title", "<p>\xff\xff</p><title>Oops</title>", Error{Message: "Oops"}},
		{"empty", "", Error{}},
		{"cut off object", `{"reply": {"err_code": 500, "err_m`, Error{}},

		// Errors that do not come from the platform.
		{"FastAPI, a string", `{"detail": "Not authenticated"}`, Error{Message: "Not authenticated"}},
		{"FastAPI, a list", `{"detail": [{"type": "missing", "loc": ["body", "filters", 0], "msg": "Field required"}, {"loc": ["query"], "msg": "no"}]}`,
			Error{Message: "body.filters.0: Field required", Details: []detail{{"body.filters.0", "Field required"}, {"query", "no"}}}},
		{"pydantic in metadata", `{"err_msg": "invalid", "metadata": {"err_extra": [{"type": "missing", "loc": ["body", "name"], "msg": "Field required"}]}}`,
			Error{Message: "invalid", Details: []detail{{"body.name", "Field required"}}}},
		{"pydantic as a list", `[{"loc": ["body"], "msg": "m"}]`, Error{Message: "body: m", Details: []detail{{"body", "m"}}}},
		{"an error inside the error", `{"err_msg": "outer", "err_extra": {"err_msg": "inner"}}`, Error{Message: "inner", Extra: "outer"}},
		{"problem+json", `{"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "no such field"}`, Error{Message: "Bad Request", Extra: "no such field"}},
		{"error", `{"error": "invalid_token", "error_description": "expired"}`, Error{Message: "invalid_token", Extra: "expired"}},
		{"error as an object", `{"error": {"code": 404, "message": "no route"}}`, Error{Code: "404", Message: "no route"}},
		{"error as an object without a message", `{"error": {"a": 1}}`, Error{Message: `{"a":1}`}},
		{"errors, strings", `{"errors": ["a", "b"]}`, Error{Message: "a", Details: []detail{{"", "a"}, {"", "b"}}}},
		{"errors, objects", `{"errors": [{"field": "f", "title": "m"}]}`, Error{Message: "f: m", Details: []detail{{"f", "m"}}}},
		{"errors, numbers", `{"errors": [1]}`, Error{}},
		{"reply as a string", `{"reply": "Too many requests"}`, Error{Message: "Too many requests"}},
		{"message and code", `{"message": "no route", "code": "E7"}`, Error{Code: "E7", Message: "no route"}},
		{"message as an object", `{"message": {"detail": "m"}}`, Error{Message: "m"}},
		{"message and errors", `{"message": "Validation failed", "errors": [{"field": "f", "message": "m"}]}`,
			Error{Message: "Validation failed", Details: []detail{{"f", "m"}}}},
		{"message and error", `{"status": 404, "error": "Not Found", "message": "No handler"}`, Error{Message: "No handler", Extra: "Not Found"}},
		{"detail as an object", `{"detail": {"err_msg": "m"}}`, Error{Message: "m"}},
		{"empty objects", `{"error": {}, "message": {}, "detail": {}, "errors": {}}`, Error{}},
		{"errors, objects, with space around", "{\"errors\": [\r\n\t {\"title\": \"m\"}]}", Error{Message: "m", Details: []detail{{"", "m"}}}},
		{"a place that is a string", `{"detail": [{"loc": "body", "msg": "m"}]}`, Error{Message: "body: m", Details: []detail{{"body", "m"}}}},
		{"a place with values of other types", `{"detail": [{"loc": ["a", null, {"b": 1}, 2.5], "field": "f", "msg": "m"}]}`,
			Error{Message: "a...2.5: m", Details: []detail{{"a...2.5", "m"}}}},
		{"a place of another type", `{"detail": [{"loc": {}, "field": "f", "msg": "m"}]}`, Error{Message: "f: m", Details: []detail{{"f", "m"}}}},
		{"a message with its place in an error inside the error", `{"err_msg": "outer", "err_extra": {"err_msg": "{\"line\": 2, \"column\": 3, \"message\": \"m\"}"}}`,
			Error{Message: "m", Extra: "outer", Line: 2, Column: 3}},
		{"plain text after invisible lines", "\u200b\n\u2060 \n real\n", Error{Message: "real"}},
		{"binary after its first line", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Error{}},
		{"HTML, letters that are longer in lower case", "<p>\u212a\u023a</p><TITLE>Oops</TITLE>", Error{Message: "Oops"}},
		{"HTML, an incomplete tag", "<title>Oops<b</title>", Error{Message: "Oops"}},
		{"HTML, tags and entities in the title", "<h1><b>502</b> Bad&nbsp;Gateway &#8211; x</h1>", Error{Message: "502 Bad Gateway \u2013 x"}},

		// The first of several equivalent fields counts.
		{"message, error and detail", `{"message": "a", "error": "b", "detail": "c"}`, Error{Message: "a", Extra: "b"}},
		{"code, and an error with another code", `{"code": "E7", "message": "m", "error": {"code": 404, "message": "n"}}`, Error{Code: "E7", Message: "m", Extra: "n"}},
		{"detail and errors", `{"detail": [{"msg": "a"}], "errors": [{"message": "b"}]}`, Error{Message: "a", Details: []detail{{"", "a"}}}},
		{"details in err_extra and in metadata", `{"err_msg": "m", "err_extra": [{"field": "f", "message": "a"}], "metadata": {"err_extra": [{"field": "g", "message": "b"}]}}`,
			Error{Message: "m", Details: []detail{{"f", "a"}}}},

		// The case of names does not matter.
		{"upper case", `{"REPLY": {"ERR_CODE": 401, "Err_Msg": "m"}}`, Error{Code: "401", Message: "m"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Parse([]byte(tt.body), keep)
			got.IsError, got.IsAlone, got.Form = false, false, 0 // tested separately
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// The phrase may be in the message, a detail or the extra, in upper or lower case.
func TestNoEndpoints(t *testing.T) {
	const words = "No endpoint was found for creating the requested action"
	for body, want := range map[string]bool{
		words: true,
		`{"err_msg": "` + strings.Repeat("a", 5000) + " " + strings.ToUpper(words) + `"}`:           true,
		`{"err_msg": "` + words + `", "err_extra": "` + words[:50] + strings.Repeat("a", 50) + `"}`: true,
		`{"err_msg": "m", "err_extra": "` + strings.Repeat("a", 5000) + words + `"}`:                true,
		`{"err_msg": "m", "err_extra": {"reason": "` + words + `"}}`:                                true,
		`{"err_msg": "m", "metadata": {"err_extra": [{"message": "` + words + `"}]}}`:               true,
		`{"err_msg": "No endpoint was found"}`:                                                      false,
	} {
		if got := Parse([]byte(body), keep).NoEndpoints; got != want {
			t.Errorf("%.80s: %v", body, got)
		}
	}
}

func TestForm(t *testing.T) {
	for body, want := range map[string]Form{
		" \n": Unreadable, "\x00ELF": Unreadable, `{"err_msg": "m`: Unreadable, `[1`: Unreadable,
		`"text"`: JSON, "\ufeff null": JSON, "\ufeff\n<!DOCTYPE html>": HTML, "Forbidden": PlainText, `"oops`: PlainText,
	} {
		if got := Parse([]byte(body), keep).Form; got != want {
			t.Errorf("%q: %d, want %d", body, got, want)
		}
	}
}

// An object with only error fields is an error, even if it does not come from the platform.
func TestIsErrorAlone(t *testing.T) {
	for body, want := range map[string]bool{
		`{"error": null, "errors": []}`: true, `{"Detail": [{"msg": "m"}]}`: true, "\ufeff" + `{"err_extra": "e"}`: true, `{"\u0065rror": "e"}`: true,
		`{"detail": "d", "id": 7}`: false, `{}`: false, `[{"error": "e"}]`: false, `{"error": "e"`: false,
	} {
		if got, parsed := IsErrorAlone([]byte(body)), Parse([]byte(body), keep).IsAlone; got != want || parsed != want {
			t.Errorf("%s: %v, and parsed %v", body, got, parsed)
		}
	}
}

// An invisible character may split a credential, and a cut must not leave a part of one.
func TestStringsHideCredentials(t *testing.T) {
	const key = "kkkk-test-key-kkkk"
	redact := func(s string) string { return strings.ReplaceAll(s, key, "[redacted]") }
	split := strconv.Quote(key[:6] + "\u200b" + key[6:])
	for _, body := range []string{
		`{"err_msg": "m", "err_code": ` + split + `, "err_extra": ` + split + `}`, `{"detail": ` + split + `}`, split,
		`{"err_msg": "m", "err_extra": [{"field": ` + split + `, "message": ` + split + `}]}`,
		`{"errorCode": "E", "details": {` + split + `: {"message": ` + split + `}}}`,
		`{"err_msg": "m" , "err_extra": {"err_msg": ` + split + `}}`,
		"<title>" + key[:6] + "&shy;" + key[6:] + "</title>",
	} {
		if got := fmt.Sprintf("%+v", Parse([]byte(body), redact)); strings.Contains(got, key) || strings.Contains(got, key[6:]) {
			t.Errorf("%q: %s", body, got)
		}
	}
	for format, limit := range map[string]int{
		`{"err_msg": "%s"}`: maxMessage, `{"err_msg": "m", "err_extra": "%s"}`: maxMessage, `{"err_code": "%s"}`: maxCode, `{"detail": "%s"}`: maxMessage,
		`{"err_extra": [{"field": "%s"}]}`: maxField, `{"err_extra": [{"message": "%s"}]}`: maxMessage, `{"errorCode": "E", "details": {"%s": {"message": "m"}}}`: maxField,
		`%s`: maxMessage, `<title>%s</title>`: maxMessage,
	} {
		for n := range len(key) + 8 { // at any position of the cut
			got := Parse([]byte(fmt.Sprintf(format, strings.Repeat("a", limit-n)+strings.Repeat(key, 600))), redact)
			if shown := fmt.Sprintf("%+v", got); strings.Contains(shown, "kk") || !strings.Contains(shown, "…") {
				t.Errorf("%s, %d: %s", format, n, shown)
			}
		}
	}
}

// Parse keeps the first hundred details of a list, and of a map sorted by field.
func TestDetailsAreBounded(t *testing.T) {
	for _, n := range []int{1, 100, 101} {
		var list, byField []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"field":"f%04d","message":"m"}`, i))
			byField = append(byField, fmt.Sprintf(`"f%04d":{"message":"m"}`, n-1-i))
		}
		for _, body := range []string{
			`{"err_msg":"m","err_extra":[` + strings.Join(list, ",") + `]}`,
			`{"errorCode":"E","details":{` + strings.Join(byField, ",") + `}}`,
			`{"errors":[` + strings.Join(list, ",") + `]}`,
		} {
			got := Parse([]byte(body), keep).Details
			if last := fmt.Sprintf("f%04d", min(n, 100)-1); len(got) != min(n, 100) || got[0].Field != "f0000" || got[len(got)-1].Field != last {
				t.Errorf("%d: %d details, from %s to %s", n, len(got), got[0].Field, got[len(got)-1].Field)
			}
		}
	}
}

// Parse reads only the beginning of HTML and plain text.
func TestPagesAreBounded(t *testing.T) {
	filled := func(before string, size int) string { return before + strings.Repeat(" ", size-len(before)) }
	const title = "<title>m</title"
	for body, want := range map[string]string{
		filled("<p>", maxPage-len(title)) + title + ">":   "m",
		filled("<p>", maxPage-len(title)+1) + title + ">": "",
		filled("\u200b\n", maxPage-1) + "m":               "m",
		filled("\u200b\n", maxPage) + "m":                 "",
		filled("m\n", maxPage-1) + "\x00.":                "",
		filled("m\n", maxPage) + "\x00.":                  "m",
	} {
		if got := Parse([]byte(body), keep).Message; got != want {
			t.Errorf("%.10q, %d bytes: %q, want %q", body, len(body), got, want)
		}
	}
}
