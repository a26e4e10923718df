package agreement_test

type responseCase struct {
	name        string
	abort       bool // of an abort; else of a scan run's status
	status      int
	contentType string
	body        string
	valid       bool   // for api.Validator
	differs     reason // for libopenapi-validator
}

const isJSON = "application/json"

func status(name string, code int, body string, valid bool, differs reason) responseCase {
	return responseCase{name, false, code, isJSON, body, valid, differs}
}

func abort(name string, code int, body string, valid bool, differs reason) responseCase {
	return responseCase{name, true, code, isJSON, body, valid, differs}
}

var responses = []responseCase{
	status("running", 200, `{"DATA":"Scan is in Running state"}`, true, agrees),
	status("a member more", 200, `{"DATA":"","other":1}`, true, agrees),
	status("in small letters", 200, `{"data":"Scan is in Running state"}`, false, agrees),
	status("DATA is null", 200, `{"DATA":null}`, false, agrees),
	status("DATA is a number", 200, `{"DATA":1}`, false, agrees),
	status("a list", 200, `[]`, false, agrees),
	status("no JSON", 200, `Scan is in Running state`, false, agrees),
	status("an empty body", 200, ``, false, noBody),
	{"a page", false, 200, "text/html", "<html></html>", false, agrees},
	{"JSON called text", false, 200, "text/plain", `{"DATA":""}`, true, byBytes},
	{"JSON without a name", false, 200, "", `{"DATA":""}`, true, byBytes},
	status("fields", 400, `{"err_msg":"x","metadata":{"err_extra":[{"field":"name","message":"y"},{"field":1}]}}`, true, agrees),
	status("a single text", 400, `{"err_msg":"x","metadata":{"err_extra":"y"}}`, true, agrees),
	status("null details", 400, `{"err_msg":"x","metadata":{"err_extra":null}}`, true, agrees),
	status("details that are a number", 400, `{"err_msg":"x","metadata":{"err_extra":1}}`, false, agrees),
	status("no message", 400, `{"metadata":{}}`, false, agrees),
	status("the platform's 401", 401, `{"reply":{"err_code":401,"err_msg":"x","err_extra":null}}`, true, agrees),
	status("a 401 in the operation's own form", 401, `{"err_msg":"x"}`, false, agrees),
	status("404", 404, `{"err_msg":"Run ID not found"}`, true, agrees),
	{"429 without a body", false, 429, "", "", true, agrees},
	{"429 with a text", false, 429, "text/plain", "Too many requests", true, agrees},
	status("a status that is not documented", 418, `{"err_msg":"x"}`, false, agrees),
	status("a success that is not documented", 202, `{"DATA":""}`, false, agrees),

	abort("strings", 200, `{"reply":{"action_id":"1","status":"1","endpoints_count":"673"}}`, true, agrees),
	abort("numbers", 200, `{"reply":{"action_id":22519813685366,"status":1,"endpoints_count":673}}`, true, agrees),
	abort("only the action", 200, `{"reply":{"action_id":"1"}}`, true, agrees),
	abort("no action", 200, `{"reply":{"status":"1"}}`, false, agrees),
	abort("action is null", 200, `{"reply":{"action_id":null}}`, false, agrees),
	abort("action is true", 200, `{"reply":{"action_id":true}}`, false, agrees),
	abort("reply is null", 200, `{"reply":null}`, false, agrees),
	abort("reply is a list", 200, `{"reply":[]}`, false, agrees),
	abort("no reply", 200, `{}`, false, agrees),
	abort("the documentation tool's example-1", 200, `{"example-1":{"reply":{"action_id":"1"}}}`, false, agrees),
	abort("an error in a 200", 200, `{"reply":{"err_code":500,"err_msg":"x"}}`, false, agrees),
	abort("the flat form", 400, `{"err_code":"400","err_msg":"x","err_extra":"y"}`, true, agrees),
	abort("the flat form with an object", 400, `{"err_code":400,"err_msg":"x","err_extra":{"a":1}}`, true, agrees),
	abort("the wrapped form", 500, `{"reply":{"err_code":500,"err_msg":"x","err_extra":[]}}`, true, agrees),
	abort("both forms at once", 500, `{"err_msg":"x","reply":{"err_code":500}}`, false, agrees),
	abort("neither form", 403, `{"error":"x"}`, false, agrees),
	abort("402", 402, `{"reply":{"err_code":402,"err_msg":"x"}}`, true, agrees),
	abort("404 is not documented", 404, `{"reply":{"err_code":404,"err_msg":"x"}}`, false, agrees),
}
