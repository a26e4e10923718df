package envelope

import "testing"

func TestIsError(t *testing.T) {
	for body, want := range map[string]bool{
		`{"reply": {"err_code": 500}}`:                          true,
		`{"data": {"reply": {"err_code": "X"}}}`:                true,
		"\ufeff" + ` {"errorCode": "E"} `:                       true,
		`{"err_msg": {"line": 1, "message": "m"}, "DATA": "x"}`: true,
		`{"reply": {"action_id": "7", "err_code": "SUCCESS"}}`:  true, // the caller decides whether the request was executed

		// Names match in any case and with escapes.
		`{"ERR_MSG": "m"}`:      true,
		`{"e\u0072r_msg": "m"}`: true,

		// A repeated field does not hide an error.
		`{"reply": {"err_code": 500}, "reply": {"action_id": "7"}}`:             true,
		`{"data": {"err_code": 500}, "DATA": "Scan is in Running state"}`:       true,
		`{"err_code": 500, "err_code": null, "Err_Code": {}, "ERR_CODE": true}`: true,
		`{"err_code": 500, "err_code": 0}`:                                      false, // every decoder uses the last value

		// These are successes with error fields, or errors of other services.
		`{"reply": {"err_code": 0, "err_msg": null, "errorCode": null}}`: false,
		`{"err_code": true, "err_msg": false, "errorCode": {}}`:          false,
		`{"err_code": [500], "err_msg": {}, "errorCode": [], "data": 1}`: false,
		`{"err_extra": "m", "metadata": {"err_code": 500}}`:              false,
		`{"DATA": "{\"err_code\": 500}"}`:                                false,
		`{"error": "x", "errors": ["x"], "detail": "y", "message": "z"}`: false,
		`{"err_code": 500}x`: false,
		``:                   false,
	} {
		if got := IsError([]byte(body)); got != want {
			t.Errorf("%s: got %v, want %v", body, got, want)
		}
		if got := Parse([]byte(body), keep).IsError; got != want {
			t.Errorf("Parse, %s: got %v, want %v", body, got, want)
		}
	}
}

func TestActionID(t *testing.T) {
	for body, want := range map[string]string{
		`{"reply": {"action_id": 7, "err_code": 200}}`:                  "7",
		`{"reply": {"action_id": {"id": 7}, "err_code": 200}}`:          `{"id":7}`,
		`{"reply": {"action_id": 7, "action_id": null, "err_code": 1}}`: "7",
		`{"reply": {"action_id": true}}`:                                "true",
		`{"action_id": 1, "reply": {"action_id": 2}}`:                   "1",
		`{"reply": {"action_id": "", "err_code": "SUCCESS"}}`:           "",
	} {
		if got := Parse([]byte(body), keep).ActionID; got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}
