package agreement_test

import (
	"regexp"
	"slices"
	"strings"
)

// difference is an exchange that only api.Validator refuses, for the reasons in mine, or that only another implementation
// refuses, for the reasons in theirs.
type difference struct {
	exchange
	mine, theirs reasonList
	other        string
}

// class is a kind of difference that a section of README.md explains.
type class struct {
	name   string
	other  string                // JSON Schema or kin; "" for both
	theirs bool                  // the other implementation refuses what ours accepts
	reason string                // a regular expression
	when   func(difference) bool // nil means always
}

// explain returns the classes of a difference, or nil if a reason does not belong to any class.
func (d difference) explain() []string {
	reasons, theirs := d.mine, false
	if len(reasons) == 0 {
		reasons, theirs = d.theirs, true
	}
	var names []string
	for _, reason := range reasons {
		i := slices.IndexFunc(classes, func(c class) bool {
			return c.theirs == theirs && (c.other == "" || c.other == d.other) && regexp.MustCompile(c.reason).MatchString(reason) && (c.when == nil || c.when(d))
		})
		if i < 0 {
			return nil
		}
		names = append(names, classes[i].name)
	}
	return names
}

func bodies(pattern string) func(difference) bool {
	return func(d difference) bool { return regexp.MustCompile(pattern).MatchString(d.body + d.response) }
}

// The first classes contain what only our implementation refuses.
var classes = []class{
	{name: "What the document does not describe", reason: `is not a parameter of this operation|^body is not allowed`},
	{name: "Duplicate names in an object", reason: `/\S* appears more than once`},
	{name: "Data after the JSON value", reason: `contains data after the JSON value`},
	{name: "Invalid encoding of the query", reason: `^query .*(contains invalid percent-encoding|is not valid UTF-8|contains a semicolon)`},
	{name: "Invalid encoding of the query", reason: `^query .* (must (be|have)|is not valid JSON) `, when: func(d difference) bool { return strings.Contains(d.target, "%zz") || strings.Contains(d.target, ";") }},
	{name: "A parameter given twice", reason: `must be given only once, not \d times`},
	{name: "A charset other than UTF-8", reason: `header Content-Type (must not specify a charset other than utf-8|has an invalid parameter)`},
	{name: "Two slashes", reason: `^path is not in the spec|^method is not allowed`, when: func(d difference) bool { return strings.Contains(d.target, "//") }},
	{name: "Numbers as in JSON", reason: `^(query|path|header|cookie) .*must be (an integer|a number)`, when: func(d difference) bool { return regexp.MustCompile("[=/]0").MatchString(d.target) }},
	{name: "JSON without a schema", reason: `response body is (not valid JSON|empty)`, when: func(d difference) bool { return strings.HasSuffix(d.target, "/untyped") }},
	{name: "Integers beyond 64 bits", reason: `must be between -9223372036854775808`},

	{name: "null without a type", other: "kin", reason: `matches more than one of the alternatives`, when: bodies("null")},
	{name: "The more specific path", reason: `^method is not allowed .*:stop|^path part must not be empty`},

	{name: "Discriminators", other: "JSON Schema", reason: `must be one of cat, dog|^(response )?body (/pet|/\d+)/(bark|lives) must be`},
	{name: "readOnly and writeOnly", other: "JSON Schema", reason: `is (read|write)-only`},
	{name: "Numbers beyond float64", other: "JSON Schema", reason: `not a number that is out of range`},
	{name: "Formats", other: "JSON Schema", reason: `must have the format byte`},
	{name: "Formats", other: "kin", reason: `must have the format uuid`},

	// The following classes contain what only the other implementations refuse.
	{name: "Numbers as in JSON", theirs: true, reason: `Value '1e3' is not a valid integer|value 1e3: an invalid integer`},
	{name: "Absent optional objects", theirs: true, reason: `"spread" in query .*property "d" is missing|Query array parameter 'spread' failed to validate / missing property 'd'`},
	{name: "JSON with another Content-Type", theirs: true, reason: `response content type .* does not exist|response header Content-Type has unexpected value`},
	{name: "JSON with another Content-Type", other: "kin", theirs: true, reason: `unsupported content type "(text/html)?"|value must be an object`, when: func(d difference) bool {
		return strings.HasPrefix(d.target, "/growth/response/") && !isJSON(d.header.Get("Content-Type"))
	}},
	{name: "A charset in the document", theirs: true, reason: `Content-Type has unexpected value "(?i:application/json)|request content type 'application/json.*does not exist`},
	{name: "A literal beside a parameter", theirs: true, reason: `route: no matching operation|Path '.+:stop/?' not found`, when: func(d difference) bool {
		return strings.HasPrefix(d.target, "/growth/encoded/") || strings.Contains(d.target, "%2F")
	}},
	{name: "null without a type", other: "kin", theirs: true, reason: `Value is not nullable Schema: \{|doesn't match any schema from "anyOf"`, when: bodies("null")},
	{name: "Bodies without a decoder", other: "kin", theirs: true, reason: `unsupported content type "(application/xml|text/(json|html))"`},
	{name: "Formats", other: "JSON Schema", theirs: true, reason: `is not valid (email|uri|ipv4)`},
	{name: "readOnly and writeOnly", other: "JSON Schema", theirs: true, reason: `missing propert(y|ies) '(secret|id)'`},
	{name: "Discriminators", other: "JSON Schema", theirs: true, reason: `'oneOf' failed, subschemas 0, 1 matched`, when: bodies(`"kind":"(cat|dog)"`)},
	{name: "Integers beyond 64 bits", other: "kin", theirs: true, reason: `an invalid integer: value out of range`},
}
