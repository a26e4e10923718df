package envelope

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// The comparison is json.Unmarshal into a struct that fits, the least that a program would write by hand. Parse keeps a hundred
// details, the other all of them.
func BenchmarkParse(b *testing.B) {
	for _, bm := range []struct {
		name string
		body []byte
	}{
		{"22 details", []byte(manyDetails(22, `"value not allowed"`))},
		{"one text of 1 KB", []byte(`{"err_msg":"` + strings.Repeat("An error occurred. ", 52) + `Try again."}`)},
		{"1 MB of details", []byte(manyDetails(9700, `"The value given for this field is not one of those allowed"`))},
	} {
		b.Run(bm.name+"/Parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if Parse(bm.body, keep).Message == "" {
					b.Fatal("no message")
				}
			}
		})
		b.Run(bm.name+"/by hand", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var e struct {
					ErrMsg   string `json:"err_msg"`
					Metadata struct {
						ErrExtra []struct{ Field, Message string } `json:"err_extra"`
					} `json:"metadata"`
				}
				if json.Unmarshal(bm.body, &e) != nil || e.ErrMsg == "" {
					b.Fatal("no message")
				}
			}
		})
	}
}

// Every success costs this.
func BenchmarkIsError(b *testing.B) {
	body := []byte(`{"reply":{"action_id":"22519813685366","status":"1","endpoints_count":"100"}}`)
	for b.Loop() {
		if IsError(body) {
			b.Fatal("a success")
		}
	}
}

// manyDetails is the error of the network scans with n details.
func manyDetails(n int, message string) string {
	var list strings.Builder
	for i := range n {
		fmt.Fprintf(&list, `,{"field":"field_%04d","message":%s}`, i, message)
	}
	return `{"err_msg":"The request contains invalid or missing parameters","metadata":{"err_extra":[` + list.String()[1:] + `]}}`
}
