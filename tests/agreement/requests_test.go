package agreement_test

// reason says why libopenapi-validator's verdict is another one than ours: the heading of a section of README.md.
type reason string

const (
	agrees      reason = ""
	escaped     reason = "A comma that is percent-encoded"
	repeated    reason = "A parameter given twice"
	emptyItem   reason = "An empty item of a list in the query"
	undescribed reason = "What the contract does not describe"
	slash       reason = "A slash at the end of the path"
	twice       reason = "A key that stands twice in an object"
	tooLarge    reason = "An integer that 64 bits do not hold"
	noBody      reason = "An answer without a body"
	byBytes     reason = "JSON under another name"
)

type requestCase struct {
	name           string
	method, target string
	header         []string
	body           string
	valid          bool   // for api.Validator
	differs        reason // for libopenapi-validator
}

const allEndpoints = `{"request_data":{"filters":"all"}}`

func get(name, query string, valid bool, differs reason) requestCase {
	return requestCase{name, "GET", "/public_api/netscan/v1/scan/run" + query, []string{"User-Agent: test"}, "", valid, differs}
}

// post is an abort that is valid.
func post(name, body string) requestCase {
	return requestCase{name, "POST", "/public_api/v1/endpoints/abort_scan", []string{"Content-Type: application/json"}, body, true, agrees}
}

// bad is an abort that is not.
func bad(name, body string, differs reason) requestCase {
	c := post(name, body)
	c.valid, c.differs = false, differs
	return c
}

// typed is an abort with another Content-Type, or, where it is "", without.
func typed(name, contentType string, valid bool, differs reason) requestCase {
	c := post(name, allEndpoints)
	c.header, c.valid, c.differs = []string{"Content-Type: " + contentType}, valid, differs
	if contentType == "" {
		c.header = nil
	}
	return c
}

func filter(name, filter string) requestCase {
	return post(name, `{"request_data":{"filters":[`+filter+`]}}`)
}

func badFilter(name, filter string, differs reason) requestCase {
	return bad(name, `{"request_data":{"filters":[`+filter+`]}}`, differs)
}

