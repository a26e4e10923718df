package contract_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v3"
)

// constraints are the keywords of a schema whose origin has to be given. Alternatives (oneOf, anyOf, allOf) have
// theirs in the schemas that they list.
var constraints = map[string]bool{
	"type": true, "format": true, "enum": true, "nullable": true, "required": true, "additionalProperties": true,
	"minItems": true, "maxItems": true, "uniqueItems": true, "minLength": true, "maxLength": true, "pattern": true,
	"minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true, "multipleOf": true,
	"minProperties": true, "maxProperties": true, "not": true, "default": true, "readOnly": true, "writeOnly": true,
	"example": true, "x-known-values": true,
}

// origin is what x-origin says of one keyword, "" if it says nothing of it.
func origin(x any, keyword string) string {
	switch x := x.(type) {
	case string:
		return x
	case map[string]any:
		s, _ := x[keyword].(string)
		return s
	}
	return ""
}

// originProblems walks the document as a tree, so that nothing is missed because two places share a schema.
type originProblems struct {
	list []string
	seen int             // keywords, examples, responses and members with an origin
	ours map[string]bool // the keywords that are ours somewhere, example aside
}

// check looks for the origin of what stands in one place: in its own x-origin, or in outer, the word that covers it
// from outside. It returns the word that covers what is inside.
func (p *originProblems) check(place string, x, outer any, keywords ...string) any {
	if x == nil {
		x = outer
	}
	for _, k := range keywords {
		if k != "example" && origin(x, k) == "ours" && constraints[k] {
			p.ours[k] = true
		}
		switch o := origin(x, k); o {
		case "documented", "seen", "ours":
			p.seen++
		case "":
			p.list = append(p.list, fmt.Sprintf("%s: %s has no origin: add it to x-origin, as documented, seen or ours", place, k))
		default:
			p.list = append(p.list, fmt.Sprintf("%s: the origin of %s is %q, not documented, seen or ours", place, k, o))
		}
	}
	if byKeyword, ok := x.(map[string]any); ok {
		for k := range byKeyword {
			if !slices.Contains(keywords, k) {
				p.list = append(p.list, fmt.Sprintf("%s: x-origin speaks of %s, which is not there", place, k))
			}
		}
		return nil
	}
	return x
}

func (p *originProblems) schema(place string, node, outer any, isMember bool) {
	s := object(node)
	if s == nil || s["$ref"] != nil {
		return // what is referred to has its own
	}
	var keywords []string
	for k := range s {
		// true and a schema allow, they do not constrain.
		if constraints[k] && (k != "additionalProperties" || s[k] == false) {
			keywords = append(keywords, k)
		}
	}
	slices.Sort(keywords)
	if isMember && len(keywords) == 0 {
		keywords = []string{"the member"}
	}
	inside := p.check(place, s["x-origin"], outer, keywords...)
	for member, sub := range object(s["properties"]) {
		p.schema(place+"."+member, sub, inside, true)
	}
	for _, k := range []string{"allOf", "oneOf", "anyOf"} {
		list, _ := s[k].([]any)
		for i, sub := range list {
			p.schema(fmt.Sprintf("%s %s %d", place, k, i), sub, inside, false)
		}
	}
	p.schema(place+"[]", s["items"], inside, false)
	p.schema(place+".*", s["additionalProperties"], inside, false)
}

func (p *originProblems) parameter(place string, node, outer any) {
	s := object(node)
	if s["$ref"] != nil {
		return
	}
	var keywords []string
	for _, k := range []string{"required", "style", "explode", "example", "allowReserved"} {
		if s[k] != nil {
			keywords = append(keywords, k)
		}
	}
	inside := p.check(place, s["x-origin"], outer, keywords...)
	p.schema(place+" schema", s["schema"], inside, false)
	p.media(place, s, inside)
}

// media checks the schema and the examples of each content of a request, a response or a parameter.
func (p *originProblems) media(place string, s map[string]any, outer any) {
	for contentType, m := range object(s["content"]) {
		here := place + " " + contentType
		p.schema(here, object(m)["schema"], outer, false)
		p.examples(here, object(m)["examples"], outer)
	}
}

func (p *originProblems) examples(place string, node, outer any) {
	for name, e := range object(node) {
		if object(e)["$ref"] == nil {
			p.check(place+" example "+name, object(e)["x-origin"], outer, "value")
		}
	}
}

