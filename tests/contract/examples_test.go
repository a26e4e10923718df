package contract_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"github.com/getkin/kin-openapi/openapi3"
)

// goTypes maps each schema to its Go type: the generated ones and those of gen/types.go.
var goTypes = map[string]reflect.Type{
	"AbortScanReply":       reflect.TypeFor[gen.AbortScanReply](),
	"AbortScanRequest":     reflect.TypeFor[gen.AbortScanRequest](),
	"AbortScanRequestData": reflect.TypeFor[gen.AbortScanRequestData](),
	"AbortScanResponse":    reflect.TypeFor[gen.AbortScanResponse](),
	"EndpointFilter":       reflect.TypeFor[gen.EndpointFilter](),
	"EndpointFilters":      reflect.TypeFor[gen.EndpointFilters](),
	"DataReplyError":       reflect.TypeFor[gen.DataReplyError](),
	"ErrorDetail":          reflect.TypeFor[gen.ErrorDetail](),
	"ErrorDetails":         reflect.TypeFor[gen.ErrorDetails](),
	"ErrorExtra":           reflect.TypeFor[gen.ErrorExtra](),
	"FilterValue":          reflect.TypeFor[gen.FilterValue](),
	"NetscanError":         reflect.TypeFor[gen.NetscanError](),
	"NetscanErrorBody":     reflect.TypeFor[gen.NetscanErrorBody](),
	"NetscanErrorMetadata": reflect.TypeFor[gen.NetscanErrorMetadata](),
	"ScanRunStatus":        reflect.TypeFor[gen.ScanRunStatus](),
	"Text":                 reflect.TypeFor[gen.Text](),
	"XDRError":             reflect.TypeFor[gen.XDRError](),
	"XDRErrorBody":         reflect.TypeFor[gen.XDRErrorBody](),
	"XDRReplyError":        reflect.TypeFor[gen.XDRReplyError](),
	"XDRReplyErrorContent": reflect.TypeFor[gen.XDRReplyErrorContent](),
}

func TestEverySchemaHasAGoType(t *testing.T) {
	schemas := ours(t).Components.Schemas
	for name := range schemas {
		if goTypes[name] == nil {
			t.Errorf("schema %s: add its Go type to the goTypes table in this file", name)
		}
	}
	for name := range goTypes {
		if schemas[name] == nil {
			t.Errorf("schema %s is not in the document any more: remove it from the goTypes table in this file", name)
		}
	}
}

// TestPropertiesHaveGoFields compares the properties of each object with the fields of its Go type, ignoring case as
// encoding/json does.
func TestPropertiesHaveGoFields(t *testing.T) {
	for name, schema := range ours(t).Components.Schemas {
		typ := goTypes[name]
		if !schema.Value.Type.Is("object") || typ == nil {
			continue
		}
		if typ.Kind() != reflect.Struct {
			t.Errorf("%s: %v is not a struct", name, typ)
			continue
		}
		var fields []string
		for i := range typ.NumField() {
			tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			fields = append(fields, strings.ToLower(tag))
		}
		slices.Sort(fields)
		if properties := slices.Sorted(maps.Keys(propertiesOf(schema))); !slices.Equal(properties, fields) {
			t.Errorf("%s: the properties are %v, and the fields of %v are %v", name, properties, typ, fields)
		}
	}
}

// propertiesOf returns the properties, in lower case, that an object has in any of its forms.
func propertiesOf(s *openapi3.SchemaRef) map[string]bool {
	properties := map[string]bool{}
	for name := range s.Value.Properties {
		properties[strings.ToLower(name)] = true
	}
	for _, form := range formsOf(s) {
		maps.Copy(properties, propertiesOf(form))
	}
	return properties
}

func formsOf(s *openapi3.SchemaRef) openapi3.SchemaRefs {
	return slices.Concat(s.Value.AllOf, s.Value.OneOf, s.Value.AnyOf)
}

// example is an example of a schema.
type example struct {
	place  string
	schema *openapi3.SchemaRef
	value  any
}

func everyExample(t *testing.T, doc *openapi3.T) []example {
	t.Helper()
	var all []example
	for _, m := range everyMedia(doc) {
		for name, e := range m.Examples {
			all = append(all, example{m.place + " example " + name, m.Schema, e.Value.Value})
			// A union keeps any JSON as it is, so the Go type of the example's form is tested as well.
			if form := formOf(m.Schema, e.Value.Value); form != m.Schema && form.Ref != "" {
				all = append(all, example{m.place + " example " + name + " as " + form.Ref, form, e.Value.Value})
			}
		}
		if m.Example != nil {
			all = append(all, example{m.place + " example", m.Schema, m.Example})
		}
	}
	for name, schema := range doc.Components.Schemas {
		if e := schema.Value.Example; e != nil {
			all = append(all, example{"schema " + name, &openapi3.SchemaRef{Ref: "#/components/schemas/" + name, Value: schema.Value}, e})
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d examples were found", len(all))
	}
	return all
}

// TestExamplesSurviveTheGoTypes decodes each example into its Go type and encodes it again.
func TestExamplesSurviveTheGoTypes(t *testing.T) {
	for _, e := range everyExample(t, ours(t)) {
		t.Run(e.place, func(t *testing.T) {
			name := strings.TrimPrefix(e.schema.Ref, "#/components/schemas/")
			if goTypes[name] == nil {
				t.Fatalf("the schema is %s: a body needs a schema in components/schemas, referred to by $ref, "+
					"and a line in the goTypes table in this file", cmp.Or(name, "inline"))
			}
			before := encode(t, e.value)
			v := reflect.New(goTypes[name]).Interface()
			if err := json.Unmarshal(before, v); err != nil {
				t.Fatal(err)
			}
			want := canonical(e.schema, decode(t, before))
			got := canonical(e.schema, decode(t, encode(t, v)))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("\ngot  %s\nwant %s", encode(t, got), encode(t, want))
			}
		})
	}
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

// canonical makes values equal that have the same meaning: numbers become strings where the schema is Text, null and
// empty values are left out, and names are in lower case.
func canonical(s *openapi3.SchemaRef, v any) any {
	s = formOf(s, v)
	switch v := v.(type) {
	case json.Number:
		if s != nil && s.Ref == "#/components/schemas/Text" {
			return v.String()
		}
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			var property *openapi3.SchemaRef
			if s != nil {
				property = s.Value.Properties[name]
			}
			if value = canonical(property, value); value != nil {
				out[strings.ToLower(name)] = value
			}
		}
		if len(out) == 0 && len(v) > 0 {
			return nil
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var items *openapi3.SchemaRef
			if s != nil {
				items = s.Value.Items
			}
			out[i] = canonical(items, item)
		}
		return out
	}
	return v
}

// formOf resolves allOf, oneOf and anyOf to the form that the value has. Text stays Text.
func formOf(s *openapi3.SchemaRef, v any) *openapi3.SchemaRef {
	if s == nil || s.Ref == "#/components/schemas/Text" {
		return s
	}
	for _, form := range formsOf(s) {
		if form.Value.IsMatching(v) {
			return formOf(form, v)
		}
	}
	return s
}
