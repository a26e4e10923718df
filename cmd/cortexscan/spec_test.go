package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v4"
)

func TestSpecAsJSONIsTheSameDocument(t *testing.T) {
	converted, err := yamlToJSON(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := yaml.Unmarshal(converted, &got); err != nil { // JSON is YAML
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(api.Document(), &want); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(converted) || !reflect.DeepEqual(got, want) {
		t.Error("the JSON is a different document")
	}
	at := 0
	for _, name := range []string{"openapi", "info", "servers", "paths", "components"} {
		i := strings.Index(string(converted[at:]), "\n  \""+name+"\"")
		if i < 0 {
			t.Fatalf("%s is not where the YAML has it", name)
		}
		at += i
	}
}

func TestYAMLIsConvertedToJSONInOrder(t *testing.T) {
	for text, want := range map[string]string{
		"{b: 1, a: '1', 200: x}":         `{"b":1,"a":"1","200":"x"}`,
		"[~, true, 1.5, 22519813685366]": `[null,true,1.5,22519813685366]`,
		"{a: &x [<>], b: *x}":            `{"a":["<>"],"b":["<>"]}`,
		"{}":                             `{}`,
		"{a: [], b: ''}":                 `{"a":[],"b":""}`,
	} {
		got, err := yamlToJSON([]byte(text))
		if compact := strings.NewReplacer("\n", "", " ", "").Replace(string(got)); err != nil || compact != want {
			t.Errorf("%s: got %s, %v", text, compact, err)
		}
	}
}
