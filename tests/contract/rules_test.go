package contract_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// documented are the statuses that the documentation gives for each operation, with what is known beyond it:
// 401 and 429 happen everywhere. An operation that is not here has to have those of anyOperation.
var documented = map[string][]string{
	"getScanRunStatus": {"200", "400", "401", "403", "404", "429", "500"},
	"abortScan":        {"200", "400", "401", "402", "403", "429", "500"},
}

var anyOperation = []string{"200", "400", "401", "403", "429", "500"}

func TestEveryOperationHasEveryDocumentedStatus(t *testing.T) {
	missing := maps.Clone(documented)
	for _, op := range operations(load(t)) {
		got := slices.Sorted(maps.Keys(op.Responses.Map()))
		want, known := documented[op.OperationID]
		if known && !slices.Equal(got, want) {
			t.Errorf("%s: has %v, and %v are documented; if the documentation has changed, change the table documented in this file", op.name, got, want)
		}
		for _, status := range anyOperation {
			if !known && !slices.Contains(got, status) {
				t.Errorf("%s: has no %s, which every operation can answer", op.name, status)
			}
		}
		delete(missing, op.OperationID)
	}
	for id := range missing {
		t.Errorf("%s is gone", id)
	}
}

func TestEveryRequestAndResponseHasAnExample(t *testing.T) {
	doc := load(t)
	for _, m := range everyMedia(t, doc) {
		if m.Schema == nil {
			t.Errorf("%s: has no schema", m.place)
		}
		if m.Example == nil && len(m.Examples) == 0 {
			t.Errorf("%s: has no example", m.place)
		}
		for name, example := range m.Examples {
			if example.Value.Value == nil || example.Value.Summary == "" {
				t.Errorf("%s: example %s has no value, or no summary", m.place, name)
			}
		}
	}
	for _, op := range operations(doc) {
		for _, p := range op.parameters {
			if p.Value.Example == nil && len(p.Value.Examples) == 0 {
				t.Errorf("%s: parameter %s has no example", op.name, p.Value.Name)
			}
		}
	}
}

// sentence is what a description has to be: words that begin with a capital letter and end in a full stop.
var sentence = regexp.MustCompile(`(?s)^[A-Z0-9"].*[.|]$`)

func TestEverythingIsDescribed(t *testing.T) {
	doc := load(t)
	check := func(place, description string) {
		if !sentence.MatchString(description) {
			t.Errorf("%s: %q is no description", place, description)
		}
	}
	check("info", doc.Info.Description)
	for _, tag := range doc.Tags {
		check("tag "+tag.Name, tag.Description)
	}
	for name, scheme := range doc.Components.SecuritySchemes {
		check("security scheme "+name, scheme.Value.Description)
	}
	for name, variable := range doc.Servers[0].Variables {
		check("server variable "+name, variable.Description)
	}
	for _, op := range operations(doc) {
		check(op.name, op.Description)
		if op.Summary == "" || strings.HasSuffix(op.Summary, ".") {
			t.Errorf("%s: %q is no summary", op.name, op.Summary)
		}
		for _, p := range op.parameters {
			check(op.name+" parameter "+p.Value.Name, p.Value.Description)
		}
		if op.RequestBody != nil {
			check(op.name+" request", op.RequestBody.Value.Description)
		}
		for status, r := range op.Responses.Map() {
			check(op.name+" response "+status, *r.Value.Description)
			for name, h := range r.Value.Headers {
				check(op.name+" response "+status+" header "+name, h.Value.Description)
			}
		}
	}
	for name, schema := range doc.Components.Schemas {
		check("schema "+name, schema.Value.Description)
		walk("schema "+name, schema, func(place string, s *openapi3.SchemaRef) {
			for property, p := range s.Value.Properties {
				check(place+" member "+property, p.Value.Description)
			}
		})
	}
}

// TestNoClosedEnumerationInARequest: lists of values grow on the service, and a client that closes them refuses
// what the service takes. The string "all" is the one exception: it is a keyword.
func TestNoClosedEnumerationInARequest(t *testing.T) {
	for _, op := range operations(load(t)) {
		check := func(place string, s *openapi3.SchemaRef) {
			keyword := len(s.Value.Enum) == 1 && s.Value.Enum[0] == "all"
			if e := s.Value.Enum; len(e) > 0 && !keyword {
				t.Errorf("%s: closes its values with %v; name them in its description", place, e)
			}
		}
		for _, p := range op.parameters {
			walk(op.name+" parameter "+p.Value.Name, p.Value.Schema, check)
		}
		if op.RequestBody != nil {
			for _, m := range op.RequestBody.Value.Content {
				walk(op.name+" request", m.Schema, check)
			}
		}
	}
}

// TestStrictAboutRequestsAndOpenAboutReplies: a mistyped member of a request is refused, since the service
// would ignore it in silence; a reply may gain members.
func TestStrictAboutRequestsAndOpenAboutReplies(t *testing.T) {
	for _, m := range everyMedia(t, load(t)) {
		walk(m.place, m.Schema, func(place string, s *openapi3.SchemaRef) {
			if !s.Value.Type.Is("object") {
				return
			}
			closed := s.Value.AdditionalProperties.Has != nil && !*s.Value.AdditionalProperties.Has
			if isRequest := m.status == 0; isRequest != closed {
				t.Errorf("%s: closed is %v", place, closed)
			}
		})
	}
}

// walk visits a schema and everything in it, once.
func walk(place string, s *openapi3.SchemaRef, visit func(place string, s *openapi3.SchemaRef)) {
	seen := map[*openapi3.Schema]bool{}
	var step func(string, *openapi3.SchemaRef)
	step = func(place string, s *openapi3.SchemaRef) {
		if s == nil || seen[s.Value] {
			return
		}
		seen[s.Value] = true
		visit(place, s)
		for name, p := range s.Value.Properties {
			step(place+"."+name, p)
		}
		for _, part := range slices.Concat(s.Value.AllOf, s.Value.AnyOf, s.Value.OneOf) {
			step(place, part)
		}
		step(place+"[]", s.Value.Items)
		step(place+".*", s.Value.AdditionalProperties.Schema)
	}
	step(place, s)
}
