package agreement_test

import (
	"regexp"
	"slices"
	"strings"
)

// difference is an exchange on which ours and another implementation disagree. The one that refuses it has reasons.
type difference struct {
	exchange
	mine, theirs opinion
	other        string
}

// class is a kind of difference: a section of README.md.
type class struct {
	name   string
	other  string                // libopenapi or kin; empty for both
	theirs bool                  // the other refuses what ours accepts
	reason string                // a regular expression
	when   func(difference) bool // nil: always
}

// explain returns the classes of a difference: each reason of the one that refuses has to belong to one. It returns nil where
// one does not.
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
	return func(d difference) bool { return regexp.MustCompile(pattern).MatchString(d.body + d.answer) }
}

// What ours refuses and others accept.
var classes = []class{
	{name: "What the contract does not describe", reason: `is not a parameter of this operation|^body is not expected`},
	{name: "A name that stands twice in an object", reason: `/\S* is given more than once`},
	{name: "Data after the JSON value", reason: `has data after its JSON value`},
	{name: "A query that is not validly encoded", reason: `^query .*(is not valid percent-encoding|is not valid UTF-8|contains a semicolon)`},
	{name: "A query that is not validly encoded", reason: `^query .* must (be|have) `, when: func(d difference) bool { return strings.Contains(d.target, "%zz") || strings.Contains(d.target, ";") }},
	{name: "A parameter given twice", reason: `is given \d times; only one is allowed`},
	{name: "A charset other than UTF-8", reason: `header Content-Type (must have the charset utf-8|has an invalid parameter)`},
	{name: "A slash too many", reason: `^path is not in the spec`, when: func(d difference) bool {
		path, _, _ := strings.Cut(d.target, "?")
		return strings.HasPrefix(path, "//") || strings.HasSuffix(path, "/")
	}},
	{name: "A slash too many", reason: `^method not allowed`, when: func(d difference) bool { return strings.Contains(d.target, "/?") }},
	{name: "JSON that no schema describes", reason: `response body is not valid JSON`, when: func(d difference) bool { return strings.HasSuffix(d.target, "/untyped") }},
	{name: "An integer that 64 bits do not hold", reason: `must be between -9223372036854775808`},

	{name: "null without a type", other: "kin", reason: `matches more than one of the alternatives`, when: bodies("null")},
	{name: "The more concrete path", reason: `^method not allowed .*:stop`},
	{name: "Discriminators", other: "libopenapi", reason: `must be one of cat, dog|^(response )?body (/pet|/\d+)/(bark|lives) must be`},
	{name: "An empty value", other: "libopenapi", reason: `^(query|header) \S+( /\d+)? must not be empty`},
	{name: "An empty value", other: "libopenapi", reason: `^query`, when: func(d difference) bool { return strings.Contains(d.target+"&", "=&") }},
	{name: "The direction of a member", other: "libopenapi", reason: `is (read|write)-only`},
	{name: "An answer without a body", other: "libopenapi", reason: `^response body is empty`},
	{name: "null as a whole answer", other: "libopenapi", reason: `^response body must be .*, not null`, when: bodies(`null$`)},
	{name: "HEAD where only GET is described", other: "libopenapi", reason: `^method not allowed .*GET`, when: func(d difference) bool { return d.method == "HEAD" }},
	{name: "Bodies of other types", other: "libopenapi", reason: `^body (does not match its schema|is required)`, when: func(d difference) bool { return !isJSON(d.header.Get("Content-Type")) }},
	{name: "A body without a Content-Type", other: "libopenapi", reason: `^header Content-Type is required|^body `, when: func(d difference) bool { return d.header.Get("Content-Type") == "" }},
	{name: "The value of an answer's header", other: "libopenapi", reason: `^response header \S+ must (not )?be`},

	{name: "Formats", other: "libopenapi", reason: `must have the format byte`},
	{name: "Formats", other: "kin", reason: `must have the format uuid`},

	// What others refuse and ours accepts.
	{name: "A Content-Type without a body", other: "libopenapi", theirs: true, reason: `request content type '\S+' does not exist`, when: func(d difference) bool { return d.body == "" }},
	{name: "JSON under another name", theirs: true, reason: `response content type .* does not exist|response header Content-Type has unexpected value`},
	{name: "JSON under another name", other: "kin", theirs: true, reason: `unsupported content type "(text/html)?"|value must be an object`, when: func(d difference) bool {
		return strings.HasPrefix(d.target, "/growth/answer/") && !isJSON(d.header.Get("Content-Type"))
	}},
	{name: "A charset in the contract", theirs: true, reason: `Content-Type has unexpected value "application/json"|request content type 'application/json.*does not exist`},
	{name: "A literal beside a parameter", theirs: true, reason: `route: no matching operation|Path '.+:stop' not found`, when: func(d difference) bool { return strings.HasPrefix(d.target, "/growth/encoded/") }},
	{name: "null without a type", other: "kin", theirs: true, reason: `Value is not nullable Schema: \{|doesn't match any schema from "anyOf"`, when: bodies("null")},
	{name: "Answers that nothing can read", other: "kin", theirs: true, reason: `unsupported content type "(application/xml|text/json)"`},
	{name: "An integer that 64 bits do not hold", other: "kin", theirs: true, reason: `an invalid integer: value out of range`},
	{name: "Discriminators", other: "libopenapi", theirs: true, reason: `'oneOf' failed, subschemas 0, 1 matched`, when: bodies(`"kind":"(cat|dog)"`)},
	{name: "Recursive schemas", other: "libopenapi", theirs: true, reason: `circular reference`},
	{name: "Formats", other: "libopenapi", theirs: true, reason: `is not valid (email|uri|ipv4)`},
	{name: "The direction of a member", other: "libopenapi", theirs: true, reason: `missing property '(secret|id)'`},
	{name: "A number that float64 does not hold", other: "libopenapi", theirs: true, reason: `failed to validate schema$`, when: bodies(`1e400`)},
	{name: "An operation's own parameter", other: "libopenapi", theirs: true, reason: `Query parameter 'shared' is not a valid integer`},
	{name: "An empty value", other: "libopenapi", theirs: true, reason: `Header parameter 'X-Shared' is missing`},
	{name: "Lists in the style label", other: "libopenapi", theirs: true, reason: `Path array parameter 'label'`},
	{name: "A comma in an item", other: "libopenapi", theirs: true, reason: `is not exploded correctly|value contains reserved values`, when: func(d difference) bool { return strings.Contains(d.target, ",") }},
}