var requests = []requestCase{
	get("status", "?id=789&fields=status", true, agrees),
	get("two fields", "?id=789&fields=status&fields=name", true, agrees),
	get("a comma in a field", "?id=789&fields=a%2Cb", true, escaped),
	get("the smallest id", "?id=-9223372036854775808&fields=status", true, agrees),
	get("the largest id", "?id=9223372036854775807&fields=status", true, agrees),
	get("an id too large", "?id=9223372036854775808&fields=status", false, agrees),
	get("id is a word", "?id=abc&fields=status", false, agrees),
	get("id is a fraction", "?id=1.5&fields=status", false, agrees),
	get("id with an exponent", "?id=1e3&fields=status", false, agrees),
	get("id in hexadecimal", "?id=0x10&fields=status", false, agrees),
	get("id is empty", "?id=&fields=status", false, agrees),
	get("no id", "?fields=status", false, agrees),
	get("two ids", "?id=1&id=2&fields=status", false, repeated),
	get("no fields", "?id=789", false, agrees),
	get("an empty field", "?id=789&fields=", false, emptyItem),
	get("an empty field among others", "?id=789&fields=status&fields=", false, emptyItem),
	get("a parameter that is unknown", "?id=789&fields=status&offset=0", false, undescribed),
	get("another path", "/x?id=789&fields=status", false, agrees),
	get("a slash too many", "/?id=789&fields=status", false, slash),
	{"another method", "PUT", "/public_api/netscan/v1/scan/run?id=1&fields=a", []string{"User-Agent: test"}, "", false, agrees},
	{"the path in capitals", "GET", "/PUBLIC_API/netscan/v1/scan/run?id=1&fields=a", []string{"User-Agent: test"}, "", false, agrees},
	{"no User-Agent", "GET", "/public_api/netscan/v1/scan/run?id=1&fields=a", nil, "", false, agrees},
	{"an empty User-Agent", "GET", "/public_api/netscan/v1/scan/run?id=1&fields=a", []string{"User-Agent: "}, "", false, agrees},
	{"a body where none is described", "GET", "/public_api/netscan/v1/scan/run?id=1&fields=a", []string{"User-Agent: test"}, "{}", false, undescribed},

	post("all", allEndpoints),
	post("incident", `{"request_data":{"filters":"all","incident_id":"4711"}}`),
	filter("list", `{"field":"hostname","operator":"in","value":["laptop-17","laptop-18"]}`),
	filter("one string", `{"field":"hostname","operator":"in","value":"laptop-17"}`),
	filter("a time", `{"field":"last_seen","operator":"gte","value":1584983036945}`),
	filter("a time with a fraction of zero", `{"field":"last_seen","operator":"gte","value":1584983036945.0}`),
	filter("a time with an exponent", `{"field":"last_seen","operator":"gte","value":1584983e6}`),
	filter("a field of next year", `{"field":"colour","operator":"like","value":["blue"]}`),
	filter("two filters", `{"field":"a","operator":"in","value":["b"]},{"field":"c","operator":"lte","value":1}`),
	filter("an empty value in a list", `{"field":"hostname","operator":"in","value":[""]}`),

	bad("no body", ``, agrees),
	bad("no JSON", `filters=all`, agrees),
	bad("JSON that ends early", `{"request_data":{"filters":"all"`, agrees),
	bad("a list for a body", `[]`, agrees),
	bad("null for a body", `null`, agrees),
	bad("an empty object", `{}`, agrees),
	bad("request_data is null", `{"request_data":null}`, agrees),
	bad("no filters", `{"request_data":{}}`, agrees),
	bad("filters is null", `{"request_data":{"filters":null}}`, agrees),
	bad("filters is empty", `{"request_data":{"filters":[]}}`, agrees),
	bad("filters is another word", `{"request_data":{"filters":"ALL"}}`, agrees),
	bad("all in a list", `{"request_data":{"filters":["all"]}}`, agrees),
	bad("one filter without its list", `{"request_data":{"filters":{"field":"a","operator":"in","value":["b"]}}}`, agrees),
	bad("incident is a number", `{"request_data":{"filters":"all","incident_id":4711}}`, agrees),
	bad("incident is null", `{"request_data":{"filters":"all","incident_id":null}}`, agrees),
	bad("a member beside request_data", `{"request_data":{"filters":"all"},"x":1}`, agrees),
	bad("a mistyped member", `{"request_data":{"filters":"all","incident":"4711"}}`, agrees),
	bad("a key twice", `{"request_data":{"filters":[],"filters":"all"}}`, twice),
	bad("more after the body", allEndpoints+allEndpoints, agrees),
	badFilter("no field", `{"operator":"in","value":["b"]}`, agrees),
	badFilter("no operator", `{"field":"a","value":["b"]}`, agrees),
	badFilter("no value", `{"field":"a","operator":"in"}`, agrees),
	badFilter("an empty field's name", `{"field":"","operator":"in","value":["b"]}`, agrees),
	badFilter("a filter's member that is unknown", `{"field":"a","operator":"in","value":["b"],"negate":true}`, agrees),
	badFilter("a list without values", `{"field":"a","operator":"in","value":[]}`, agrees),
	badFilter("a list of numbers", `{"field":"a","operator":"in","value":[1]}`, agrees),
	badFilter("value is null", `{"field":"a","operator":"in","value":null}`, agrees),
	badFilter("value is true", `{"field":"a","operator":"in","value":true}`, agrees),
	badFilter("value is a fraction", `{"field":"a","operator":"gte","value":1.5}`, agrees),
	badFilter("value is an object", `{"field":"a","operator":"in","value":{}}`, agrees),
	badFilter("a time too large", `{"field":"last_seen","operator":"gte","value":9223372036854775808}`, tooLarge),

	typed("a charset", "application/json; charset=utf-8", true, agrees),
	typed("a type in capitals", "Application/JSON", true, agrees),
	typed("another type", "text/plain", false, agrees),
	typed("no type", "", false, agrees),
}
