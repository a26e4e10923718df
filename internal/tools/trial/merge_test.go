package trial

import (
	"strings"
	"testing"

	"example.com/cortexscan/internal/tools/limits"
)

const oursYAML = `openapi: 3.0.3
info: {title: Ours, version: "1"}
paths:
  /a: {get: {operationId: a, responses: {'200': {description: OK}}}}
components:
  schemas: {Thing: {type: object}}
  securitySchemes: {Key: {type: apiKey, in: header, name: X-Key}}
`

const otherJSON = `{"openapi": "3.0.3", "info": {"title": "Other", "version": "1"}, "security": [{"Key": []}],
"paths": {
  "/a": {"get": {"operationId": "theirs", "responses": {"200": {"description": "OK"}}},
         "post": {"operationId": "b", "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing/properties/x"}}}}}}},
  "/b": {"get": {"operationId": "c", "security": [{"Key": [], "More": []}], "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {
    "oneOf": [{"$ref": "#/components/schemas/Thing"}, {"$ref": "#/components/schemas/Unique"}],
    "discriminator": {"propertyName": "k", "mapping": {"t": "#/components/schemas/Thing"}}}}}}}}}},
"components": {
  "schemas": {"Thing": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "x": {"type": "string"}}},
              "Unique": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}}},
  "securitySchemes": {"Key": {"type": "http", "scheme": "basic"}, "More": {"type": "http", "scheme": "bearer"}}}}`

func TestMerge(t *testing.T) {
	merged, kept, err := Merge([]byte(oursYAML), []byte(otherJSON))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(kept, ",") != "GET /a" {
		t.Errorf("kept %q", kept)
	}
	doc, err := limits.Load(t.Context(), merged)
	if err != nil {
		t.Fatal(err)
	}
	schemas := doc.Components.Schemas
	if len(schemas) != 3 || len(schemas["Thing"].Value.Properties) != 0 || len(schemas["OtherThing"].Value.Properties) != 2 {
		t.Errorf("got the schemas %v", schemas)
	}
	a, b := doc.Paths.Value("/a"), doc.Paths.Value("/b")
	if a.Get.OperationID != "a" || a.Post.OperationID != "b" {
		t.Errorf("got %s and %s", a.Get.OperationID, a.Post.OperationID)
	}
	if ref := a.Post.Responses.Value("200").Value.Content["application/json"].Schema.Ref; ref != "#/components/schemas/OtherThing/properties/x" {
		t.Errorf("got a reference to %s", ref)
	}
	union := b.Get.Responses.Value("200").Value.Content["application/json"].Schema.Value
	if union.OneOf[0].Ref != "#/components/schemas/OtherThing" || union.OneOf[1].Ref != "#/components/schemas/Unique" ||
		union.Discriminator.Mapping["t"].Ref != "#/components/schemas/OtherThing" {
		t.Errorf("got %s, %s and the mapping %v", union.OneOf[0].Ref, union.OneOf[1].Ref, union.Discriminator.Mapping)
	}
	if a.Get.Security != nil {
		t.Errorf("our operation has the security %v", *a.Get.Security)
	}
	for name, op := range map[string]int{"b": len((*a.Post.Security)[0]), "c": len((*b.Get.Security)[0])} {
		if want := map[string]int{"b": 1, "c": 2}[name]; op != want {
			t.Errorf("%s has %d security schemes, want %d", name, op, want)
		}
	}
	if _, renamed := (*a.Post.Security)[0]["OtherKey"]; !renamed {
		t.Errorf("got the security %v", *a.Post.Security)
	}
}

func TestMergeRejects(t *testing.T) {
	for _, document := range []string{"a: [", "[1]"} {
		if _, _, err := Merge([]byte(oursYAML), []byte(document)); err == nil {
			t.Errorf("%q: no error", document)
		}
	}
}
