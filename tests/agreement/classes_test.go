package agreement_test

import (
	"regexp"
	"slices"
)

// difference is an exchange that only api.Validator refuses, for the reasons in mine, or that only another implementation
// refuses, for the reasons in theirs.
type difference struct {
	exchange
	mine, theirs []string
	other        string
}

// class is a kind of difference that a section of README.md explains.
type class struct {
	name     string
	other    string // JSON Schema or kin; "" for both
	theirs   bool   // the other implementation refuses what ours accepts
	reason   string // a regular expression
	exchange string // a regular expression for the exchange, such as "^GET /path"
}

// explain returns the classes of a difference, or nil if a reason does not belong to any class.
func (d difference) explain() (names []string) {
	for _, reason := range slices.Concat(d.mine, d.theirs) { // one of the lists is empty
		i := slices.IndexFunc(classes, func(c class) bool {
			return c.theirs == (len(d.mine) == 0) && (c.other == "" || c.other == d.other) &&
				regexp.MustCompile(c.reason).MatchString(reason) && regexp.MustCompile(c.exchange).MatchString(d.String())
		})
		if i < 0 {
			return nil
		}
		names = append(names, classes[i].name)
	}
	return names
}

// The first classes contain what only our implementation refuses.
var classes = []class{
	{name: "What the document does not describe", reason: `is not a parameter of this operation|^body is not allowed`},
	{name: "Duplicate names in an object", reason: `/\S* appears more than once`},
	{name: "Data after the JSON value", reason: `contains data after the JSON value`},
	{name: "Invalid encoding of the query", reason: `^query .*(contains invalid percent-encoding|is not valid UTF-8|contains a semicolon)`},
	{name: "Invalid encoding of the query", reason: `^query .* (must (be|have)|is not valid JSON) `, exchange: `^\S+ \S*(%zz|;)`},
	{name: "A parameter given twice", reason: `must be given only once, not \d times`},
	{name: "A charset other than UTF-8", reason: `header Content-Type (must not specify a charset other than utf-8|has an invalid parameter)`},
	{name: "Two slashes", reason: `^path is not in the spec|^method is not allowed`, exchange: `^\S+ \S*//`},
	{name: "Numbers as in JSON", reason: `^(query|path|header|cookie|response header) .*must be (an integer|a number)`, exchange: `^\S+ \S*[=/]0|\[007`},
	{name: "JSON without a schema", reason: `response body is (not valid JSON|empty)`, exchange: `^\S+ \S*/untyped `},
	{name: "Integers beyond 64 bits", reason: `must be between -9223372036854775808`},

	{name: "null without a type", other: "kin", reason: `matches more than one of the alternatives`, exchange: `null`},
	{name: "The more specific path", reason: `^method is not allowed .*:stop|^path part must not be empty`},

	{name: "Discriminators", other: "JSON Schema", reason: `must be one of cat, dog|^(response )?body (/pet|/\d+)/(bark|lives) (must be|is required)`},
	{name: "readOnly and writeOnly", other: "JSON Schema", reason: `is (read|write)-only`},
	{name: "Numbers beyond float64", other: "JSON Schema", reason: `not a number that is out of range`},
	{name: "Formats", other: "JSON Schema", reason: `must have the format byte`},
	{name: "Formats", other: "kin", reason: `must have the format uuid`},

	// The following classes contain what only the other implementations refuse.
	{name: "Numbers as in JSON", theirs: true, reason: `[Vv]alue '?(1e3|1.0)'?(:| is not) an? (in)?valid integer`},
	{name: "Absent optional objects", theirs: true, reason: `"spread" in query .*property "d" is missing|Query array parameter 'spread' failed to validate / missing property 'd'`},
	{name: "JSON with another Content-Type", theirs: true, reason: `response content type .* does not exist|response header Content-Type has unexpected value`},
	{name: "JSON with another Content-Type", other: "kin", theirs: true, reason: `unsupported content type "(text/html)?"|value must be an object`, exchange: `^\S+ /growth/response/`},
	{name: "A charset in the document", theirs: true, reason: `Content-Type has unexpected value "(?i:application/json)|request content type 'application/json.*does not exist`},
	{name: "A literal beside a parameter", theirs: true, reason: `^no matching operation|Path '.+:stop/?' not found`, exchange: `^\S+ (/growth/encoded/|\S*%2F)`},
	{name: "null without a type", other: "kin", theirs: true, reason: `Value is not nullable Schema: \{|doesn't match any schema from "anyOf"`, exchange: `null`},
	{name: "Bodies without a decoder", other: "kin", theirs: true, reason: `unsupported content type "(application/xml|text/(json|html))"|decode response body: parse error on line`},
	{name: "Formats", other: "JSON Schema", theirs: true, reason: `is not valid (email|uri|ipv4)`},
	{name: "readOnly and writeOnly", other: "JSON Schema", theirs: true, reason: `missing propert(y|ies) '(secret|id)'`},
	{name: "Discriminators", other: "JSON Schema", theirs: true, reason: `'oneOf' failed, subschemas 0, 1 matched`, exchange: `"kind":"(cat|dog)"`},
	{name: "Integers beyond 64 bits", other: "kin", theirs: true, reason: `an invalid integer: value out of range`},
}