func (p *originProblems) response(place string, node, outer any) {
	r := object(node)
	if r["$ref"] != nil {
		return
	}
	p.media(place, r, p.check(place, r["x-origin"], outer, "the response"))
}

func (p *originProblems) operation(place string, op map[string]any) {
	covers := op["x-origin"]
	parameters, _ := op["parameters"].([]any)
	for _, param := range parameters {
		p.parameter(fmt.Sprintf("%s parameter %v", place, object(param)["name"]), param, covers)
	}
	if body := object(op["requestBody"]); body != nil && body["$ref"] == nil {
		p.media(place+" request", body, p.check(place+" request", body["x-origin"], covers, "required"))
	}
	for status, r := range object(op["responses"]) {
		p.response(place+" response "+status, r, covers)
	}
}

func object(node any) map[string]any {
	m, _ := node.(map[string]any)
	return m
}

func originsOf(document []byte) (*originProblems, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(document, &doc); err != nil {
		return nil, err
	}
	p := &originProblems{ours: map[string]bool{}}
	for path, item := range object(doc["paths"]) {
		for method, op := range object(item) {
			p.operation(method+" "+path, object(op))
		}
	}
	components := object(doc["components"])
	for name, s := range object(components["schemas"]) {
		p.schema("schema "+name, s, nil, false)
	}
	for name, s := range object(components["parameters"]) {
		p.parameter("parameter "+name, s, nil)
	}
	for name, r := range object(components["responses"]) {
		p.response("response "+name, r, nil)
	}
	p.examples("components", components["examples"], nil)
	slices.Sort(p.list)
	return p, nil
}

// TestEverythingHasAnOrigin: whoever reads the contract can tell a fact from a decision of this project, for every
// constraint, example, member and response.
func TestEverythingHasAnOrigin(t *testing.T) {
	p, err := originsOf(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range p.list {
		t.Error(problem)
	}
	if p.seen < 120 {
		t.Errorf("only %d origins were found", p.seen)
	}
}

// TestStricterThanTheDocumentationIsListed: the description's table names every keyword that is a constraint of ours
// somewhere, and no other.
func TestStricterThanTheDocumentationIsListed(t *testing.T) {
	p, err := originsOf(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(load(t).Info.Description, "\n| keyword | where | why |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		where, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, word := range quoted(where) {
			listed[word] = true
		}
	}
	if len(listed) == 0 {
		t.Fatal("the description has no table of the constraints that are ours")
	}
	if got, want := slices.Sorted(maps.Keys(listed)), slices.Sorted(maps.Keys(p.ours)); !slices.Equal(got, want) {
		t.Errorf("the description lists %v, and ours are %v", got, want)
	}
}

// TestMissingOriginsAreFound: the test above sees each kind of omission.
func TestMissingOriginsAreFound(t *testing.T) {
	document := released(t)
	for _, tt := range []struct{ name, old, new, want string }{
		{"schema", "          x-origin: {type: documented, minItems: ours}\n\n    EndpointFilter:", "\n    EndpointFilter:", "minItems has no origin"},
		{"keyword of a map", "{type: documented, minLength: ours, x-known-values: documented}", "{type: documented, x-known-values: documented}", "minLength has no origin"},
		{"unknown word", "x-origin: {type: documented, example: ours}", "x-origin: {type: documented, example: guess}", `the origin of example is "guess"`},
		{"keyword that is not there", "x-origin: {type: documented, example: ours}", "x-origin: {type: documented, example: ours, pattern: ours}", "speaks of pattern"},
		{"member", "          description: The number of endpoints included in the request.\n          x-origin: documented\n", "          description: The number of endpoints included in the request.\n", "endpoints_count: the member has no origin"},
		{"response", "description: The service failed.\n      x-origin: documented", "description: The service failed.", "the response has no origin"},
		{"example", "summary: Authentication failed\n      x-origin: seen", "summary: Authentication failed", "value has no origin"},
		{"parameter", "          example: 789\n          x-origin: documented", "          example: 789", "example has no origin"},
		{"request", "        required: true\n        x-origin: documented\n        content:", "        required: true\n        content:", "required has no origin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(document, tt.old) != 1 {
				t.Fatalf("the document has %d of %q, want one", strings.Count(document, tt.old), tt.old)
			}
			p, err := originsOf([]byte(strings.Replace(document, tt.old, tt.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			if all := strings.Join(p.list, "\n"); !strings.Contains(all, tt.want) {
				t.Errorf("got %q, want %q", all, tt.want)
			}
		})
	}
}
