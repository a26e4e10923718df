package envelope

import "testing"

// An object with only error fields is an error, even if it does not come from the platform.
func TestIsError(t *testing.T) {
	const envelope, alone, neither = "envelope", "alone", ""
	for body, want := range map[string]string{
		`{"reply": {"err_code": 500}}`:                          envelope,
		`{"data": {"reply": {"err_code": "X"}}}`:                envelope,
		"\ufeff" + ` {"errorCode": "E"} `:                       envelope,
		`{"err_msg": {"line": 1, "message": "m"}, "DATA": "x"}`: envelope,
		`{"reply": {"action_id": "7", "err_code": "SUCCESS"}}`:  envelope, // the caller decides whether the request was executed

		// Names match in any case and with escapes.
		`{"ERR_MSG": "m"}`:      envelope,
		`{"e\u0072r_msg": "m"}`: envelope,

		// A repeated field does not hide an error.
		`{"reply": {"err_code": 500}, "reply": {"action_id": "7"}}`:             envelope,
		`{"data": {"err_code": 500}, "DATA": "Scan is in Running state"}`:       envelope,
		`{"err_code": 500, "err_code": null, "Err_Code": {}, "ERR_CODE": true}`: envelope,
		`{"err_code": 500, "err_code": 0}`:                                      alone, // every decoder uses the last value

		// These are successes with error fields, or errors of other services.
		`{"reply": {"err_code": 0, "err_msg": null, "errorCode": null}}`: neither,
		`{"err_code": true, "err_msg": false, "errorCode": {}}`:          neither,
		`{"err_code": [500], "err_msg": {}, "errorCode": [], "data": 1}`: neither,
		`{"err_extra": "m", "metadata": {"err_code": 500}}`:              neither,
		`{"DATA": "{\"err_code\": 500}"}`:                                neither,
		`{"error": "x", "errors": ["x"], "detail": "y", "message": "z"}`: neither,
		`{"err_code": 500}x`: neither,
		``:                   neither,

		`{"error": null, "errors": []}`: alone, `{"Detail": [{"msg": "m"}]}`: alone, "\ufeff" + `{"err_extra": "e"}`: alone, `{"\u0065rror": "e"}`: alone,
		`{"detail": "d", "id": 7}`: neither, `{}`: neither, `[{"error": "e"}]`: neither, `{"error": "e"`: neither,
	} {
		parsed := Parse([]byte(body), keep)
		if got := IsError([]byte(body)); got != (want == envelope) || parsed.IsError != got {
			t.Errorf("%s: got the envelope of an error: %v, and %v from Parse, want %q", body, got, parsed.IsError, want)
		}
		if got := want != envelope && IsErrorAlone([]byte(body)); got != (want == alone) || parsed.IsAlone != got {
			t.Errorf("%s: got only error fields: %v, and %v from Parse, want %q", body, got, parsed.IsAlone, want)
		}
	}
}
