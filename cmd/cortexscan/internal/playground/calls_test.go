package playground

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func TestEqualPollsShareARow(t *testing.T) {
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
		{"equal polls", []sandbox.Call{poll("1", "Running"), poll("1", "Running"), poll("1", "Running")}, "1×3"},
		{"a different response", []sandbox.Call{poll("1", "Pending"), poll("1", "Running"), poll("1", "Running")}, "1×1 1×2"},
		{"alternating polls of two runs", []sandbox.Call{poll("1", "r"), poll("2", "r"), poll("1", "r"), poll("2", "r"), poll("1", "r")}, "1×3 2×2"},
		{"an abort between polls", []sandbox.Call{poll("1", "r"), abort, poll("1", "r")}, "1×1 abort×1 1×1"},
		{"equal aborts", []sandbox.Call{abort, abort}, "abort×1 abort×1"},
		{"equal errors", []sandbox.Call{failed, failed}, "1×1 1×1"},
		{"equal problems", []sandbox.Call{bad, bad}, "1×1 1×1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.calls {
				c.calls[i].Time = start.Add(time.Duration(i/2) * time.Second) // two calls per second
			}
			var got []string
			seen := map[string]bool{}
			list := rows(c.calls)
			for i, r := range rows(c.calls[:len(c.calls)/2]) {
				if list[i].ID != r.ID {
					t.Error("the ID of a row changed when calls were added")
				}
			}
			for _, r := range list {
				name := strings.TrimPrefix(strings.TrimPrefix(target(r.Call), "GET /run?id="), "POST /")
				got = append(got, fmt.Sprint(name, "×", r.Count))
				if seen[r.ID] {
					t.Error("two rows have the same ID")
				}
				seen[r.ID] = true
				if r.First.After(r.Time) || r.Count == 1 && !r.First.Equal(r.Time) {
					t.Errorf("got %d calls from %s to %s", r.Count, r.First, r.Time)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
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
		t.Fatalf("got %d rows, want 1", len(list))
	}
	row := list[0].view()
	if got, want := fmt.Sprint(row.Header), "[{User-Agent later} {X-A a} {X-B 1} {X-B 2}]"; got != want {
		t.Errorf("got headers %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(row.Incidental), "[{Accept-Language en} {Connection close} {Sec-Fetch-Mode cors}]"; got != want {
		t.Errorf("got incidental headers %s, want %s", got, want)
	}
	if row.Took != "20 ms" || row.Response != "{\n  \"DATA\": \"x\"\n}" {
		t.Errorf("got duration %s and response %q", row.Took, row.Response)
	}
}

func TestPrintableReplacesInvisibleCharacters(t *testing.T) {
	for in, want := range map[string]string{
		"plain":           "plain",
		"a\tb\nc":         "a\tb\nc",
		"\x1b[31m\x00":    "\ufffd[31m\ufffd",
		"a\u202eb\u200b":  "a\ufffdb\ufffd",
		"\xff":            "\ufffd",
		"0123456789a":     "0123456789… (truncated)",
		"012345678ä":      "012345678… (truncated)",
		"\u2028paragraph": "\ufffdparagra… (truncated)",
	} {
		if got := printable(in, 10); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestShortJSONIsIndented(t *testing.T) {
	nested := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	long := `["` + strings.Repeat("a", maxBody) + `"]`
	for in, want := range map[string]string{
		`{"a":[1,{}]}`: "{\n  \"a\": [\n    1,\n    {}\n  ]\n}",
		"no  JSON [1]": "no  JSON [1]",
		`{"cut":`:      `{"cut":`,
		"":             "",
		nested:         nested,
		long:           long[:maxBody] + "… (truncated)",
	} {
		if got := shownBody(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestLogLineIsOnePrintableLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.Local)
	problems := []api.Problem{{In: "query", Name: "id", Reason: "is required"}, {In: "query", Name: "fields", Reason: "is required"}}
	for _, c := range []struct {
		name string
		call sandbox.Call
		want string
	}{
		{"a status", sandbox.Call{Method: "GET", Path: "/run", Query: "id=1", Status: 200}, "15:04:05  200  GET /run?id=1  request OK"},
		{"an abort", sandbox.Call{Method: "POST", Path: "/abort", Status: 200, Abort: &sandbox.AbortResult{Selected: 3, Aborted: 2}},
			"15:04:05  200  POST /abort  request OK, 3 selected, 2 aborted"},
		{"one problem", sandbox.Call{Method: "GET", Path: "/run", Status: 400, Problems: problems[:1]},
			"15:04:05  400  GET /run  1 problem: query id is required"},
		{"two problems", sandbox.Call{Method: "GET", Path: "/run", Status: 400, Problems: problems},
			"15:04:05  400  GET /run  2 problems: query id is required; and 1 more"},
		{"no response", sandbox.Call{Method: "GET", Path: "/run"}, "15:04:05  ---  GET /run  request OK"},
		{"an escape sequence", sandbox.Call{Method: "GET", Path: "/\x1b[2J\nx", Status: 404}, "15:04:05  404  GET /\ufffd[2J x  request OK"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.call.Time = at
			if got := LogLine(c.call); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
	long := strings.Repeat("ä", 9000)
	if line := LogLine(sandbox.Call{Method: long, Path: long, Query: long, Problems: []api.Problem{{Reason: long}}}); len(line) > 2*maxLine+30 || !utf8.ValidString(line) {
		t.Errorf("got a line of %d bytes, or a truncated character", len(line))
	}
}

func TestDurationsAndStatusesAreFormatted(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                       "",
		3 * time.Microsecond:    "0.1 ms",
		440 * time.Microsecond:  "0.4 ms",
		12 * time.Millisecond:   "12 ms",
		1450 * time.Millisecond: "1.4 s",
	} {
		if got := took(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
	for status, want := range map[int]string{0: "no response, none", 200: "200 OK, good", 204: "204 No Content, good", 401: "401 Unauthorized, bad", 599: "599, bad"} {
		if got := statusText(sandbox.Call{Status: status}) + ", " + class(status); got != want {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
	}
}
