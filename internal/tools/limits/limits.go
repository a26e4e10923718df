// Package limits finds the parts of an OpenAPI document from which oapi-codegen would generate code that does not compile or does
// not do what the document describes. It also reports where hand-written code does not fit the document.
package limits

import (
	"context"
	"fmt"
	"maps"
	"mime"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// Load parses and validates a document as api.NewValidator does.
func Load(ctx context.Context, document []byte) (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("load the document: %w", err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("load the document: it is OpenAPI %s, and only 3.0 is supported", doc.OpenAPI)
	}
	if err := doc.Validate(ctx, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(),
		openapi3.DisableSchemaPatternValidation()); err != nil {
		return nil, fmt.Errorf("check the document: %w", err)
	}
	return doc, nil
}

// Check returns a sentence about each part of the document that oapi-codegen would get wrong, including what to do about it.
// testdata/refused contains an example of each problem. The tests of package trial show how the generated code fails.
func Check(doc *openapi3.T) []string {
	l := &limits{seen: map[*openapi3.Schema]bool{}}
	if doc.Components != nil {
		l.schemas(doc)
	}
	ids := map[string][]string{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		if strings.Contains(path, "%") {
			l.add(path, "the client cannot build a path with a percent sign", "leave the operation out")
		}
		for _, method := range slices.Sorted(maps.Keys(item.Operations())) {
			op := item.GetOperation(method)
			l.operation(method+" "+path, item, op)
			if op.OperationID != "" {
				ids[GoName(op.OperationID)] = append(ids[GoName(op.OperationID)], op.OperationID)
			}
		}
	}
	l.clashes("paths", "the operationIds", ids, "change one of them")
	slices.Sort(l.list)
	return l.list
}

type limits struct {
	list []string
	seen map[*openapi3.Schema]bool // the schemas that sent has checked
}

func (l *limits) add(place, problem, advice string) {
	l.list = append(l.list, place+": "+problem+"; "+advice)
}

func (l *limits) clashes(place, what string, names map[string][]string, advice string) {
	for _, same := range names {
		if len(same) > 1 {
			slices.Sort(same)
			l.add(place, what+" "+strings.Join(same, " and ")+" would have the same Go name", advice)
		}
	}
}

const nameIt = "set x-go-name on one of them"

// clientNames lists the names that every generated client declares.
var clientNames = []string{
	"Client", "ClientInterface", "ClientOption", "ClientWithResponses", "ClientWithResponsesInterface", "NewClient",
	"NewClientWithResponses", "RequestEditorFn", "WithBaseURL", "WithHTTPClient", "WithRequestEditorFn",
}

// OperationNames returns Go names that the generated code for an operation may declare.
func OperationNames(id string) []string {
	name := GoName(id)
	return []string{name + "Params", name + "JSONRequestBody", "New" + name + "Request", "Parse" + name + "Result"}
}

func (l *limits) schemas(doc *openapi3.T) {
	reserved := map[string]string{}
	for _, name := range clientNames {
		reserved[GoName(name)] = "the generated client"
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, name := range OperationNames(op.OperationID) {
				reserved[name] = "operation " + op.OperationID
			}
		}
	}
	l.constants(doc.Components.Schemas)
	for name, schema := range doc.Components.Schemas {
		if of := reserved[nameOf(name, schema.Extensions, schema.Value.Extensions)]; of != "" {
			l.add("schema "+name, "would have the same Go name as "+of, "set x-go-name on the schema")
		}
		l.schema("schema "+name, schema, nil)
	}
}

// schema checks a schema and the inline schemas in it.
func (l *limits) schema(place string, ref *openapi3.SchemaRef, seen []*openapi3.Schema) {
	if ref == nil || slices.Contains(seen, ref.Value) {
		return
	}
	s := ref.Value
	seen = append(seen, s)
	if typ, _ := s.Extensions["x-go-type"].(string); strings.Contains(typ, ".") && s.Extensions["x-go-type-import"] == nil {
		l.add(place, "x-go-type names a type of another package, which gen does not import", "remove it")
	}
	names := map[string][]string{}
	for name, p := range s.Properties {
		if name == "" {
			l.add(place, "the name of a property is empty, and the client does not send it", "give the property a name, or leave it out")
		}
		n := nameOf(name, p.Extensions, p.Value.Extensions)
		names[n] = append(names[n], name)
		if p.Ref == "" {
			l.schema(place+"."+name, p, seen)
		}
	}
	l.clashes(place, "the properties", names, nameIt)
	l.composition(place, s)
	parts := slices.Concat(s.AllOf, s.OneOf, s.AnyOf)
	for _, part := range append(parts, s.Items, s.AdditionalProperties.Schema) {
		if part != nil && part.Ref == "" {
			l.schema(place, part, seen)
		}
	}
}

// pathNames lists names of path parameters that would conflict with other identifiers in generated functions.
var pathNames = strings.Fields("ctx c reqEditors server err error fmt http nil operationPath queryURL req rsp runtime serverURL string url " +
	"pathParam0 pathParam1 pathParam2 body contentType bodyReader buf bytes io json params strings")

