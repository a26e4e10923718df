package contract_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// plainValue makes the generator use a plain value for something optional. A value that is not set then looks like a zero
// value that is.
const plainValue = "x-go-type-skip-optional-pointer"

// reachesPlainValue reports whether the generator finds the extension in s, or in what s refers to or consists of.
func reachesPlainValue(s *openapi3.SchemaRef, seen ...*openapi3.Schema) bool {
	if s == nil || s.Value == nil || slices.Contains(seen, s.Value) {
		return false
	}
	return s.Extensions[plainValue] != nil || s.Value.Extensions[plainValue] != nil ||
		slices.ContainsFunc(formsOf(s), func(form *openapi3.SchemaRef) bool { return reachesPlainValue(form, append(seen, s.Value)...) })
}

// acceptsString reports whether a schema, or one of its forms, is a string without a format.
func acceptsString(s *openapi3.SchemaRef) bool {
	if s.Value.Nullable {
		return false
	}
	return s.Value.Type.Is("string") && s.Value.Format == "" || slices.ContainsFunc(s.Value.OneOf, acceptsString)
}

// optionalProblems finds parameters that would be sent although they are not set, and properties that could not be sent
// although they are.
func optionalProblems(doc *openapi3.T) []string {
	var list []string
	for _, op := range operations(doc) {
		for _, p := range op.parameters {
			schemas := []*openapi3.SchemaRef{p.Value.Schema}
			for _, m := range p.Value.Content {
				schemas = append(schemas, m.Schema)
			}
			reaches := slices.ContainsFunc(schemas, func(s *openapi3.SchemaRef) bool { return reachesPlainValue(s) })
			if !p.Value.Required && (reaches || p.Value.Extensions[plainValue] != nil) {
				list = append(list, fmt.Sprintf("%s: the optional parameter %s has or inherits %s, so it would be sent even if it is not set: remove the extension",
					op.name, p.Value.Name, plainValue))
			}
		}
		if op.RequestBody == nil {
			continue
		}
		for _, m := range op.RequestBody.Value.Content {
			walk(op.name+" request", m.Schema, func(place string, s *openapi3.SchemaRef) {
				for name, property := range s.Value.Properties {
					if !slices.Contains(s.Value.Required, name) && !acceptsString(property) && reachesPlainValue(property) {
						list = append(list, fmt.Sprintf("%s.%s: has or inherits %s and is not a string, so its zero value could not be sent: remove the extension",
							place, name, plainValue))
					}
				}
			})
		}
	}
	return list
}

// TestOptionalMeansAbsent: what is not set is not sent. The generator's default, a pointer, ensures that, so neither the
// document nor the configuration may change it.
func TestOptionalMeansAbsent(t *testing.T) {
	for _, problem := range optionalProblems(load(t, api.Document())) {
		t.Error(problem)
	}
	var config struct {
		Options map[string]any `yaml:"output-options"`
	}
	content, err := os.ReadFile(filepath.Join(root, "api", "client.cfg.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	if config.Options["prefer-skip-optional-pointer"] != nil {
		t.Error("api/client.cfg.yaml: prefer-skip-optional-pointer sends every parameter that is not set")
	}
}

func TestOptionalProblemsAreFound(t *testing.T) {
	const document = `
openapi: 3.0.3
info: {title: Test, version: '1'}
paths:
  /things:
    post:
      parameters: [%s]
      requestBody: {content: {application/json: {schema: {type: object, properties: {new: %s}}}}}
      responses: {'200': {description: Good.}}
components: {schemas: {Plain: {type: boolean, x-go-type-skip-optional-pointer: true}}}
`
	for _, tt := range []struct{ name, parameter, property, want string }{
		{"optional boolean parameter", "{name: p, in: query, schema: {type: boolean}}", "", ""},
		{"required parameter with the extension", "{name: p, in: query, required: true, schema: {$ref: '#/components/schemas/Plain'}}", "", ""},
		{"parameter with the extension", "{name: p, in: query, x-go-type-skip-optional-pointer: true, schema: {type: boolean}}", "", "parameter p"},
		{"extension in the parameter's schema", "{name: p, in: query, schema: {type: boolean, x-go-type-skip-optional-pointer: true}}", "", "parameter p"},
		{"extension behind $ref", "{name: p, in: query, schema: {$ref: '#/components/schemas/Plain'}}", "", "parameter p"},
		{"extension inside allOf", "{name: p, in: query, schema: {allOf: [{$ref: '#/components/schemas/Plain'}]}}", "", "parameter p"},
		{"extension in content", "{name: p, in: query, content: {application/json: {schema: {$ref: '#/components/schemas/Plain'}}}}", "", "parameter p"},
		{"optional property", "", "{type: boolean}", ""},
		{"string property with the extension", "", "{type: string, x-go-type-skip-optional-pointer: true}", ""},
		{"string or integer with the extension", "", "{oneOf: [{type: string}, {type: integer}], x-go-type-skip-optional-pointer: true}", ""},
		{"boolean property with the extension", "", "{type: boolean, x-go-type-skip-optional-pointer: true}", ".new"},
		{"date with the extension", "", "{type: string, format: date, x-go-type-skip-optional-pointer: true}", ".new"},
		{"property that inherits the extension", "", "{$ref: '#/components/schemas/Plain'}", ".new"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			property := tt.property
			if property == "" {
				property = "{}"
			}
			problems := strings.Join(optionalProblems(load(t, fmt.Appendf(nil, document, tt.parameter, property))), "\n")
			if (tt.want == "") != (problems == "") || !strings.Contains(problems, tt.want) {
				t.Errorf("got %q, want %q", problems, tt.want)
			}
		})
	}
}
