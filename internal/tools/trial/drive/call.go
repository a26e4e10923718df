package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/tools/trial"
	"example.com/cortexscan/wrapper"
	"github.com/getkin/kin-openapi/openapi3"
)

// call is one call of an operation, with values for its parameters and its body.
type call struct {
	op     operation
	values map[string]any // parameters, by location and name
	media  string         // the media type of the body, or "" for no body
	body   any
}

func newCall(op operation, full bool) (*call, error) {
	c := &call{op: op, values: map[string]any{}}
	for _, p := range op.parameters() {
		if !p.Value.Required && !full || isSetElsewhere(p.Value) {
			continue
		}
		schema := p.Value.Schema
		for _, m := range p.Value.Content {
			schema = m.Schema
		}
		v, err := trial.Sampler{Full: true}.Value(schema)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", p.Value.Name, err)
		}
		c.values[p.Value.In+" "+p.Value.Name] = v
	}
	if op.RequestBody == nil || !op.RequestBody.Value.Required && !full {
		return c, nil
	}
	content := op.RequestBody.Value.Content
	types := slices.Sorted(maps.Keys(content))
	slices.SortStableFunc(types, func(a, b string) int { return rank(a) - rank(b) })
	if len(types) == 0 {
		return c, nil
	}
	c.media = types[0]
	var err error
	if c.body, err = (trial.Sampler{Full: full}).Value(content[c.media].Schema); err != nil {
		return nil, fmt.Errorf("generate the body: %w", err)
	}
	return c, nil
}

// isSetElsewhere reports whether p is a header that must not be set as a parameter: OpenAPI ignores it, wrapper sets it, or its
// value would contradict the body.
func isSetElsewhere(p *openapi3.Parameter) bool {
	name := strings.ToLower(p.Name)
	return p.In == "header" && (slices.Contains([]string{"accept", "content-encoding", "content-type", "authorization", "user-agent"}, name) || strings.HasPrefix(name, "x-xdr-"))
}

// key returns a name in lower case and without separators, because the generator changes both.
func key(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

var mediaNames = map[string]string{
	"application/x-www-form-urlencoded": "formdata", "multipart/form-data": "multipart", "text/plain": "text", "application/json": "",
}

var apiType = reflect.TypeFor[gen.ClientWithResponsesInterface]()

// method finds the generated method, preferably the one with a typed body. raw reports that the method accepts a content type and
// an io.Reader instead.
func (c *call) method() (m reflect.Method, raw bool, err error) {
	id := key(cmp.Or(c.op.OperationID, c.op.method+c.op.path))
	if unicode.IsDigit(rune(id[0])) {
		id = "n" + id // as the generator does
	}
	names := []string{id + "withresponse", id + "withbodywithresponse"}
	switch name, known := mediaNames[c.media]; {
	case c.op.RequestBody == nil || len(c.op.RequestBody.Value.Content) == 0:
	case c.media == "":
		names[0] = "" // a method with a typed body always sends a body
	case !known:
		names[0] = id + "with" + key(c.media) + "bodywithresponse"
	case name != "":
		names[0] = id + "with" + name + "bodywithresponse"
	}
	for _, name := range names {
		for m := range apiType.Methods() {
			if key(m.Name) == name {
				return m, name == names[1], nil
			}
		}
	}
	return m, false, fmt.Errorf("find the method: the client has none of %q", names)
}

// send calls the operation, and turns a panic into an error.
func (c *call) send(ctx context.Context, client *wrapper.Client) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the client panics: %v", p)
		}
	}()
	m, raw, err := c.method()
	if err != nil {
		return nil, err
	}
	args, err := c.arguments(ctx, m.Type, raw)
	if err != nil {
		return nil, err
	}
	api := client.API()
	out := reflect.ValueOf(&api).Elem().MethodByName(m.Name).Call(args)
	err, _ = out[1].Interface().(error)
	return out[0].Interface(), err
}

var pathParameter = regexp.MustCompile(`\{([^{}]*)\}`)

func (c *call) arguments(ctx context.Context, typ reflect.Type, raw bool) ([]reflect.Value, error) {
	inPath := pathParameter.FindAllStringSubmatch(c.op.path, -1)
	args := []reflect.Value{reflect.ValueOf(ctx)}
	for i := 1; i < typ.NumIn()-1; i++ { // the last parameter is the list of request editors
		in := typ.In(i)
		switch {
		case len(inPath) > 0:
			v, err := into(in, c.values["path "+inPath[0][1]])
			if err != nil {
				return nil, fmt.Errorf("path parameter %s: %w", inPath[0][1], err)
			}
			args, inPath = append(args, v), inPath[1:]
		case in.Kind() == reflect.Pointer && in.Elem().Kind() == reflect.Struct && strings.HasSuffix(in.Elem().Name(), "Params"):
			params, err := c.params(in.Elem())
			if err != nil {
				return nil, err
			}
			args = append(args, params)
		case raw && in.Kind() == reflect.String:
			contentType, body, err := c.encoded()
			if err != nil {
				return nil, err
			}
			args = append(args, reflect.ValueOf(contentType), reflect.ValueOf(&body).Elem())
			i++
		case c.media == "": // an optional body that is not sent
			args = append(args, reflect.Zero(in))
		default:
			v, err := into(in, c.body)
			if err != nil {
				return nil, fmt.Errorf("convert the body: %w", err)
			}
			args = append(args, v)
		}
	}
	return args, nil
}

