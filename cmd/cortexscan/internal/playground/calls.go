package playground

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/sandbox"
)

// These limits keep log lines short and the page small. The page reloads the list of calls every two seconds.
const (
	maxLine     = 160     // bytes of a target or a result in the log
	maxText     = 512     // bytes of a name, a value or a target on the page
	maxBody     = 4 << 10 // bytes of a body on the page
	maxBrackets = 200     // a body with more opening brackets is not indented
	maxProblems = 20
)

// LogLine returns one printable line about a call: time, status, operation, result.
func LogLine(c sandbox.Call) string {
	status := "---" // no response
	if c.Status != 0 {
		status = fmt.Sprint(c.Status)
	}
	line := checked(c)
	if done := outcome(c); done != "" {
		line += ", " + done
	}
	if len(c.Problems) > 0 {
		line += ": " + c.Problems[0].String()
	}
	if more := len(c.Problems) - 1; more > 0 {
		line += fmt.Sprintf("; and %d more", more)
	}
	return fmt.Sprintf("%s  %s  %s  %s", c.Time.Format(time.TimeOnly), status,
		text.Visible(target(c), maxLine), text.Visible(line, maxLine))
}

// row is one row of the live page: a call, or several polls with the same response.
type row struct {
	sandbox.Call        // the latest call
	ID           string // from the first call, so that the ID does not change when polls are added
	Count        int
	First        time.Time
}

// rows groups calls in order of arrival. Polls with the same target and response share a row, even if other polls
// arrive between them. After a call that is not a poll, polls get new rows, so that the page shows the order of
// events.
func rows(calls []sandbox.Call) []row {
	type poll struct{ path, query, response string }
	var list []row
	polls := map[poll]int{} // each poll's latest row
	arrived := map[int64]int{}
	for _, c := range calls {
		at := c.Time.UnixNano()
		id := fmt.Sprintf("call-%d-%d", at, arrived[at])
		arrived[at]++
		key := poll{c.Path, c.Query, c.Response}
		if !isPoll(c) {
			clear(polls)
		} else if i, known := polls[key]; known {
			list[i].Count++
			list[i].Call = c
			continue
		} else {
			polls[key] = len(list)
		}
		list = append(list, row{Call: c, ID: id, Count: 1, First: c.Time})
	}
	return list
}

func isPoll(c sandbox.Call) bool {
	return c.Method == http.MethodGet && c.Status >= 200 && c.Status < 300 && len(c.Problems) == 0
}

// callView is the data for a row of the page. html/template escapes the strings.
type callView struct {
	row
	Target       string
	Status       string // "200 OK"
	Class        string // CSS class of the status: good, bad or none
	Checked      string // "request OK" or "2 problems"
	Took         string
	Outcome      string // of an abort
	Selection    string // of an abort
	Problems     []string
	MoreProblems int
	Header       []headerView
	Incidental   []headerView // headers that browsers and HTTP libraries add
	Body         string
	Response     string
}

type headerView struct{ Name, Value string }

func (r row) view() callView {
	c := r.Call
	v := callView{
		row: r, Target: text.Visible(target(c), maxText),
		Status: statusText(c), Class: class(c.Status),
		Checked: checked(c), Took: c.Duration.Round(10 * time.Microsecond).String(),
		Outcome: outcome(c), Selection: selection(c),
		Body: shownBody(c.Body), Response: shownBody(c.Response),
	}
	for _, p := range c.Problems[:min(len(c.Problems), maxProblems)] {
		v.Problems = append(v.Problems, text.Visible(p.String(), maxText))
	}
	v.MoreProblems = len(c.Problems) - len(v.Problems)
	for name, values := range c.Header {
		for _, value := range values {
			h := headerView{text.Visible(name, maxText), text.Visible(value, maxText)}
			if isIncidental(name) {
				v.Incidental = append(v.Incidental, h)
			} else {
				v.Header = append(v.Header, h)
			}
		}
	}
	for _, list := range [][]headerView{v.Header, v.Incidental} {
		slices.SortFunc(list, func(a, b headerView) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
		})
	}
	return v
}

func class(status int) string {
	switch {
	case status == 0:
		return "none"
	case status < 400:
		return "good"
	}
	return "bad"
}

// isIncidental reports whether browsers and HTTP libraries add the header automatically.
func isIncidental(name string) bool {
	if strings.HasPrefix(name, "Sec-") || strings.HasPrefix(name, "Accept") {
		return true
	}
	switch name {
	case "Cache-Control", "Connection", "Content-Length", "Dnt", "Origin", "Pragma", "Priority", "Referer":
		return true
	}
	return false
}

// target returns the method, path and query. The result may contain characters that are not safe to print.
func target(c sandbox.Call) string {
	t := c.Method + " " + c.Path
	if c.Query != "" {
		t += "?" + c.Query
	}
	return t
}

// checked describes the result of checking the request. The response to a request without problems may still be an
// error.
func checked(c sandbox.Call) string {
	if len(c.Problems) == 0 {
		return "request OK"
	}
	return terminal.Count(len(c.Problems), "problem")
}

// outcome describes the effect of an abort. It returns "" for any other call.
func outcome(c sandbox.Call) string {
	if c.Abort == nil {
		return ""
	}
	return fmt.Sprintf("%d selected, %d aborted", c.Abort.Selected, c.Abort.Aborted)
}

// selection describes the filters of an abort. It returns "" for any other call, and if the recorded body is incomplete.
func selection(c sandbox.Call) string {
	var body gen.AbortScanRequest
	if c.Abort == nil || json.Unmarshal([]byte(c.Body), &body) != nil {
		return ""
	}
	filters, ok := body.RequestData.Filters.([]gen.EndpointFilter)
	if !ok {
		return "every endpoint of the tenant"
	}
	var conditions []string
	for _, f := range filters {
		value := fmt.Sprint(f.Value)
		if list, ok := f.Value.([]string); ok {
			value = strings.Join(list, ", ")
		}
		conditions = append(conditions, f.Field+" "+f.Operator+" "+value)
	}
	return text.Visible(strings.Join(conditions, " and "), maxText)
}

// statusText returns the status with its name: "200 OK".
func statusText(c sandbox.Call) string {
	if c.Status == 0 {
		return "no response"
	}
	return strings.TrimSpace(fmt.Sprint(c.Status, " ", http.StatusText(c.Status)))
}

// shownBody returns the beginning of a body. It indents short JSON. It does not indent JSON that may be deeply
// nested: 10,000 nested lists would become 200 MB of spaces.
func shownBody(body string) string {
	if brackets := strings.Count(body, "[") + strings.Count(body, "{"); len(body) <= maxBody && brackets <= maxBrackets {
		var indented bytes.Buffer
		if json.Indent(&indented, []byte(strings.TrimSpace(body)), "", "  ") == nil {
			body = indented.String()
		}
	}
	return printable(body, maxBody)
}

// printable returns the first limit bytes of a string that may have several lines. It replaces characters that are
// invisible or that change the display of other characters, such as bidirectional overrides.
func printable(s string, limit int) string {
	cut := len(s) > limit
	if cut {
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		s = s[:limit]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\n' || r == '\t' {
			return r
		}
		return unicode.ReplacementChar
	}, s)
	if cut {
		s += "… (truncated)"
	}
	return s
}
