package adopt

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// our is the document to which operations are added. Its comments, quotes and order must not change.
const our = `openapi: 3.0.3 # our version
info: {title: Ours, version: "1"}
tags:
  - name: Ours
    description: 'A tag.'
paths:
  # The first path.
  /a/{id}:
    get: # read it
      operationId: getA
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: OK}}
    # The end of the first path.

  # The second path.
  /b:
    post:
      operationId: postB
      responses: {'200': {description: OK}}

components:
  schemas:
    # What everybody uses.
    Thing: {type: object, properties: {a: {type: string}}}

    State: {type: string, enum: [on]}
`

// document returns a document to adopt from.
func document(version, paths, components string) []byte {
	return []byte("openapi: " + version + "\ninfo: {title: Theirs, version: '2'}\nservers: [{url: 'https://{{x}}'}]\npaths:\n" + indent(paths) + "\n" + components)
}

func indent(s string) string { return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ") }

// adoptNamed adopts the named operations of a document, or all operations if there are no names.
func adoptNamed(t *testing.T, ours string, theirs []byte, names ...string) (*Result, error) {
	t.Helper()
	d, err := Read("their-papi.yaml", theirs)
	if err != nil {
		t.Fatal(err)
	}
	operations := d.Operations()
	if len(names) > 0 {
		if operations, err = d.Find(names); err != nil {
			return nil, err
		}
	}
	return Adopt([]byte(ours), d, operations, []string{"Client", "AllThings"})
}

func adoptAll(t *testing.T, ours string, theirs []byte) *Result {
	t.Helper()
	r, err := adoptNamed(t, ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func load(t *testing.T, document []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err == nil {
		err = doc.Validate(t.Context(), openapi3.EnableExamplesValidation())
	}
	if err != nil {
		t.Fatalf("%v in\n%s", err, document)
	}
	return doc
}

func printed(r *Result) string {
	var b bytes.Buffer
	r.Print(&b)
	return b.String()
}

// A converted schema accepts every value that the original schema accepts. If the converted schema accepts more
// values, the report mentions the reason.
func TestSchemasBecomeOpenAPI30(t *testing.T) {
	for _, tt := range []struct{ name, schema, want, report string }{
		{"a schema of OpenAPI 3.0", `{type: string, minLength: 1, enum: [a, b]}`, `{type: string, minLength: 1, enum: [a, b]}`, ""},
		{"a type and null", `{type: [string, 'null']}`, `{type: string, nullable: true}`, "the type null is written as nullable"},
		{"two types", `{type: [string, integer], minLength: 1, minimum: 2, title: T}`, `{title: T, anyOf: [{type: string, minLength: 1}, {type: integer, minimum: 2}]}`, "a list of types is written as anyOf"},
		{"two types and an enum", `{type: [string, integer], enum: [a, 1]}`, `{enum: [a, 1], anyOf: [{type: string}, {type: integer}]}`, "anyOf"},
		{"two types beside anyOf", `{type: [string, integer], anyOf: [{minLength: 1}]}`, `{anyOf: [{minLength: 1}], allOf: [{anyOf: [{type: string}, {type: integer}]}]}`, "anyOf"},
		{"the type null", `{type: 'null'}`, `{nullable: true, enum: [null]}`, "nullable"},
		{"an unknown type", `{type: date, description: X}`, `{description: X}`, "unknown type date"},
		{"null as an alternative", `{anyOf: [{type: string, maxLength: 3}, {type: 'null'}], title: T}`, `{title: T, nullable: true, type: string, maxLength: 3}`, "null as an alternative"},
		{"null as an alternative to an enum", `{oneOf: [{type: string, enum: [a]}, {type: 'null'}]}`, `{nullable: true, type: string, enum: [a, null]}`, "null as an alternative"},
		{"null as an alternative to a reference", `{oneOf: [{$ref: '#/components/schemas/R'}, {type: 'null'}]}`, `{nullable: true, allOf: [{$ref: '#/components/schemas/R'}]}`, "null as an alternative"},
		{"const", `{const: a}`, `{enum: [a]}`, "const is written as enum"},
		{"exclusive bounds", `{type: number, minimum: 1, exclusiveMinimum: 1, exclusiveMaximum: 9, maximum: 5}`, `{type: number, minimum: 1, exclusiveMinimum: true, maximum: 5}`, "exclusiveMinimum"},
		{"a list of examples", `{type: string, examples: [a, b]}`, `{type: string, example: a}`, "only the first of its examples"},
		{"an example that contradicts the type", `{type: string, example: 5, default: false}`, `{type: string}`, "contradicts its schema"},
		{"an array without items", `{type: array}`, `{type: array, items: {}}`, "array without items"},
		{"false as items", `{type: array, items: false}`, `{type: array, items: {}, maxItems: 0}`, ""},
		{"prefixItems and items", `{type: array, prefixItems: [{type: string}], items: {type: integer}}`, `{type: array, items: {}}`, "not checked  prefixItems"},
		{"patternProperties and additionalProperties", `{type: object, patternProperties: {a: {}}, additionalProperties: false}`, `{type: object}`, "not checked  patternProperties"},
		{"additionalProperties", `{type: object, additionalProperties: {type: [string, 'null']}}`, `{type: object, additionalProperties: {type: string, nullable: true}}`, ""},
		{"if and then", `{type: object, if: {required: [a]}, then: {required: [b]}}`, `{type: object}`, "not checked  if"},
		{"not, whose schema lost a keyword", `{not: {type: object, propertyNames: {maxLength: 1}}}`, `{}`, "the keyword not, because its schema lost a keyword"},
		{"not, whose schema lost nothing", `{not: {type: object}}`, `{not: {type: object}}`, ""},
		{"oneOf, of which one schema lost a keyword", `{oneOf: [{type: object, contains: {}}, {type: string}]}`, `{anyOf: [{type: object}, {type: string}]}`, "only one alternative of oneOf"},
		{"oneOf, of which a referenced schema lost a keyword", `{oneOf: [{$ref: '#/components/schemas/L'}, {type: string}]}`, `{anyOf: [{$ref: '#/components/schemas/L'}, {type: string}]}`, "only one alternative of oneOf"},
		{"properties called not and oneOf", `{type: object, properties: {not: {type: array, contains: {}, items: {}}, oneOf: {type: string}}}`, `{type: object, properties: {not: {type: array, items: {}}, oneOf: {type: string}}}`, ""},
		{"true and false as schemas", `{type: object, properties: {a: true, b: false}}`, `{type: object, properties: {a: {}, b: {not: {}}}}`, ""},
		{"a property that is null", `{type: object, properties: {a: null}}`, `{type: object, properties: {a: {}}}`, ""},
		{"a property with an empty name", `{type: object, properties: {'': {type: string}, b: {type: string}}, required: ['', b], additionalProperties: false}`, `{type: object, properties: {b: {type: string}}, required: [b]}`, "a property whose name is empty"},
		{"a required property that is not described", `{type: object, properties: {a: {type: string}}, required: [a, b]}`, `{type: object, properties: {a: {type: string}, b: {}}, required: [a, b]}`, "not described accepts any value: b"},
		{"two properties with one Go name", `{type: object, properties: {id: {type: string}, ID: {type: string}}}`, `{type: object, properties: {id: {type: string}, ID: {type: string, x-go-name: ID2}}}`, "x-go-name"},
		{"invalid bounds", `{type: string, minLength: -1, maxLength: many}`, `{type: string}`, "the invalid schema field minLength"},
		{"a pattern with an escape of JavaScript", `{type: string, pattern: '^[^\u001f]+$'}`, `{type: string, pattern: '^[^\x{001f}]+$'}`, `\x{XXXX}`},
		{"a pattern with lookahead", `{type: string, pattern: '^(?!x)'}`, `{type: string}`, "Go's regexp does not support"},
		{"base64 as the encoding", `{type: string, contentEncoding: base64}`, `{type: string, format: byte}`, "format byte"},
		{"a description beside a reference", `{$ref: '#/components/schemas/R', description: X}`, `{description: X, allOf: [{$ref: '#/components/schemas/R'}]}`, ""},
		{"a dangling reference", `{$ref: '#/components/schemas/Gone'}`, `{}`, "a missing part of the document"},
		{"a reference to itself", `{$ref: '#/components/schemas/Loop'}`, `{}`, "a missing part of the document"},
		{"a reference to a recursive schema", `{$ref: '#/components/schemas/Tree'}`, `{$ref: '#/components/schemas/Tree'}`, ""},
		{"a reference to $defs", `{$ref: '#/$defs/D'}`, `{$ref: '#/components/schemas/D'}`, ""},
		{"a reference to a part of a component", `{$ref: '#/components/schemas/Whole/properties/part'}`, `{$ref: '#/components/schemas/Whole-part'}`, ""},
		{"a name with characters that components cannot have", `{$ref: '#/components/schemas/A%20%3CB%3E'}`, `{$ref: '#/components/schemas/A_B'}`, ""},
		{"a discriminator", `{oneOf: [{$ref: '#/components/schemas/Whole'}], discriminator: {propertyName: part, mapping: {a: Whole}}}`,
			`{oneOf: [{$ref: '#/components/schemas/Whole'}], discriminator: {propertyName: part, mapping: {a: '#/components/schemas/Whole'}}}`, ""},
		{"extensions", `{type: string, x-go-type: other.Type, x-stoplight: {id: 1}}`, `{type: string}`, "2 places"},
		{"readOnly and writeOnly", `{type: string, readOnly: true, writeOnly: true}`, `{type: string}`, "are both left out"},
		{"an unknown keyword", `{type: string, requried: [a]}`, `{type: string}`, "the unknown schema field requried"},
		{"a schema that is a list", `[1]`, `{}`, "not an object"},
		{"data that looks like a schema", `{type: object, example: {$ref: x, x-y: 1, const: 2}}`, `{type: object, example: {$ref: x, x-y: 1, const: 2}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := adoptAll(t, our, document("3.1.0", `
/x:
  post:
    operationId: x
    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/X'}}}}
    responses: {'200': {description: OK}}`, `components:
  schemas:
    X: {type: object, properties: {p: `+tt.schema+`}}
    R: {$anchor: here, type: integer}
    L: {type: array, contains: {type: string}}
    Tree: {type: object, properties: {left: {$ref: '#/components/schemas/Tree'}}}
    Loop: {$ref: '#/components/schemas/Loop'}
    Whole: {type: object, properties: {part: {type: string}}}
    'A <B>': {type: string}
$defs: {D: {type: boolean}}
`))
			load(t, r.Document)
			var doc struct {
				Components struct {
					Schemas map[string]struct{ Properties map[string]yaml.Node }
				}
			}
			var want yaml.Node
			if err := yaml.Unmarshal(r.Document, &doc); err != nil {
				t.Fatal(err)
			}
			if err := yaml.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			got := doc.Components.Schemas["X"].Properties["p"]
			if !equal(&got, want.Content[0], sameString) {
				out, _ := yaml.Marshal(&got)
				t.Errorf("got %s, want %s", out, tt.want)
			}
			if report := printed(r); !strings.Contains(report, tt.report) {
				t.Errorf("%q is missing from\n%s", tt.report, report)
			}
		})
	}
}

func TestOperationsBecomeOpenAPI30(t *testing.T) {
	const ok = "responses: {'200': {description: OK}}"
	for _, tt := range []struct {
		name, paths string
		want        []string
		not         []string
	}{
		{"an operation without an operationId", `/x/{id}: {get: {` + ok + `}}`, []string{"operationId: getXId", "name: id", "in: path", "required: true"}, nil},
		{"parameters of the path", `/x: {parameters: [{name: a, in: query, schema: {type: string}}, {name: b, in: query, schema: {type: string}}], get: {parameters: [{name: a, in: query, schema: {type: integer}}], ` + ok + `}}`,
			[]string{"- name: a\n          in: query\n          schema:\n            type: integer\n        - name: b"}, nil},
		{"a reference to a path item", "/x: {$ref: '#/paths/~1y'}\n/y: {get: {operationId: y, " + ok + "}}", []string{"/x:\n", "operationId: y2"}, nil},
		{"headers that the wrapper sets", `/x: {get: {parameters: [{name: Authorization, in: header, schema: {type: string}}, {name: x-xdr-auth-id, in: header, schema: {anyOf: [{type: string}]}}, {name: Content-Type, in: header, schema: {type: string}}], ` + ok + `}}`,
			nil, []string{"Authorization", "x-xdr", "Content-Type", "parameters:\n        -"}},
		{"a parameter in the form of Swagger 2", `/x: {get: {parameters: [{name: a, in: query, type: integer, minimum: 3}], ` + ok + `}}`, []string{"schema:\n            type: integer\n            minimum: 3"}, nil},
		{"a query parameter without a type", `/x: {get: {parameters: [{name: a, in: query, schema: {description: Any}}], ` + ok + `}}`, []string{"type: string"}, nil},
		{"a parameter with a schema and content", `/x: {get: {parameters: [{name: a, in: query, schema: {type: string}, content: {application/json: {schema: {}}}}], ` + ok + `}}`, []string{"type: string"}, []string{"application/json"}},
		{"a path parameter that is not in the path", `/x: {get: {parameters: [{name: a, in: path, required: true, schema: {type: string}}], ` + ok + `}}`, nil, []string{"name: a"}},
		{"several JSON media types", `/x: {get: {responses: {'200': {description: OK, content: {application/json;v=1: {schema: {type: string}}, application/json: {schema: {type: string}}}}}}}`, []string{"application/json:"}, []string{"v=1"}},
		{"nullable items of a parameter", `/x: {get: {parameters: [{name: a, in: query, schema: {type: array, items: {type: [string, 'null']}}}], ` + ok + `}}`, []string{"items:\n              type: string"}, []string{"nullable"}},
		{"an inline union as a parameter", `/x: {get: {operationId: x, parameters: [{name: a, in: query, schema: {anyOf: [{type: string}, {type: integer}]}}], ` + ok + `}}`, []string{"$ref: '#/components/schemas/XA'", "XA:\n      anyOf"}, nil},
		{"two parameters with one Go name", `/x: {get: {parameters: [{name: a-b, in: query, schema: {type: string}}, {name: a_b, in: query, schema: {type: string}}], ` + ok + `}}`, []string{"x-go-name: QueryAB"}, nil},
		{"a body without content", `/x: {post: {requestBody: {description: X}, ` + ok + `}}`, nil, []string{"requestBody"}},
		{"an inline union as a body", `/x: {post: {operationId: x, requestBody: {content: {application/json: {schema: {oneOf: [{type: string}, {type: integer}]}}}}, ` + ok + `}}`, []string{"$ref: '#/components/schemas/XBody'"}, nil},
		{"a response without a description", `/x: {get: {responses: {200: {}}}}`, []string{"'200':\n          description: A response."}, nil},
		{"an operation without responses", `/x: {get: {}}`, []string{"default:\n          description: A response."}, nil},
		{"a dangling reference to a response", `/x: {get: {responses: {'200': {$ref: '#/components/responses/Gone'}}}}`, []string{"'200':\n          description: A response."}, nil},
		{"a response whose key is not a status", `/x: {get: {responses: {'200': {description: OK}, nonsense: {description: No}}}}`, nil, []string{"nonsense"}},
		{"a parameter of a path that is not required", `/x/{id}: {get: {parameters: [{name: id, in: path, schema: {type: string}}], ` + ok + `}}`, []string{"required: true"}, nil},
		{"a parameter without a schema", `/x: {get: {parameters: [{name: a, in: header}], ` + ok + `}}`, []string{"schema: {}"}, nil},
		{"examples", `/x: {get: {responses: {'200': {description: OK, content: {application/json: {schema: {type: string}, example: a, examples: {good: {value: b}, bad: {value: 5}, none: {summary: S}}}}}}}}`,
			[]string{"good:\n                  value: b"}, []string{"example: a", "bad:", "none:"}},
		{"fields that are never adopted", `/x: {get: {security: [{}], servers: [{url: /}], callbacks: {a: {}}, responses: {'200': {description: OK, links: {a: {operationId: x}}}}}}`,
			nil, []string{"security:", "servers:", "callbacks", "links"}},
		{"a description that begins with a space", `/x: {get: {description: "\n  One.\n  Two.", ` + ok + `}}`, []string{"description: |-\n        One.\n          Two."}, nil},
		{"a known and an unknown tag", `/x: {get: {tags: [Ours, Theirs], ` + ok + `}}`, []string{"  - name: Theirs\n    description: Adopted from their-papi.yaml (Theirs 2).\n  /x:"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := adoptAll(t, our, document("3.1.0", tt.paths, ""))
			load(t, r.Document)
			more := insertions(t, our, r.Document)
			for _, want := range tt.want {
				if !strings.Contains(more, want) {
					t.Errorf("%q is missing from\n%s", want, more)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(more, not) {
					t.Errorf("%q is in\n%s", not, more)
				}
			}
		})
	}
}

// insertions returns the added lines. It fails the test if one of our lines was changed or moved.
func insertions(t *testing.T, ours string, document []byte) string {
	t.Helper()
	left := slices.Collect(strings.Lines(ours))
	var b strings.Builder
	for line := range bytes.Lines(document) {
		if len(left) > 0 && string(line) == left[0] {
			left = left[1:]
			continue
		}
		b.Write(line)
	}
	if len(left) > 0 {
		t.Errorf("our line %q was changed or moved in\n%s", left[0], document)
	}
	return b.String()
}

func TestAdoptionOnlyInsertsLines(t *testing.T) {
	r := adoptAll(t, our, document("3.0.0", `
/a/{id}:
  put:
    operationId: putA
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    responses: {200: {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
/c:
  get: {operationId: getC, responses: {200: {$ref: '#/components/responses/C'}}}
`, `components:
  responses: {C: {description: OK}}
  schemas: {Thing: {type: object}}
`))
	const (
		put = `    # Adopted from their-papi.yaml (Theirs 2).
    put:
      operationId: putA
      parameters:
        - name: id
          in: path
          required: true
          schema:
            type: string
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/TheirThing'
`
		get = `  /c:
    # Adopted from their-papi.yaml (Theirs 2).
    get:
      operationId: getC
      responses:
        '200':
          $ref: '#/components/responses/C'

`
		components = `
    TheirThing:
      type: object

  responses:
    C:
      description: OK
`
	)
	want := strings.NewReplacer("\n  # The second", put+"\n  # The second", "components:\n", get+"components:\n").Replace(our) + components
	if string(r.Document) != want {
		t.Errorf("got\n%s\nwant\n%s", r.Document, want)
	}
	for _, words := range []string{
		"added        operation putA, PUT /a/{id}\n", "operation getC, GET /c\n", "responses: C\n", "schemas: TheirThing\n",
		"renamed      #/components/schemas/Thing becomes TheirThing, because the name is taken\n               #/components/schemas/Thing\n",
	} {
		if !strings.Contains(printed(r), words) {
			t.Errorf("%q is missing from\n%s", words, printed(r))
		}
	}
}

func TestAdoptedNamesAreUniqueInGen(t *testing.T) {
	schemas := func(list string) string { return "components: {schemas: {" + list + "}}" }
	body := func(name string) string {
		return "/x: {post: {operationId: getA, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/" + name + "'}}}}, responses: {'200': {description: OK}}}}"
	}
	for _, tt := range []struct{ name, schema, components, want string }{
		{"an equal component is used", "Thing", schemas("Thing: {properties: {a: {type: string}}, type: object}"), "Thing"},
		{"a different component is renamed", "Thing", schemas("Thing: {type: string}"), "TheirThing"},
		{"a schema with the Go name of ours", "thing", schemas("thing: {type: string}"), "TheirThing"},
		{"a schema with the name of a type of the client", "Client", schemas("Client: {type: object}"), "TheirClient"},
		{"a schema with a reserved name", "all_things", schemas("all_things: {type: object}"), "TheirAll_things"},
		{"a schema with the name of a constant of ours", "StateOn", schemas("StateOn: {type: object}"), "TheirStateOn"},
		{"a schema with the name of an operation's body", "getA2JSONRequestBody", schemas("getA2JSONRequestBody: {type: object}"), "TheirGetA2JSONRequestBody"},
		{"a schema that refers to a renamed one", "Outer", schemas("Outer: {type: object, properties: {t: {$ref: '#/components/schemas/Thing'}}}, Thing: {type: string}"), "Outer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := adoptAll(t, our, document("3.0.0", body(tt.schema), tt.components))
			op := load(t, r.Document).Paths.Value("/x").Post
			if got := op.RequestBody.Value.Content["application/json"].Schema.Ref; got != "#/components/schemas/"+tt.want {
				t.Errorf("got body %s, want %s", got, tt.want)
			}
			if op.OperationID != "getA2" {
				t.Errorf("got operationId %s, want getA2", op.OperationID)
			}
			again := adoptAll(t, string(r.Document), document("3.0.0", strings.Replace(body(tt.schema), "/x:", "/y:", 1), tt.components))
			// A second adopted operation uses the components of the first.
			if got := load(t, again.Document).Paths.Value("/y").Post.RequestBody.Value.Content["application/json"].Schema.Ref; got != "#/components/schemas/"+tt.want && !strings.Contains(tt.name, "operation") {
				t.Errorf("got second body %s, want %s", got, tt.want)
			}
		})
	}
}

func TestOperationsAreFoundByName(t *testing.T) {
	theirs := document("3.0.0", `
/x: {get: {operationId: x, responses: {}}, post: {operationId: twice, responses: {}}}
/y: {get: {operationId: twice, responses: {}}, delete: {responses: {}}}
/b: {post: {operationId: abort, responses: {}}}
/z: {get: {operationId: z, parameters: [{$ref: '#/components/parameters/Gone'}], responses: {}}}`, "")
	for _, tt := range []struct {
		name  string
		names []string
		want  []string // parts of the error
	}{
		{"an ID, and a method and path", []string{"x", "delete /y", "POST  /x"}, nil},
		{"unknown names", []string{"x", "no", "neither"}, []string{`no operation "no"`, `no operation "neither"`, "POST /b"}},
		{"an ambiguous name", []string{"twice"}, []string{`has 2 operations called "twice": name one by method and path, such as "POST /x"`}},
		{"an operation that we have", []string{"abort"}, []string{"POST /b is already in api/openapi.yaml, as \"postB\""}},
		{"several problems", []string{"abort", "z"}, []string{"already", "refers to #/components/parameters/Gone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := adoptNamed(t, our, theirs, tt.names...)
			if (err != nil) != (tt.want != nil) {
				t.Fatalf("got error %v, want %q", err, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing from %v", want, err)
				}
			}
			if err == nil && len(r.Operations) != len(tt.names) {
				t.Errorf("got operations %q, want %q", r.Operations, tt.names)
			}
		})
	}
}
