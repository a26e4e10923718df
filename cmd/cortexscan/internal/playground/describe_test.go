package playground

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func TestLogLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.Local)
	problems := []api.Problem{{In: "query", Name: "id", Reason: "is required"}, {In: "query", Name: "fields", Reason: "is required"}}
	for _, c := range []struct {
		name string
		call sandbox.Call
		want string
	}{
		{"a status", sandbox.Call{Method: "GET", Path: "/run", Query: "id=1", Status: 200}, "15:04:05  200  GET /run?id=1  request OK"},
		{"an error", sandbox.Call{Method: "GET", Path: "/run", Status: 500}, "15:04:05  500  GET /run  request OK"},
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
		t.Errorf("a line of %d bytes", len(line))
	}
}

func TestSelection(t *testing.T) {
	for body, want := range map[string]string{
		`{"request_data":{"filters":"all"}}`: "every endpoint of the tenant",
		`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a","b"]},{"field":"last_seen","operator":"gte","value":5}]}}`: "hostname in a, b and last_seen gte 5",
		`{"request_data":{"filters":[{"field":"alias","operator":"in","value":"\u202ex"}]}}`:                                                     "alias in \ufffdx",
		`{"request_data":{"filters":[{"field":"ho`: "",
	} {
		if got := selection(sandbox.Call{Body: body, Abort: &sandbox.AbortResult{}}); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
		if got := selection(sandbox.Call{Body: body}); got != "" {
			t.Errorf("not carried out, and it says %q", got)
		}
	}
}

func TestTook(t *testing.T) {
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
}

func TestAnswered(t *testing.T) {
	for status, want := range map[int]string{0: "no response", 200: "200 OK", 401: "401 Unauthorized", 599: "599"} {
		if got := statusText(sandbox.Call{Status: status}); got != want {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
	}
	if class(0) != "none" || class(204) != "good" || class(404) != "bad" {
		t.Error("the answers look wrong")
	}
}
