package adopt

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// our is a document that others are added to. Its comments, quotes and order have to stay.
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

// document returns a document to adopt from, with these operations and components.
func document(version, paths, components string) []byte {
	return []byte("openapi: " + version + "\ninfo: {title: Theirs, version: '2'}\nservers: [{url: 'https://{{x}}'}]\npaths:\n" + indent(paths) + "\n" + components)
}

func indent(s string) string { return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ") }

func adoptAll(t *testing.T, ours string, theirs []byte, names ...string) (*Result, error) {
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

// TestSchemas: each schema becomes OpenAPI 3.0 and accepts what it accepted, or more where that is reported.
func TestSchemas(t *testing.T) {
	for _, tt := range []struct{ name, schema, want, report string }{
		{"as it is", `{type: string, minLength: 1, enum: [a, b]}`, `{type: string, minLength: 1, enum: [a, b]}`, ""},
		{"nullable", `{type: [string, 'null']}`, `{type: string, nullable: true}`, "the type null is written as nullable"},
		{"two types", `{type: [string, integer], minLength: 1, minimum: 2, title: T}`, `{title: T, anyOf: [{type: string, minLength: 1}, {type: integer, minimum: 2}]}`, "a list of types is written as anyOf"},
		{"two types and enum", `{type: [string, integer], enum: [a, 1]}`, `{anyOf: [{type: string, enum: [a]}, {type: integer, enum: [1]}]}`, "anyOf"},
		{"two types beside anyOf", `{type: [string, integer], anyOf: [{minLength: 1}]}`, `{anyOf: [{minLength: 1}], allOf: [{anyOf: [{type: string}, {type: integer}]}]}`, "anyOf"},
		{"integer is a number", `{type: [integer, number]}`, `{type: number}`, ""},
		{"only null", `{type: 'null'}`, `{nullable: true, enum: [null]}`, "nullable"},
		{"type in capitals", `{type: String}`, `{type: string}`, ""},
		{"unknown type", `{type: date, description: X}`, `{description: X}`, "unknown type date"},
		{"null as an alternative", `{anyOf: [{type: string, maxLength: 3}, {type: 'null'}], title: T}`, `{title: T, nullable: true, type: string, maxLength: 3}`, "null as an alternative"},
		{"null beside an enum", `{oneOf: [{type: string, enum: [a]}, {type: 'null'}]}`, `{nullable: true, type: string, enum: [a, null]}`, "null as an alternative"},
		{"null beside a reference", `{oneOf: [{$ref: '#/components/schemas/R'}, {type: 'null'}]}`, `{nullable: true, allOf: [{$ref: '#/components/schemas/R'}]}`, "null as an alternative"},
		{"null beside two", `{anyOf: [{type: string}, {type: integer}, {type: 'null'}]}`, `{nullable: true, anyOf: [{type: string}, {type: integer}]}`, "null as an alternative"},
		{"const", `{const: a}`, `{enum: [a]}`, "const is written as enum"},
		{"exclusive bounds", `{type: number, exclusiveMinimum: 1, exclusiveMaximum: 9, maximum: 5}`, `{type: number, maximum: 5, minimum: 1, exclusiveMinimum: true}`, "exclusiveMinimum"},
		{"examples", `{type: string, examples: [a, b]}`, `{type: string, example: a}`, "the first of the examples"},
		{"an example that contradicts", `{type: string, example: 5, default: false}`, `{type: string}`, "contradicts its schema"},
		{"no items", `{type: array}`, `{type: array, items: {}}`, "array without items"},
		{"items that are false", `{type: array, items: false}`, `{type: array, items: {}, maxItems: 0}`, ""},
		{"items that are true", `{type: array, items: true}`, `{type: array, items: {}}`, ""},
		{"prefixItems: items says less", `{type: array, prefixItems: [{type: string}], items: {type: integer}}`, `{type: array, items: {}}`, "not checked  prefixItems"},
		{"items as a list", `{type: array, items: [{type: string}]}`, `{type: array, items: {}}`, "not checked  prefixItems"},
		{"patternProperties: closed no more", `{type: object, patternProperties: {a: {}}, additionalProperties: false}`, `{type: object}`, "not checked  patternProperties"},
		{"additionalProperties", `{type: object, additionalProperties: {type: [string, 'null']}}`, `{type: object, additionalProperties: {type: string, nullable: true}}`, ""},
		{"if and then", `{type: object, if: {required: [a]}, then: {required: [b]}}`, `{type: object}`, "not checked  if"},
		{"not that lost a keyword", `{not: {type: object, propertyNames: {maxLength: 1}}}`, `{}`, "not, whose schema lost a keyword"},
		{"not that lost nothing", `{not: {type: object}}`, `{not: {type: object}}`, ""},
		{"oneOf that lost a keyword", `{oneOf: [{type: object, contains: {}}, {type: string}]}`, `{anyOf: [{type: object}, {type: string}]}`, "oneOf is written as anyOf"},
		{"oneOf that lost one behind a reference", `{oneOf: [{$ref: '#/components/schemas/L'}, {type: string}]}`, `{anyOf: [{$ref: '#/components/schemas/L'}, {type: string}]}`, "oneOf is written as anyOf"},
		{"oneOf in a oneOf that lost one", `{oneOf: [{oneOf: [{type: object, if: {}}, {type: string}]}, {type: integer}]}`, `{anyOf: [{anyOf: [{type: object}, {type: string}]}, {type: integer}]}`, "oneOf is written as anyOf"},
		{"properties called not and oneOf", `{type: object, properties: {not: {type: array, contains: {}, items: {}}, oneOf: {type: string}}}`, `{type: object, properties: {not: {type: array, items: {}}, oneOf: {type: string}}}`, ""},
		{"true and false", `{type: object, properties: {a: true, b: false}}`, `{type: object, properties: {a: {}, b: {not: {}}}}`, ""},
		{"a property without a schema", `{type: object, properties: {a: null}}`, `{type: object, properties: {a: {}}}`, ""},
		{"a property without a name", `{type: object, properties: {'': {type: string}, b: {type: string}}, required: ['', b], additionalProperties: false}`, `{type: object, properties: {b: {type: string}}, required: [b]}`, "a property whose name is empty"},
		{"a required property that is not described", `{type: object, properties: {a: {type: string}}, required: [a, b]}`, `{type: object, properties: {a: {type: string}, b: {}}, required: [a, b]}`, "not described is any value: b"},
		{"properties with one Go name", `{type: object, properties: {id: {type: string}, ID: {type: string}}}`, `{type: object, properties: {id: {type: string}, ID: {type: string, x-go-name: ID2}}}`, "x-go-name"},
		{"required as a boolean", `{type: string, required: true}`, `{type: string}`, "required that is a boolean"},
		{"required twice", `{type: object, required: [a, a]}`, `{type: object, required: [a]}`, ""},
		{"enum of another type", `{type: string, enum: [1, 2, 2]}`, `{type: string, enum: ['1', '2']}`, "gets the type of its schema"},
		{"enum with a null that cannot be", `{type: string, enum: [a, null]}`, `{type: string, enum: [a]}`, "not of the schema's type"},
		{"bounds in quotes", `{type: string, minLength: '3', maxLength: 5.0}`, `{type: string, minLength: 3, maxLength: 5}`, "in quotes"},
		{"bounds that are none", `{type: string, minLength: -1, maxLength: many}`, `{type: string}`, "which is not a whole number"},
		{"a pattern in small letters", `{type: string, pattern: '^[\u001f]+$'}`, `{type: string, pattern: '^[\x{001f}]+$'}`, "in a pattern"},
		{"a pattern with lookahead", `{type: string, pattern: '^(?!x)'}`, `{type: string}`, "Go's regexp cannot compile"},
		{"annotations in allOf", `{allOf: [{$ref: '#/components/schemas/R'}, {readOnly: true, description: X}]}`, `{allOf: [{$ref: '#/components/schemas/R'}], readOnly: true, description: X}`, "moved out of allOf"},
		{"a default in allOf", `{allOf: [{type: object, default: {}}, {type: object, properties: {a: {type: string}}}]}`, `{allOf: [{type: object}, {type: object, properties: {a: {type: string}}}]}`, "a default in allOf"},
		{"readOnly and required in a map", `{type: object, required: [a, b], properties: {a: {type: string, readOnly: true}}, additionalProperties: {type: string}}`,
			`{type: object, required: [b], properties: {a: {type: string, readOnly: true}}, additionalProperties: {type: string}}`, "required of a readOnly property"},
		{"base64", `{type: string, contentEncoding: base64}`, `{type: string, format: byte}`, "format byte"},
		{"beside a reference", `{$ref: '#/components/schemas/R', description: X}`, `{description: X, allOf: [{$ref: '#/components/schemas/R'}]}`, ""},
		{"a reference to nothing", `{$ref: '#/components/schemas/Gone'}`, `{}`, "not in the document"},
		{"a reference to a file", `{$ref: 'other.yaml#/X'}`, `{}`, "another document"},
		{"a reference to itself", `{$ref: '#/components/schemas/Loop'}`, `{}`, "not in the document"},
		{"an anchor", `{$ref: '#here'}`, `{$ref: '#/components/schemas/R'}`, ""},
		{"$defs", `{$ref: '#/$defs/D'}`, `{$ref: '#/components/schemas/D'}`, ""},
		{"a part of a component", `{$ref: '#/components/schemas/Whole/properties/part'}`, `{$ref: '#/components/schemas/Whole-part'}`, ""},
		{"a name that $ref cannot have", `{$ref: '#/components/schemas/A%20%3CB%3E'}`, `{$ref: '#/components/schemas/A_B'}`, ""},
		{"extensions", `{type: string, x-go-type: other.Type, x-stoplight: {id: 1}}`, `{type: string}`, "2 places"},
		{"an unknown keyword", `{type: string, requried: [a]}`, `{type: string}`, "the unknown field requried"},
		{"no schema", `[1]`, `{}`, "not an object"},
		{"data that looks like a schema", `{type: object, example: {$ref: x, x-y: 1, const: 2}}`, `{type: object, example: {$ref: x, x-y: 1, const: 2}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := adoptAll(t, our, document("3.1.0", `
/x:
  post:
    operationId: x
    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/X'}}}}
    responses: {'200': {description: OK}}`, `components:
  schemas:
    X: {type: object, properties: {p: `+tt.schema+`}}
    R: {$anchor: here, type: integer}
    L: {type: array, contains: {type: string}}
    Loop: {$ref: '#/components/schemas/Loop'}
    Whole: {type: object, properties: {part: {type: string}}}
    'A <B>': {type: string}
$defs: {D: {type: boolean}}
`))
			if err != nil {
				t.Fatal(err)
			}
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

// TestOperations: everything around the schemas becomes OpenAPI 3.0, too. want has lines that the result has.
func TestOperations(t *testing.T) {
	const ok = "responses: {'200': {description: OK}}"
	for _, tt := range []struct {
		name, paths string
		want        []string
		not         []string
	}{
		{"no operationId", `/x/{id}: {get: {` + ok + `}}`, []string{"operationId: getXId", "name: id", "in: path", "required: true"}, nil},
		{"an operationId without letters", `/x: {get: {operationId: "1.5", ` + ok + `}}`, []string{"operationId: operation15"}, nil},
		{"parameters of the path", `/x: {parameters: [{name: a, in: query, schema: {type: string}}, {name: b, in: query, schema: {type: string}}], get: {parameters: [{name: a, in: query, schema: {type: integer}}], ` + ok + `}}`,
			[]string{"- name: a\n          in: query\n          schema:\n            type: integer\n        - name: b"}, nil},
		{"a path item elsewhere", "/x: {$ref: '#/paths/~1y'}\n/y: {get: {operationId: y, " + ok + "}}", []string{"/x:\n", "operationId: y2"}, nil},
		{"headers of the wrapper", `/x: {get: {parameters: [{name: Authorization, in: header, schema: {type: string}}, {name: x-xdr-auth-id, in: header, schema: {anyOf: [{type: string}]}}, {name: Content-Type, in: header, schema: {type: string}}], ` + ok + `}}`,
			nil, []string{"Authorization", "x-xdr", "Content-Type", "parameters:\n        -"}},
		{"a parameter of Swagger 2", `/x: {get: {parameters: [{name: a, in: query, type: integer, minimum: 3}], ` + ok + `}}`, []string{"schema:\n            type: integer\n            minimum: 3"}, nil},
		{"an untyped query parameter", `/x: {get: {parameters: [{name: a, in: query, schema: {}}], ` + ok + `}}`, []string{"type: string"}, nil},
		{"nullable items of a parameter", `/x: {get: {parameters: [{name: a, in: query, schema: {type: array, items: {type: [string, 'null']}}}], ` + ok + `}}`, []string{"items:\n              type: string"}, []string{"nullable"}},
		{"a union as a parameter", `/x: {get: {operationId: x, parameters: [{name: a, in: query, schema: {anyOf: [{type: string}, {type: integer}]}}], ` + ok + `}}`, []string{"$ref: '#/components/schemas/XA'", "XA:\n      anyOf"}, nil},
		{"parameters with one Go name", `/x: {get: {parameters: [{name: a-b, in: query, schema: {type: string}}, {name: a_b, in: query, schema: {type: string}}], ` + ok + `}}`, []string{"x-go-name: QueryAB"}, nil},
		{"a style for another place", `/x: {get: {parameters: [{name: a, in: header, style: form, explode: true, schema: {type: string}}], ` + ok + `}}`, nil, []string{"style:", "explode:"}},
		{"a path parameter that is not in the path", `/x: {get: {parameters: [{name: a, in: path, required: true, schema: {type: string}}], ` + ok + `}}`, nil, []string{"name: a"}},
		{"a body without content", `/x: {post: {requestBody: {description: X}, ` + ok + `}}`, nil, []string{"requestBody"}},
		{"a union as a body", `/x: {post: {operationId: x, requestBody: {content: {application/json: {schema: {oneOf: [{type: string}, {type: integer}]}}}}, ` + ok + `}}`, []string{"$ref: '#/components/schemas/XBody'"}, nil},
		{"a map as a body", `/x: {post: {operationId: x, requestBody: {content: {application/json: {schema: {type: object, additionalProperties: {type: string}}}}}, ` + ok + `}}`, []string{"$ref: '#/components/schemas/XBody'"}, nil},
		{"a response without a description", `/x: {get: {responses: {200: {}}}}`, []string{"'200':\n          description: A response."}, nil},
		{"small letters in a status", `/x: {get: {responses: {2xx: {description: Fine}, nonsense: {description: No}}}}`, []string{"2XX:"}, []string{"nonsense"}},
		{"no responses", `/x: {get: {}}`, []string{"default:\n          description: A response."}, nil},
		{"a response that is not there", `/x: {get: {responses: {'200': {$ref: '#/components/responses/Gone'}}}}`, []string{"'200':\n          description: A response."}, nil},
		{"two JSON media types", `/x: {get: {responses: {'200': {description: OK, content: {application/json;v=1: {schema: {type: string}}, application/json: {schema: {type: string}}}}}}}`, []string{"application/json:"}, []string{"v=1"}},
		{"examples of every form", `/x: {get: {responses: {'200': {description: OK, content: {application/json: {schema: {type: string}, example: a, examples: {good: {value: b}, raw: c, bad: {value: 5}, none: {summary: S}}}}}}}}`,
			[]string{"good:\n                  value: b", "raw:\n                  value: c"}, []string{"example: a", "bad:", "none:"}},
		{"examples as a list", `/x: {get: {responses: {'200': {description: OK, content: {application/json: {schema: {type: string}, examples: [a, b]}}}}}}`, []string{"example: a"}, []string{"examples"}},
		{"links, callbacks, security, servers", `/x: {get: {security: [{}], servers: [{url: /}], callbacks: {a: {}}, responses: {'200': {description: OK, links: {a: {operationId: x}}}}}}`,
			nil, []string{"security:", "servers:", "callbacks", "links"}},
		{"a description that begins with a space", `/x: {get: {description: "\n  One.\n  Two.", ` + ok + `}}`, []string{"description: |-\n        One.\n          Two."}, nil},
		{"a tag that we have, and another one", `/x: {get: {tags: [Ours, Theirs], ` + ok + `}}`, []string{"  - name: Theirs\n    description: Adopted from their-papi.yaml (Theirs 2).\n  /x:"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := adoptAll(t, our, document("3.1.0", tt.paths, ""))
			if err != nil {
				t.Fatal(err)
			}
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

// insertions returns the lines that were added, and fails if one of our lines was changed or moved.
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
		t.Errorf("changed or moved: %q in\n%s", left[0], document)
	}
	return b.String()
}

// TestTextOfOursStays shows the whole result of an adoption.
func TestTextOfOursStays(t *testing.T) {
	r, err := adoptAll(t, our, document("3.0.0", `
/a/{key}:
  put:
    operationId: putA
    parameters: [{name: key, in: path, required: true, schema: {type: string}}]
    responses: {200: {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
/c:
  get: {operationId: getC, responses: {200: {$ref: '#/components/responses/C'}}}
`, `components:
  responses: {C: {description: OK}}
  schemas: {Thing: {type: object}}
`))
	if err != nil {
		t.Fatal(err)
	}
	const want = `openapi: 3.0.3 # our version
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
    # Adopted from their-papi.yaml (Theirs 2).
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

  # The second path.
  /b:
    post:
      operationId: postB
      responses: {'200': {description: OK}}

  /c:
    # Adopted from their-papi.yaml (Theirs 2).
    get:
      operationId: getC
      responses:
        '200':
          $ref: '#/components/responses/C'

components:
  schemas:
    # What everybody uses.
    Thing: {type: object, properties: {a: {type: string}}}

    State: {type: string, enum: [on]}

    TheirThing:
      type: object

  responses:
    C:
      description: OK
`
	if string(r.Document) != want {
		t.Errorf("got\n%s", r.Document)
	}
	for _, words := range []string{
		"added        operation putA, PUT /a/{id}\n", "operation getC, GET /c\n", "responses: C\n", "schemas: TheirThing\n",
		"renamed      schemas Thing is TheirThing, because the name is taken\n               #/components/schemas/Thing\n",
		"the path /a/{key} is /a/{id}",
	} {
		if !strings.Contains(printed(r), words) {
			t.Errorf("%q is missing from\n%s", words, printed(r))
		}
	}
}

// TestNamesAreFree: no name of an adopted operation or component is already taken in package gen.
func TestNamesAreFree(t *testing.T) {
	schemas := func(list string) string { return "components: {schemas: {" + list + "}}" }
	body := func(name string) string {
		return "/x: {post: {operationId: getA, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/" + name + "'}}}}, responses: {'200': {description: OK}}}}"
	}
	for _, tt := range []struct{ name, schema, components, want string }{
		{"an equal component is used", "Thing", schemas("Thing: {properties: {a: {type: string}}, type: object}"), "Thing"},
		{"another one is renamed", "Thing", schemas("Thing: {type: string}"), "TheirThing"},
		{"the same Go name", "thing", schemas("thing: {type: string}"), "TheirThing"},
		{"a type of the client", "Client", schemas("Client: {type: object}"), "TheirClient"},
		{"a name of gen/types.go", "all_things", schemas("all_things: {type: object}"), "TheirAll_things"},
		{"a constant of ours", "StateOn", schemas("StateOn: {type: object}"), "TheirStateOn"},
		{"the body of an operation", "getA2JSONRequestBody", schemas("getA2JSONRequestBody: {type: object}"), "TheirGetA2JSONRequestBody"},
		{"one that refers to a renamed one", "Outer", schemas("Outer: {type: object, properties: {t: {$ref: '#/components/schemas/Thing'}}}, Thing: {type: string}"), "Outer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := adoptAll(t, our, document("3.0.0", body(tt.schema), tt.components))
			if err != nil {
				t.Fatal(err)
			}
			op := load(t, r.Document).Paths.Value("/x").Post
			if got := op.RequestBody.Value.Content["application/json"].Schema.Ref; got != "#/components/schemas/"+tt.want {
				t.Errorf("the body is %s, want %s", got, tt.want)
			}
			if op.OperationID != "getA2" {
				t.Errorf("the operationId is %s", op.OperationID)
			}
			again, err := adoptAll(t, string(r.Document), document("3.0.0", strings.Replace(body(tt.schema), "/x:", "/y:", 1), tt.components))
			if err != nil {
				t.Fatal(err)
			}
			// A second operation uses what the first one brought.
			if got := load(t, again.Document).Paths.Value("/y").Post.RequestBody.Value.Content["application/json"].Schema.Ref; got != "#/components/schemas/"+tt.want && !strings.Contains(tt.name, "operation") {
				t.Errorf("the second body is %s, want %s", got, tt.want)
			}
		})
	}
}

func TestOperationsAreFoundByTheirNames(t *testing.T) {
	theirs := document("3.0.0", `
/x: {get: {operationId: x, responses: {}}, post: {operationId: twice, responses: {}}}
/y: {get: {operationId: twice, responses: {}}, delete: {responses: {}}}
/b: {post: {operationId: abort, responses: {}}}
/z: {get: {operationId: z, parameters: [{$ref: '#/components/parameters/Gone'}, {name: a, in: body}], responses: {}}}`, "")
	for _, tt := range []struct {
		name  string
		names []string
		want  []string // of the error
	}{
		{"by ID, by method and path", []string{"x", "delete /y", "POST  /x"}, nil},
		{"unknown", []string{"x", "no", "neither"}, []string{`no operation "no"`, `no operation "neither"`, "POST /b"}},
		{"one name for two", []string{"twice"}, []string{`has 2 operations called "twice": name one by method and path, such as "POST /x"`}},
		{"one that we have", []string{"abort"}, []string{"POST /b is in api/openapi.yaml already, as postB"}},
		{"every problem at once", []string{"abort", "z"}, []string{"already", "refers to #/components/parameters/Gone", `in "body"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := adoptAll(t, our, theirs, tt.names...)
			if (err != nil) != (tt.want != nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing from %v", want, err)
				}
			}
			if err == nil && len(r.Operations) != len(tt.names) {
				t.Errorf("got %q", r.Operations)
			}
		})
	}
}

// TestAdoptionIsDeterministic: the same input gives the same bytes.
func TestAdoptionIsDeterministic(t *testing.T) {
	var schemas strings.Builder
	for i := range 20 {
		fmt.Fprintf(&schemas, "    S%d: {type: object, properties: {a: {$ref: '#/components/schemas/S%d'}, b: {type: [string, 'null']}}}\n", i, (i*7+3)%20)
	}
	theirs := document("3.1.0", "/x: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}, responses: {'200': {description: OK}}}}", "components:\n  schemas:\n"+schemas.String())
	var first string
	for range 10 {
		r, err := adoptAll(t, our, theirs)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(r.Document) + printed(r); first == "" {
			first = got
		} else if got != first {
			t.Fatalf("got\n%s\nand\n%s", first, got)
		}
	}
}

// TestDocumentsThatCannotBeAddedTo are those where lines cannot be inserted.
func TestDocumentsThatCannotBeAddedTo(t *testing.T) {
	theirs := document("3.0.0", "/x: {get: {responses: {'200': {description: OK}}}}", "")
	for _, ours := range []string{"openapi: 3.0.3\npaths: {}\n", "a: ["} {
		if _, err := adoptAll(t, ours, theirs); err == nil {
			t.Errorf("%q: no error", ours)
		}
	}
}