// params fills the struct of the parameters that are not in the path.
func (c *call) params(typ reflect.Type) (reflect.Value, error) {
	params := reflect.New(typ)
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		for _, place := range []string{"query", "header", "cookie"} {
			v, set := c.values[place+" "+name]
			if place == "header" && strings.EqualFold(name, "Content-Type") && c.media != "" {
				v, set = c.media, true // otherwise, the client would send an empty value
			}
			if !set {
				continue
			}
			value, err := into(typ.Field(i).Type, v)
			if err != nil {
				return params, fmt.Errorf("parameter %s: %w", name, err)
			}
			params.Elem().Field(i).Set(value)
		}
	}
	return params, nil
}

func into(typ reflect.Type, v any) (reflect.Value, error) {
	p := reflect.New(typ)
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, p.Interface())
	}
	return p.Elem(), err
}

func (c *call) encoded() (contentType string, body io.Reader, err error) {
	object, _ := c.body.(map[string]any)
	switch {
	case c.media == "":
		return "", nil, nil
	case isJSON(c.media):
		b, err := json.Marshal(c.body)
		return c.media, bytes.NewReader(b), err
	case c.media == "application/x-www-form-urlencoded":
		form := url.Values{}
		for name, v := range object {
			form.Set(name, plainText(v))
		}
		return c.media, strings.NewReader(form.Encode()), nil
	case c.media == "multipart/form-data":
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, v := range object {
			if err := w.WriteField(name, plainText(v)); err != nil {
				return "", nil, err
			}
		}
		return w.FormDataContentType(), &b, w.Close()
	}
	return strings.Replace(c.media, "*/*", "application/octet-stream", 1), strings.NewReader(plainText(c.body)), nil
}

// check compares the request that arrived with the call, and the result with the response.
func (c *call) check(got *request, res response, result any) error {
	if got == nil {
		return errors.New("no request arrived")
	}
	for _, p := range c.op.parameters() {
		if isSetElsewhere(p.Value) {
			continue
		}
		v, set := c.values[p.Value.In+" "+p.Value.Name]
		if err := arrived(got, p.Value, v, set); err != nil {
			return err
		}
	}
	switch {
	case c.media == "" && len(got.body) > 0:
		return fmt.Errorf("the body was not set, but the client sent %s", got.body)
	case c.media != "" && isJSON(c.media):
		want, _ := json.Marshal(c.body)
		if !sameJSON(got.body, want) {
			return fmt.Errorf("the body %s is sent as %s", want, got.body)
		}
	}
	if body := reflect.ValueOf(result).Elem().FieldByName("Body").Bytes(); !bytes.Equal(body, res.body) {
		return fmt.Errorf("the server sent the response %s (%s), but the result contains %q", res.body, res.contentType, body)
	}
	if res.isJSON && !decoded(result) {
		return fmt.Errorf("the client did not decode the response %s (%s): it returned no error, but the result contains only the raw body", res.body, res.contentType)
	}
	return nil
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// arrived checks that a parameter was sent if and only if it was set, and that a scalar was sent with the same value.
func arrived(got *request, p *openapi3.Parameter, v any, set bool) error {
	var values []string
	list, isList := v.([]any)
	object, isObject := v.(map[string]any)
	switch p.In {
	case "query":
		for name, sent := range got.URL.Query() {
			// An exploded object is sent under the names of its properties.
			if _, isProperty := object[name]; isProperty || name == p.Name || strings.HasPrefix(name, p.Name+"[") {
				values = append(values, sent...)
			}
		}
	case "header":
		values = got.Header.Values(p.Name)
	case "cookie":
		for _, cookie := range got.CookiesNamed(p.Name) {
			values = append(values, cookie.Value)
		}
	default:
		return nil // the request arrived at the operation, so the path parameter was sent
	}
	switch {
	case !set && values != nil:
		return fmt.Errorf("the %s parameter %s was not set, but the client sent it as %q", p.In, p.Name, values)
	case !set || (isList || isObject) && len(list)+len(object) == 0: // an empty list looks like a parameter that was not set
		return nil
	case values == nil:
		return fmt.Errorf("the %s parameter %s was set, but the client did not send it", p.In, p.Name)
	case !isList && !isObject && p.Content == nil && p.In != "cookie" && values[0] != plainText(v):
		return fmt.Errorf("the %s parameter %s is sent as %q, want %q", p.In, p.Name, values[0], plainText(v))
	}
	return nil
}

// decoded reports whether the result contains a decoded body.
func decoded(result any) bool {
	v := reflect.ValueOf(result).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type != reflect.TypeFor[*http.Response]() && f.Type != reflect.TypeFor[[]byte]() && f.Type.Kind() == reflect.Pointer && !v.Field(i).IsNil() {
			return true
		}
	}
	return false
}
