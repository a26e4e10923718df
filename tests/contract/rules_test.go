package contract_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestEveryOperationDocumentsCommonStatuses: TestPageStatuses covers the others.
func TestEveryOperationDocumentsCommonStatuses(t *testing.T) {
	for _, op := range operations(ours(t)) {
		for _, status := range []string{"200", "400", "401", "403", "429", "500"} {
			if op.Responses.Value(status) == nil {
				t.Errorf("%s: status %s is not documented, and every operation can return it", op.name, status)
			}
		}
	}
}

func TestEveryRequestAndResponseHasAnExample(t *testing.T) {
	doc := ours(t)
	for _, m := range everyMedia(doc) {
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

func TestEverythingIsDescribed(t *testing.T) {
	doc := ours(t)
	check := func(place, description string) {
		if strings.TrimSpace(description) == "" {
			t.Errorf("%s: has no description", place)
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
		check(op.name+" summary", op.Summary)
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
				check(place+" property "+property, p.Value.Description)
			}
		})
	}
}

// TestRequestsHaveNoClosedEnumeration: the service adds values, and a client with an enumeration would refuse them. The
// keyword "all" is the exception.
func TestRequestsHaveNoClosedEnumeration(t *testing.T) {
	for _, op := range operations(ours(t)) {
		check := func(place string, s *openapi3.SchemaRef) {
			keyword := len(s.Value.Enum) == 1 && s.Value.Enum[0] == "all"
			if e := s.Value.Enum; len(e) > 0 && !keyword {
				t.Errorf("%s: the enumeration %v refuses values that the service may add: use x-known-values", place, e)
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

// TestRequestsAreClosedAndResponsesOpen: the service would silently ignore a misspelled property of a request, and it may
// add properties to a response.
func TestRequestsAreClosedAndResponsesOpen(t *testing.T) {
	for _, m := range everyMedia(ours(t)) {
		walk(m.place, m.Schema, func(place string, s *openapi3.SchemaRef) {
			if !s.Value.Type.Is("object") {
				return
			}
			closed := s.Value.AdditionalProperties.Has != nil && !*s.Value.AdditionalProperties.Has
			if closed != m.request {
				t.Errorf("%s: additionalProperties is false: %v, want %v", place, closed, m.request)
			}
		})
	}
}