// IsPathName reports whether a path parameter of this name would conflict with another identifier in generated functions.
func IsPathName(name string) bool {
	return name != "" && slices.Contains(pathNames, strings.ToLower(name[:1])+name[1:])
}

func (l *limits) operation(place string, item *openapi3.PathItem, op *openapi3.Operation) {
	names := map[string][]string{}
	for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
		p := ref.Value
		if own := op.Parameters.GetByInAndName(p.In, p.Name); own != nil && own != p {
			continue // the operation overrides it
		}
		l.parameter(place, p)
		switch n := nameOf(p.Name, ref.Extensions, p.Extensions); {
		case p.In != openapi3.ParameterInPath:
			names[n] = append(names[n], p.Name)
		case IsPathName(p.Name) && p.Extensions["x-go-name"] == nil:
			l.add(place, "generated functions use the name of the path parameter "+p.Name+" for something else", "set x-go-name on the parameter")
		}
	}
	l.clashes(place, "the parameters", names, nameIt)
	for status, r := range op.Responses.Map() {
		if status[0] != '4' && status[0] != '5' { // wrapper returns an error for 4xx and 5xx
			l.response(place+" response "+status, r.Value)
		}
	}
	if op.RequestBody != nil {
		for name, m := range op.RequestBody.Value.Content {
			if m.Schema == nil {
				continue
			}
			if m.Schema.Ref == "" {
				l.schema(place+" body", m.Schema, nil)
				l.body(place+" body", m.Schema.Value)
			}
			l.sent(place+" body", m.Schema, false)
			if strings.HasPrefix(name, "application/x-www-form-urlencoded") {
				l.form(place+" body", m.Schema)
			}
		}
	}
}

func (l *limits) parameter(place string, p *openapi3.Parameter) {
	here := place + " parameter " + p.Name
	if p.Schema != nil && p.Schema.Ref == "" {
		l.schema(here, p.Schema, nil)
	}
	if p.Schema == nil || p.In == openapi3.ParameterInPath {
		return
	}
	s := p.Schema.Value
	untyped := s.Type == nil && len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) == 0
	if untyped && !p.Required && p.In == openapi3.ParameterInQuery {
		l.add(here, "is optional and has no type, and the client panics if it is not set", "give it a type")
	}
	if p.Schema.Ref == "" && len(s.AnyOf)+len(s.OneOf) > 0 {
		l.add(here, "is an inline anyOf or oneOf, and callers cannot set its value", "make it a component")
	}
	if p.Style == "spaceDelimited" {
		l.add(here, "has the style spaceDelimited, and the client does not encode the spaces", "use another style, or leave the parameter out")
	}
	if s.Items != nil && s.Items.Value.Nullable {
		l.add(here, "is a list of nullable items, which the client cannot send", "remove nullable: a parameter cannot be null")
	}
	if s.Items != nil && s.Items.Value.Items != nil {
		l.add(here, "is a list of lists, which the client cannot send", "leave the parameter out")
	}
}

// response reports responses that the client would silently leave undecoded. The media types */* and text/json are
// fine: callers expect no decoded body, because the result has only the field Body.
func (l *limits) response(place string, r *openapi3.Response) {
	json := 0
	for name, m := range r.Content {
		mediaType, _, err := mime.ParseMediaType(name)
		if err != nil {
			mediaType = name
		}
		if mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") {
			json++
		}
		if m.Schema != nil && m.Schema.Ref == "" {
			l.schema(place, m.Schema, nil)
		}
	}
	if json > 1 {
		l.add(place, "has several JSON media types, and the client decodes none of them if the service adds a charset", "keep the one that the service sends")
	}
}

func nameOf(name string, extensions ...map[string]any) string {
	for _, e := range extensions {
		if own, ok := e["x-go-name"].(string); ok {
			return own
		}
	}
	return GoName(name)
}

var initialisms = strings.Fields("acl api ascii cpu css db dns eof guid html http https id ip json qps ram rpc sla smtp sql ssh tcp tls ttl " +
	"udp ui gid uid uuid uri url utf8 vm xml xmpp xsrf xss sip rtp amqp ts xdr")

var nameParts = regexp.MustCompile(`[\p{Lu}\d]+([\p{Ll}\d]+|$)`)

// GoName returns the Go name that the generator derives from a name.
func GoName(name string) string {
	var camel strings.Builder
	upper := true
	for _, r := range name {
		switch {
		case unicode.IsUpper(r):
			camel.WriteRune(r)
			upper = false
		case unicode.IsDigit(r):
			camel.WriteRune(r)
			upper = true
		case unicode.IsLower(r) && upper:
			camel.WriteRune(unicode.ToUpper(r))
			upper = false
		case unicode.IsLower(r):
			camel.WriteRune(r)
		default:
			upper = true
		}
	}
	parts := nameParts.FindAllString(camel.String(), -1)
	for i, part := range parts {
		if lower := strings.ToLower(part); slices.Contains(initialisms, lower) {
			parts[i] = strings.ToUpper(part)
		}
	}
	return strings.Join(parts, "")
}
