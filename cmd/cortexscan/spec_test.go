package main

import (
	"strings"
	"testing"
)

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
			t.Errorf("%s: got %s, %v, want %s", text, compact, err, want)
		}
	}
}
