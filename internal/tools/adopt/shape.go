package adopt

// objects maps each kind of OpenAPI 3.0 object to its fields, and each field to the kind of its value: "x" is one x, "[]x" is a
// list, and "{}x" is a mapping with values of the kind x. A kind without an entry is a scalar. Fields without an entry are left
// out. The table omits servers, security, callbacks, links, externalDocs and xml on purpose.
var objects = map[string]map[string]string{
	"operation": {
		"operationId": "string", "summary": "string", "description": "string", "tags": "[]string", "deprecated": "boolean",
		"parameters": "[]parameter", "requestBody": "requestBody", "responses": "{}response",
	},
	"parameter": {
		"name": "string", "in": "string", "description": "string", "required": "boolean", "deprecated": "boolean",
		"allowEmptyValue": "boolean", "style": "string", "explode": "boolean", "allowReserved": "boolean",
		"schema": "schema", "content": "{}mediaType", "example": "any", "examples": "{}example",
	},
	"header": {
		"description": "string", "required": "boolean", "deprecated": "boolean", "style": "string", "explode": "boolean",
		"schema": "schema", "content": "{}mediaType", "example": "any", "examples": "{}example",
	},
	"requestBody": {"description": "string", "required": "boolean", "content": "{}mediaType"},
	"response":    {"description": "string", "headers": "{}header", "content": "{}mediaType"},
	"mediaType":   {"schema": "schema", "example": "any", "examples": "{}example", "encoding": "{}encoding"},
	"encoding": {
		"contentType": "string", "headers": "{}header", "style": "string", "explode": "boolean", "allowReserved": "boolean",
	},
	"example": {"summary": "string", "description": "string", "value": "any"},
	"schema": {
		"title": "string", "description": "string", "deprecated": "boolean", "default": "any", "example": "any",
		"readOnly": "boolean", "writeOnly": "boolean", "nullable": "boolean", "discriminator": "discriminator",
		"type": "string", "format": "string", "enum": "[]any",
		"minLength": "count", "maxLength": "count", "pattern": "string",
		"minimum": "number", "maximum": "number", "exclusiveMinimum": "boolean", "exclusiveMaximum": "boolean", "multipleOf": "number",
		"items": "schema", "minItems": "count", "maxItems": "count", "uniqueItems": "boolean",
		"properties": "{}schema", "required": "[]string", "minProperties": "count", "maxProperties": "count",
		"additionalProperties": "additionalProperties",
		"allOf":                "[]schema", "anyOf": "[]schema", "oneOf": "[]schema", "not": "schema",
	},
	"discriminator": {"propertyName": "string", "mapping": "{}string"},
}

// sections maps kinds of objects to sections of components.
var sections = map[string]string{
	"schema": "schemas", "parameter": "parameters", "header": "headers", "requestBody": "requestBodies",
	"response": "responses", "example": "examples",
}

// silent lists fields that have no effect on validation or generated code.
var silent = map[string][]string{
	"operation": {"servers", "security", "externalDocs", "callbacks"},
	"response":  {"links", "summary"},
	"schema":    {"$schema", "$id", "id", "$comment", "$anchor", "$dynamicAnchor", "$vocabulary", "$defs", "definitions", "xml", "externalDocs", "then", "else"},
}

// checks lists keywords that restrict values and that OpenAPI 3.0 lacks.
var checks = []string{
	"prefixItems", "additionalItems", "unevaluatedItems", "contains", "minContains", "maxContains",
	"patternProperties", "propertyNames", "unevaluatedProperties", "dependentRequired", "dependentSchemas", "dependencies",
	"if", "$dynamicRef", "$recursiveRef", "contentEncoding", "contentMediaType", "contentSchema",
}

// byType lists the keywords that apply only to values of one type.
var byType = map[string][]string{
	"string":  {"minLength", "maxLength", "pattern", "format"},
	"number":  {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
	"integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
	"array":   {"items", "minItems", "maxItems", "uniqueItems", "prefixItems", "contains"},
	"object":  {"properties", "required", "additionalProperties", "minProperties", "maxProperties", "patternProperties"},
	"boolean": {},
}
