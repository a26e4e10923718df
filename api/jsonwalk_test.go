package api

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
)

// FuzzReadJSON compares the reader with encoding/json, which has read everything there is.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{
		`{"request_data":{"filters":[{"field":"a","operator":"in","value":["b"]}]}}`,
		` [ 1 , -0 , 0.5 , 1e3 , 1E-3 , 1.5e+3 , true , false , null , "" ] `,
		`"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud83d\u0041\udc00\ud83d"`,
		`[9223372036854775807,-9223372036854775808,9007199254740993,1e400]`,
		`[01]`, `[1.]`, `[-]`, `[.5]`, `[1e]`, `[+1]`, `["\x"]`, `["\u12"]`, "[\"\n\"]", `[,]`, `[1,]`, `{"a"}`, `{"a":}`, `{,}`, `{"a":1,}`,
		`[1}`, `{"a":1]`, `tru`, `nul`, `1 2`, `[] x`, "\ufeff1", "\"\xff\"", "", " ", strings.Repeat("[", 1001) + strings.Repeat("]", 1001),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rep := &report{}
		got, ok := readJSON(text, "body", rep)

		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var want any
		err := decoder.Decode(&want)
		if err == nil {
			if _, trailing := decoder.Token(); trailing != io.EOF {
				err = trailing
			}
		}
		deep := false
		for _, p := range rep.problems {
			deep = deep || strings.HasPrefix(p.Reason, "is nested deeper")
		}
		switch {
		case deep:
			if ok || strings.Count(text, "[")+strings.Count(text, "{") <= maxDepth {
				t.Error("called too deep")
			}
		case json.Valid([]byte(text)) != (ok && !hasReason(rep, "goes on")):
			t.Errorf("%q: read %t with %v, encoding/json says %v", text, ok, rep.problems, err)
		case ok && err == nil && !hasReason(rep, "is not valid UTF-8") && !reflect.DeepEqual(got, want) && !pastInt64(text):
			t.Errorf("%q: read %#v, want %#v", text, got, want)
		}
	})
}

func TestDepth(t *testing.T) {
	for depth, want := range map[int]bool{maxDepth: true, maxDepth + 1: false} {
		for _, text := range []string{
			strings.Repeat("[", depth) + strings.Repeat("]", depth),
			strings.Repeat(`{"a":`, depth-1) + "[]" + strings.Repeat("}", depth-1),
		} {
			rep := &report{}
			if _, ok := readJSON(text, "body", rep); ok != want || len(rep.problems) == 0 != want {
				t.Errorf("%d levels: read %t with %v", depth, ok, rep.problems)
			}
		}
	}
}

func hasReason(rep *report, prefix string) bool {
	for _, p := range rep.problems {
		if strings.HasPrefix(p.Reason, prefix) {
			return true
		}
	}
	return false
}

// pastInt64 knows texts with a number just outside of int64, which is changed on purpose.
func pastInt64(text string) bool {
	return strings.Contains(text, "922337203685477")
}

// FuzzExplain: where kin-openapi accepts a value, there is nothing to explain; where it does not, there is.
func FuzzExplain(f *testing.F) {
	v, err := newValidator(document)
	if err != nil {
		f.Fatal(err)
	}
	var rules []rule
	for _, p := range v.fixed {
		for _, op := range p.operations {
			if op.body != nil {
				rules = append(rules, op.body.json["application/json"])
			}
			for _, r := range op.responses {
				if r.json != nil {
					rules = append(rules, *r.json)
				}
			}
		}
	}
	if len(rules) < 10 {
		f.Fatalf("%d rules", len(rules))
	}
	for _, seed := range []string{
		`{"request_data":{"filters":"all"}}`,
		`{"request_data":{"filters":[{"field":"a","operator":"in","value":["b",1]}]}}`,
		`{"DATA":"x"}`,
		`{"reply":{"action_id":null,"err_code":1,"err_extra":[null,{}]},"err_msg":"x"}`,
		`{"err_msg":"x","metadata":{"err_extra":null,"code":1e999}}`,
		`{"err_msg":"x","metadata":{"err_extra":[{"field":null}]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, ok := readJSON(string(bytes.ToValidUTF8(text, nil)), "body", &report{})
		if !ok {
			return
		}
		for _, r := range rules {
			rep := &report{}
			(&explainer{report: rep}).explain(r.ref, value)
			if accepted := r.accepts(value); accepted != (len(rep.problems) == 0) {
				t.Errorf("%s: accepted %t, explained by %v", text, accepted, rep.problems)
			}
		}
	})
}
