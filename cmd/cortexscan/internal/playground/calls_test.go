package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func TestRows(t *testing.T) {
	start := time.UnixMilli(1584983036945)
	poll := func(id, state string) sandbox.Call {
		return sandbox.Call{Method: "GET", Path: "/run", Query: "id=" + id, Status: 200, Response: state}
	}
	failed := poll("1", "")
	failed.Status = 404
	abort := sandbox.Call{Method: "POST", Path: "/abort", Status: 200}
	bad := poll("1", "Running")
	bad.Problems = []api.Problem{{In: "query", Reason: "is odd"}}
	for _, c := range []struct {
		name  string
		calls []sandbox.Call
		want  string // target and count of each row
	}{
		{"none", nil, ""},
		{"one", []sandbox.Call{poll("1", "Running")}, "1×1"},
		{"a repeated poll", []sandbox.Call{poll("1", "Running"), poll("1", "Running"), poll("1", "Running")}, "1×3"},
		{"another answer", []sandbox.Call{poll("1", "Pending"), poll("1", "Running"), poll("1", "Running")}, "1×1 1×2"},
		{"two that take turns", []sandbox.Call{poll("1", "r"), poll("2", "r"), poll("1", "r"), poll("2", "r"), poll("1", "r")}, "1×3 2×2"},
		{"an abort between them", []sandbox.Call{poll("1", "r"), abort, poll("1", "r")}, "1×1 abort×1 1×1"},
		{"repeated aborts", []sandbox.Call{abort, abort}, "abort×1 abort×1"},
		{"errors", []sandbox.Call{failed, failed}, "1×1 1×1"},
		{"problems", []sandbox.Call{bad, bad}, "1×1 1×1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.calls {
				c.calls[i].Time = start.Add(time.Duration(i) * time.Second)
			}
			var got []string
			seen := map[string]bool{}
			for _, r := range rows(c.calls) {
				name := strings.TrimPrefix(strings.TrimPrefix(target(r.Call), "GET /run?id="), "POST /")
				got = append(got, fmt.Sprint(name, "×", r.Count))
				if seen[r.ID] {
					t.Error("two rows have the same ID")
				}
				seen[r.ID] = true
				if span := r.Time.Sub(r.First); (r.Count > 1) != (span > 0) {
					t.Errorf("%d calls within %s", r.Count, span)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// A row has the ID of its first call, so that it stays the same one while polls are added to it.
func TestRowIDs(t *testing.T) {
	now := time.UnixMilli(1584983036945)
	calls := []sandbox.Call{{Method: "GET", Status: 200, Time: now}, {Method: "POST", Time: now}, {Method: "POST", Time: now.Add(1)}}
	first := rows(calls)
	if first[0].ID == first[1].ID || first[1].ID == first[2].ID {
		t.Errorf("the IDs are %q, %q and %q", first[0].ID, first[1].ID, first[2].ID)
	}
	one := rows([]sandbox.Call{calls[0], {Method: "GET", Status: 200, Time: now.Add(1)}})
	if len(one) != 1 || one[0].ID != first[0].ID {
		t.Errorf("with a poll more the row is %v", one)
	}
}

func TestRowShowsTheLatestCall(t *testing.T) {
	call := sandbox.Call{
		Method: "GET", Path: "/run", Status: 200, Response: `{"DATA":"x"}`, Duration: 300 * time.Microsecond,
		Header: http.Header{"User-Agent": {"first"}},
	}
	later := call
	later.Duration = 20 * time.Millisecond
	later.Header = http.Header{
		"User-Agent": {"later"}, "X-B": {"2", "1"}, "X-A": {"a"},
		"Sec-Fetch-Mode": {"cors"}, "Accept-Language": {"en"}, "Connection": {"close"},
	}
	list := rows([]sandbox.Call{call, later})
	if len(list) != 1 {
		t.Fatalf("%d rows", len(list))
	}
	row := list[0].view()
	if got := fmt.Sprint(row.Header); got != "[{User-Agent later} {X-A a} {X-B 1} {X-B 2}]" {
		t.Errorf("headers %s", got)
	}
	if got := fmt.Sprint(row.Incidental); got != "[{Accept-Language en} {Connection close} {Sec-Fetch-Mode cors}]" {
		t.Errorf("incidental headers %s", got)
	}
	if row.Took != "20 ms" || row.Response != "{\n  \"DATA\": \"x\"\n}" {
		t.Errorf("took %s, response %q", row.Took, row.Response)
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain":           "plain",
		"a\tb\nc":         "a\tb\nc",
		"\x1b[31m\x00":    "\ufffd[31m\ufffd",
		"a\u202eb\u200b":  "a\ufffdb\ufffd",
		"\xff":            "\ufffd",
		"0123456789":      "0123456789",
		"0123456789a":     "0123456789… (cut here)",
		"012345678ä":      "012345678… (cut here)",
		"\xbf\xbf\xbf":    "\ufffd\ufffd\ufffd",
		"éééééé":          "ééééé… (cut here)",
		"\u2028paragraph": "\ufffdparagra… (cut here)",
	} {
		if got := printable(in, 10); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestBodiesAreIndentedAsFarAsTheyAreShown(t *testing.T) {
	for _, in := range []string{
		`{"a":[1,-2.5e3,"x\"]{",{}],"b":{"c":null,"d":[]},"e":"\\"}`, ` [ true , { } , [ ] ] `, `"a b"`, `17`, `{}`, `[[[]]]`,
	} {
		var want bytes.Buffer
		if err := json.Indent(&want, []byte(strings.TrimSpace(in)), "", "  "); err != nil {
			t.Fatal(err)
		}
		full := strings.ReplaceAll(strings.ReplaceAll(want.String(), "{ }", "{}"), "[ ]", "[]")
		if got := indented(in, 1000); got != full {
			t.Errorf("%s: got\n%s\nwant\n%s", in, got, full)
		}
	}
	for in, want := range map[string]string{
		"no  JSON [1]": "no  JSON [1]",
		`{"cut":`:      `{"cut":`,
		"":             "",
		`{"a":1}`:      "{\n  \"a\": 1\n}",
	} {
		if got := shownBody(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	deep := shownBody(strings.Repeat("[", 9999) + strings.Repeat("]", 9999))
	if !strings.HasPrefix(deep, "[\n  [\n    [") || !strings.HasSuffix(deep, "… (cut here)") || len(deep) > maxBody+20 {
		t.Errorf("%d bytes of a nested body are shown: %.20q", len(deep), deep)
	}
}
