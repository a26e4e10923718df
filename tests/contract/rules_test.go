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

// TestExamplesSurviveTheGoTypes decodes each example of a body into the type that the client uses, and encodes the result.
func TestExamplesSurviveTheGoTypes(t *testing.T) {
	doc, client, found := ourTree(t), reflect.TypeFor[gen.ClientWithResponsesInterface](), 0
	for _, id := range sandbox.Operations() {
		at, op := findOperation(doc, id)
		method, _ := client.MethodByName(strings.ToUpper(id[:1]) + id[1:] + "WithResponse")
		check := func(typ reflect.Type, place string, body any) {
			_, resolved := resolve(doc, place, body)
			for name, example := range object(lookUp(resolved, "/content/application~1json/examples")) {
				found++
				t.Run(place+" "+name, func(t *testing.T) {
					_, e := resolve(doc, "", example)
					if value := encode(t, e["value"]); !survives(t, typ, value) {
						t.Errorf("%v loses a part of %s", typ, value)
					}
				})
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

// survives reports whether a JSON value keeps its meaning when it is decoded into a type and encoded again. A union accepts any
// JSON, so one of the union's forms must keep the meaning.
func survives(t *testing.T, typ reflect.Type, value []byte) bool {
	t.Helper()
	v := reflect.New(typ)
	if err := json.Unmarshal(value, v.Interface()); err != nil {
		t.Error(err)
		return false
	}
	isUnion := false
	for i := range typ.NumMethod() {
		if strings.HasPrefix(typ.Method(i).Name, "As") {
			isUnion = true
			if form := v.Elem().Method(i).Call(nil); form[1].IsNil() && survives(t, form[0].Type(), value) {
				return true
			}
		}
	}
	return !isUnion && reflect.DeepEqual(canonical(decode(t, encode(t, v.Interface()))), canonical(decode(t, value)))
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// canonical makes values with the same meaning equal: it converts numbers to strings and names to lower case, and removes null.
func canonical(v any) any {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			if value = canonical(value); value != nil {
				out[strings.ToLower(name)] = value
			}
		}
		if len(out) == 0 && len(v) > 0 {
			return nil
		}
		return out
	case []any:
		for i := range v {
			v[i] = canonical(v[i])
		}
	}
	return v
}
