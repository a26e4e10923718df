package playground

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
)

func TestEqualPollsShareARow(t *testing.T) {
	start := time.UnixMilli(1584983036945)
	for _, c := range []struct {
		name, calls string // the run and the state of each poll
		want        string // the run and the count of each row
	}{
		{"equal polls", "1:r 1:r 1:r", "1×3"},
		{"a different response", "1:p 1:r 1:r", "1×1 1×2"},
		{"alternating polls of two runs", "1:r 2:r 1:r 2:r 1:r", "1×3 2×2"},
		{"an abort between polls", "1:r abort 1:r", "1×1 abort×1 1×1"},
		{"equal aborts", "abort abort", "abort×1 abort×1"},
		{"equal errors", "1:404 1:404", "1×1 1×1"},
		{"equal problems", "1:bad 1:bad", "1×1 1×1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls []sandbox.Call
			for i, poll := range strings.Fields(c.calls) {
				run, state, _ := strings.Cut(poll, ":")
				call := sandbox.Call{Method: "GET", Query: run, Status: 200, Response: state, Time: start.Add(time.Duration(i/2) * time.Second)}
				switch state {
				case "":
					call.Method = "POST"
				case "404":
					call.Status = 404
				case "bad":
					call.Problems = make([]api.Problem, 1)
				}
				calls = append(calls, call)
			}
			list := rows(calls)
			for i, r := range rows(calls[:len(calls)/2]) {
				if list[i].ID != r.ID {
					t.Error("the ID of a row changed when calls were added")
				}
			}
			var got []string
			seen := map[string]bool{}
			for _, r := range list {
				got, seen[r.ID] = append(got, fmt.Sprint(r.Query, "×", r.Count)), true
				if r.First.After(r.Time) || r.Count == 1 && !r.First.Equal(r.Time) {
					t.Errorf("got %d calls from %s to %s", r.Count, r.First, r.Time)
				}
			}
			if strings.Join(got, " ") != c.want || len(seen) != len(list) {
				t.Errorf("got %v with %d IDs, want %v", got, len(seen), c.want)
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
	if row.Took != "20ms" || row.Response != "{\n  \"DATA\": \"x\"\n}" {
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
	problems := []api.Problem{{In: "query", Name: "id", Reason: "is required"}, {In: "query", Name: "fields", Reason: "is required"}}
	long := strings.Repeat("ä", 9000)
	for _, c := range []struct {
		call sandbox.Call
		want string
	}{
		{sandbox.Call{Method: "GET", Path: "/run", Status: 400, Problems: problems}, "400  GET /run  2 problems: query id is required; and 1 more"},
		{sandbox.Call{Method: "GET", Path: "/run"}, "---  GET /run  request OK"},
		{sandbox.Call{Method: "GET", Path: "/\x1b[2J\nx", Status: 404}, "404  GET /\ufffd[2J x  request OK"},
		{sandbox.Call{Method: long, Problems: []api.Problem{{Reason: long}}}, "---  " + long[:156] + "…  1 problem: " + long[:144] + "…"},
	} {
		c.call.Time = time.Date(2026, 1, 2, 15, 4, 5, 0, time.Local)
		if got, want := LogLine(c.call), "15:04:05  "+c.want; got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestStatusesAreFormatted(t *testing.T) {
	for status, want := range map[int]string{0: "no response, none", 200: "200 OK, good", 401: "401 Unauthorized, bad", 599: "599, bad"} {
		if got := statusText(sandbox.Call{Status: status}) + ", " + class(status); got != want {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
	}
}
