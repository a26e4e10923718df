package playground

import (
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v3"
)

// The reference page has the key, in a place where it is data and nothing else.
func TestDocsPageHasTheKey(t *testing.T) {
	for _, kind := range []string{"advanced", "standard"} {
		p := New(Key{ID: "1", Secret: `a"><script>&`, Type: kind})
		page := send(p.handler(func(string) bool { return true }), "GET", "/docs", "").Body.String()
		for _, want := range []string{
			`data-type="` + kind + `" data-id="1" data-secret="a&#34;&gt;&lt;script&gt;&amp;"`,
			`<option value="` + kind + `" selected>`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %s in %s", kind, want, page)
			}
		}
	}
}

// Swagger UI fills in the first example of a body, and shows the first one of an answer.
func TestFirstExamples(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Unmarshal(api.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	bodies, answers := 0, map[string]string{} // by their example
	var operation string
	var walk func(n *yaml.Node, path []string)
	walk = func(n *yaml.Node, path []string) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			here := append(path[:len(path):len(path)], key)
			if len(here) == 3 && here[0] == "paths" {
				operation = strings.Join(here[1:], " ")
			}
			if ref := resolve(&doc, value); ref != nil && strings.Contains(strings.Join(here, "/"), "/responses/") {
				value = ref
			}
			if key == "examples" && len(value.Content) > 1 {
				first := value.Content[1]
				text, _ := yaml.Marshal(first)
				switch {
				case strings.Contains(strings.Join(here, "/"), "/requestBody/"):
					bodies++
					if strings.Contains(string(text), "filters: all") {
						t.Errorf("%s: the body that is filled in reaches every endpoint", operation)
					}
				case here[0] == "paths" && here[3] == "responses" && here[4] >= "400":
					id := operation + "\n" + string(text)
					if other, ok := answers[id]; ok {
						t.Errorf("%s: %s shows the example of %s", operation, here[4], other)
					}
					answers[id] = here[4]
				}
				continue
			}
			if here[0] == "paths" {
				walk(value, here)
			}
		}
	}
	walk(doc.Content[0], nil)
	if bodies == 0 || len(answers) < 6 {
		t.Errorf("only %d bodies and %d error answers were found", bodies, len(answers))
	}
}

// resolve follows a local reference; it is nil where n is none.
func resolve(doc *yaml.Node, n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[0].Value != "$ref" {
		return nil
	}
	at := doc.Content[0]
	for _, name := range strings.Split(strings.TrimPrefix(n.Content[1].Value, "#/"), "/") {
		for i := 0; i+1 < len(at.Content); i += 2 {
			if at.Content[i].Value == name {
				at = at.Content[i+1]
				break
			}
		}
	}
	return at
}
