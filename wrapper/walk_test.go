package wrapper

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

var walkSeeds = []string{
	`{}`, `[]`, ` { "a" : 1 , "b":[1,{"c":"d"}] } `, `{"a":{"b":{"c":[]}},"d":null}`, `["x","\"","\\","\\\"",""]`,
	`[-1.5e+3,true,false,null,"é",{"a":"}"},["]"]]`, `{"a\u0062\n":"A\ud83d\ude00","":""}`, `{"a":1,"a":2}`,
	"[\"\xff\"]", `"text"`, `12`, `null`, ``, `[1,`, `{"a"`, `{"a":`, `"`, `"\`, `["\`, `}`, `,`, `[[[[`, `{"a":1}x`,
}

// FuzzWalk: of valid JSON the walk finds what encoding/json finds; of anything else it ends and does not panic.
func FuzzWalk(f *testing.F) {
	for _, seed := range walkSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		walked := rebuilt(text)
		if !json.Valid(text) {
			return
		}
		var want any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Skip(err) // such as a number that is too large
		}
		if !reflect.DeepEqual(walked, want) {
			t.Errorf("%q\nwalked %#v\nwant   %#v", text, walked, want)
		}
	})
}

// rebuilt decodes with nothing but the functions of walk.go.
func rebuilt(text []byte) any {
	value, _ := next(text)
	if value == nil {
		return nil
	}
	switch value[0] {
	case '{':
		object := map[string]any{}
		for name, v := range members(value) {
			object[string(name)] = rebuilt(v)
		}
		return object
	case '[':
		list := []any{}
		for v := range items(value) {
			list = append(list, rebuilt(v))
		}
		return list
	case '"':
		return textOf(value)
	}
	switch string(value) {
	case "null":
		return nil
	case "true", "false":
		return string(value) == "true"
	}
	return json.Number(scalarOf(value))
}

func TestMember(t *testing.T) {
	for _, tt := range []struct{ object, want string }{
		{`{"DATA":""}`, `""`}, {`{"data":1}`, "1"}, {`{"data":null}`, ""}, {`{"data":1,"DATA":null}`, "1"},
		{`{"Data":1,"data":2}`, "2"}, {`{"d\u0061ta":3}`, "3"}, {`{"other":{"data":1}}`, ""}, {`["data",1]`, ""}, {`"data"`, ""},
	} {
		if got := member([]byte(tt.object), "data"); string(got) != tt.want || (got == nil) != (tt.want == "") {
			t.Errorf("%s: %q, want %q", tt.object, got, tt.want)
		}
	}
}
