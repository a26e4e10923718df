package contract_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/sandbox"
)

// described lists the fields whose objects need a description.
var described = []string{"info", "tags", "securitySchemes", "variables", "parameters", "requestBody", "responses", "headers", "schemas", "properties"}

// TestOurOperationsAreComplete checks the descriptions, examples and statuses of our operations.
func TestOurOperationsAreComplete(t *testing.T) {
	isGiven := func(value any) bool { return value != nil && value != "" }
	walk("", "", ourTree(t), func(place, in string, o map[string]any) {
		need := func(is bool, what string) {
			if !is {
				t.Errorf("%s has no %s", place, what)
			}
		}
		if o["$ref"] != nil {
			return
		}
		need(isGiven(o["description"]) || !slices.Contains(described, in) && !httpMethods[in], "description")
		switch {
		case in == "content":
			need(o["schema"] != nil, "schema")
			need(o["example"] != nil || len(object(o["examples"])) > 0, "example")
		case in == "parameters":
			need(o["example"] != nil || len(object(o["examples"])) > 0, "example")
		case in == "examples":
			need(isGiven(o["summary"]), "summary")
			need(o["value"] != nil, "value")
		case httpMethods[in]:
			need(isGiven(o["summary"]), "summary")
			for _, status := range []string{"200", "400", "401", "403", "429", "500"} {
				need(object(o["responses"])[status] != nil, "response "+status+", although every operation can return it")
			}
		}
	})
}

// The service would silently ignore a misspelled property of a request, so request objects must not allow additional properties.
// Response objects must allow them, because the service may add properties. The service may also accept new values, so requests
// must not contain enumerations, except the keyword "all".
func TestRequestsAreClosedAndResponsesOpen(t *testing.T) {
	doc := ourTree(t)
	for _, id := range sandbox.Operations() {
		at, _ := findOperation(doc, id)
		for _, part := range []string{"/parameters", "/requestBody", "/responses"} {
			isRequest := part != "/responses"
			follow(doc, at+part, map[string]bool{}, func(place, _ string, o map[string]any) {
				if closed := o["additionalProperties"] == false; o["type"] == "object" && closed != isRequest {
					t.Errorf("%s: got closed %v, want %v", place, closed, isRequest)
				}
				if list, _ := o["enum"].([]any); isRequest && len(list) > 0 && !reflect.DeepEqual(list, []any{"all"}) {
					t.Errorf("%s: the enumeration %v refuses values that the service may add: use x-known-values", place, list)
				}
			})
		}
	}
}

// TestExamplesFitTheGoTypes decodes each example of a body into the type that the client uses.
func TestExamplesFitTheGoTypes(t *testing.T) {
	doc, client, found := ourTree(t), reflect.TypeFor[gen.ClientWithResponsesInterface](), 0
	for _, id := range sandbox.Operations() {
		at, op := findOperation(doc, id)
		method, _ := client.MethodByName(strings.ToUpper(id[:1]) + id[1:] + "WithResponse")
		check := func(typ reflect.Type, place string, body any) {
			for name, example := range object(lookUp(resolve(doc, body), "/content/application~1json/examples")) {
				found++
				value, _ := json.Marshal(resolve(doc, example)["value"])
				d := json.NewDecoder(bytes.NewReader(value))
				d.DisallowUnknownFields()
				if err := d.Decode(reflect.New(typ).Interface()); err != nil {
					t.Errorf("%s %s: decode %s into %v: %v", place, name, value, typ, err)
				}
			}
		}
		if op["requestBody"] != nil {
			check(method.Type.In(method.Type.NumIn()-2), at+"/requestBody", op["requestBody"])
		}
		for status, response := range object(op["responses"]) {
			if field, isJSON := method.Type.Out(0).Elem().FieldByName("JSON" + status); isJSON {
				check(field.Type.Elem(), at+"/responses/"+status, response)
			}
		}
	}
	if found < 20 {
		t.Errorf("got %d examples, want at least 20", found)
	}
}

func findOperation(doc map[string]any, id string) (at string, op map[string]any) {
	for path, item := range object(doc["paths"]) {
		for method, op := range object(item) {
			if object(op)["operationId"] == id {
				return "/paths/" + escapePointer.Replace(path) + "/" + method, object(op)
			}
		}
	}
	return "", nil
}

// resolve follows a $ref.
func resolve(doc map[string]any, node any) map[string]any {
	if ref, ok := object(node)["$ref"].(string); ok {
		return resolve(doc, lookUp(doc, strings.TrimPrefix(ref, "#")))
	}
	return object(node)
}
