package contract_test

import (
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

// goTypes says which Go type a schema becomes: those that the generator makes, and those of gen/types.go. A
// schema that is added needs a line here.
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
	schemas := load(t).Components.Schemas
	for name := range schemas {
		if goTypes[name] == nil {
			t.Errorf("schema %s: add its Go type to the table goTypes of this file", name)
		}
	}
	for name := range goTypes {
		if schemas[name] == nil {
			t.Errorf("schema %s is gone", name)
		}
	}
}

// TestMembersReachGo: every member of an object has a field, and every field is a member. Spellings that differ in
// case alone are one field, because encoding/json ignores case.
func TestMembersReachGo(t *testing.T) {
	for name, schema := range load(t).Components.Schemas {
		typ := goTypes[name]
		if !schema.Value.Type.Is("object") || typ == nil {
			continue
		}
		if typ.Kind() != reflect.Struct {
			t.Errorf("%s: %v is no struct", name, typ)
			continue
		}
		var fields []string
		for i := range typ.NumField() {
			tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			fields = append(fields, strings.ToLower(tag))
		}
		slices.Sort(fields)
		if members := slices.Sorted(maps.Keys(membersOf(schema))); !slices.Equal(members, fields) {
			t.Errorf("%s: the members are %v, and the fields of %v are %v", name, members, typ, fields)
		}
	}
}

// membersOf returns the members, in lower case, that an object has in any of its forms.
func membersOf(s *openapi3.SchemaRef) map[string]bool {
	members := map[string]bool{}
	for name := range s.Value.Properties {
		members[strings.ToLower(name)] = true
	}
	for _, form := range slices.Concat(s.Value.AllOf, s.Value.AnyOf, s.Value.OneOf) {
		maps.Copy(members, membersOf(form))
	}
	return members
}

// example is one example of the document, with the schema that it is an example of.
type example struct {
	place  string
	schema *openapi3.SchemaRef
	value  any
}

func everyExample(t *testing.T, doc *openapi3.T) []example {
	t.Helper()
	var all []example
	for _, m := range everyMedia(t, doc) {
		for name, e := range examplesOf(m.MediaType) {
			all = append(all, example{m.place + " example " + name, m.Schema, e})
			// A union keeps any JSON as it is: the form that the example has is the type that counts.
			if form := formOf(m.Schema, e); form != m.Schema && form.Ref != "" {
				all = append(all, example{m.place + " example " + name + " as " + form.Ref, form, e})
			}
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

func examplesOf(m *openapi3.MediaType) map[string]any {
	all := map[string]any{}
	for name, e := range m.Examples {
		all[name] = e.Value.Value
	}
	if m.Example != nil {
		all["example"] = m.Example
	}
	return all
}

// TestExamplesGoThroughTheGoTypes: decoded into its Go type and encoded again, an example says what it said
// before. Two differences are meant: a gen.Text is written as a string, and a null member is left out.
func TestExamplesGoThroughTheGoTypes(t *testing.T) {
	for _, e := range everyExample(t, load(t)) {
		t.Run(e.place, func(t *testing.T) {
			name := strings.TrimPrefix(e.schema.Ref, "#/components/schemas/")
			if goTypes[name] == nil {
				t.Fatalf("the schema of this example is %s: a body needs a schema of its own below components/schemas, "+
					"referred to by $ref, and a line in the table goTypes of this file", cmp.Or(name, "described in place"))
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
