package contract_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// plainValue makes the generator use a plain value for something optional, which then cannot be told from a zero
// value that was set.
const plainValue = "x-go-type-skip-optional-pointer"

// reachesPlainValue reports whether the generator takes the extension from s: it inherits it through $ref and allOf.
func reachesPlainValue(s *openapi3.SchemaRef) bool {
	var reaches func(s *openapi3.SchemaRef, seen []*openapi3.Schema) bool
	reaches = func(s *openapi3.SchemaRef, seen []*openapi3.Schema) bool {
		if s == nil || s.Value == nil || slices.Contains(seen, s.Value) {
			return false
		}
		seen = append(seen, s.Value)
		return s.Extensions[plainValue] != nil || s.Value.Extensions[plainValue] != nil ||
			slices.ContainsFunc(slices.Concat(s.Value.AllOf, s.Value.AnyOf, s.Value.OneOf), func(part *openapi3.SchemaRef) bool { return reaches(part, seen) })
	}
	return reaches(s, nil)
}

// optionalProblems says which parameters and members would be sent although nobody set them, or could not be sent
// although somebody did.
func optionalProblems(doc *openapi3.T) []string {
	var list []string
	for _, op := range operations(doc) {
		for _, p := range op.parameters {
			schemas := []*openapi3.SchemaRef{p.Value.Schema}
			for _, m := range p.Value.Content {
				schemas = append(schemas, m.Schema)
			}
			if !p.Value.Required && (p.Value.Extensions[plainValue] != nil || slices.ContainsFunc(schemas, reachesPlainValue)) {
				list = append(list, fmt.Sprintf("%s: the optional parameter %s has or inherits %s: it would be sent although nobody set it; use a schema without it",
					op.name, p.Value.Name, plainValue))
			}
		}
		if op.RequestBody == nil {
			continue
		}
		for _, m := range op.RequestBody.Value.Content {
			walk(op.name+" request", m.Schema, func(place string, s *openapi3.SchemaRef) {
				for name, member := range s.Value.Properties {
					isText := member.Value.Type.Is("string") && member.Value.Format == "" && !member.Value.Nullable
					if !slices.Contains(s.Value.Required, name) && !isText && reachesPlainValue(member) {
						list = append(list, fmt.Sprintf("%s.%s: has or inherits %s and is not a string: its zero value could not be sent; use a schema without it",
							place, name, plainValue))
					}
				}
			})
		}
	}
	return list
}

// TestOptionalMeansAbsent: nothing optional is sent that was not set. The generator's default, a pointer, does it;
// the document has to leave that alone, and so does the configuration.
func TestOptionalMeansAbsent(t *testing.T) {
	for _, problem := range optionalProblems(load(t)) {
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
		t.Error("api/client.cfg.yaml: prefer-skip-optional-pointer sends every parameter that nobody set")
	}
}

func TestOptionalProblemsAreFound(t *testing.T) {
	document := released(t)
	const before = "        - name: fields\n"
	insert := func(lines ...string) string {
		return strings.Replace(document, before, "        - name: new_flag\n          in: query\n          description: X.\n          "+strings.Join(lines, "\n          ")+"\n"+before, 1)
	}
	member := func(lines ...string) string {
		return strings.Replace(document, "        incident_id:\n", "        new_member:\n          "+strings.Join(lines, "\n          ")+"\n        incident_id:\n", 1)
	}
	for _, tt := range []struct{ name, document, want string }{
		{"optional boolean", insert("schema: {type: boolean}"), ""},
		{"optional integer with a minimum", insert("schema: {type: integer, minimum: 1}"), ""},
		{"required parameter with it", insert("required: true", "schema: {type: boolean, x-go-type-skip-optional-pointer: true}"), ""},
		{"on the parameter", insert("x-go-type-skip-optional-pointer: true", "schema: {type: boolean}"), "parameter new_flag"},
		{"on its schema", insert("schema: {type: boolean, x-go-type-skip-optional-pointer: true}"), "parameter new_flag"},
		{"on what its schema refers to", insert("schema: {$ref: '#/components/schemas/Text'}"), "parameter new_flag"},
		{"inside allOf", insert("schema: {allOf: [{$ref: '#/components/schemas/Text'}]}"), "parameter new_flag"},
		{"in its content", insert("content: {application/json: {schema: {$ref: '#/components/schemas/Text'}}}"), "parameter new_flag"},
		{"optional member", member("type: boolean"), ""},
		{"optional member, a string with it", member("type: string", "x-go-type-skip-optional-pointer: true"), ""},
		{"optional member, a boolean with it", member("type: boolean", "x-go-type-skip-optional-pointer: true"), ".new_member"},
		{"optional member that inherits it", member("$ref: '#/components/schemas/ErrorDetails'"), ".new_member"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.document == document {
				t.Fatal("the document has no place for it")
			}
			doc, err := openapi3.NewLoader().LoadFromData([]byte(tt.document))
			if err != nil {
				t.Fatal(err)
			}
			problems := strings.Join(optionalProblems(doc), "\n")
			if (tt.want == "") != (problems == "") || !strings.Contains(problems, tt.want) {
				t.Errorf("got %q, want %q", problems, tt.want)
			}
		})
	}
}
