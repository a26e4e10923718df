package playground

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/sandbox"
)

const (
	maxLine = 160     // bytes of a target and of a verdict on the terminal
	maxText = 512     // bytes of a name, a value or a target on the page
	maxBody = 4 << 10 // bytes of a body on the page, which is fetched again and again
)

// LogLine describes a call on one printable line: time, status, operation, verdict.
func LogLine(c sandbox.Call) string {
	status := "---" // no answer
	if c.Status != 0 {
		status = fmt.Sprint(c.Status)
	}
	line := verdict(c)
	if done := outcome(c); done != "" {
		line += ", " + done
	}
	if len(c.Problems) > 0 {
		line += ": " + c.Problems[0].String()
	}
	if more := len(c.Problems) - 1; more > 0 {
		line += fmt.Sprintf("; and %d more", more)
	}
	return fmt.Sprintf("%s  %s  %s  %s", c.Time.Format(time.TimeOnly), status, text.Visible(target(c), maxLine), text.Visible(line, maxLine))
}

// target is what the request was for, as one would write it.
func target(c sandbox.Call) string {
	t := c.Method + " " + c.Path
	if c.Query != "" {
		t += "?" + c.Query
	}
	return t
}

// verdict is on the request alone: the answer to a valid request may be an error.
func verdict(c sandbox.Call) string {
	if len(c.Problems) == 0 {
		return "request OK"
	}
	return plural(len(c.Problems), "problem")
}

// outcome tells what an abort did, in brief.
func outcome(c sandbox.Call) string {
	if c.Abort == nil {
		return ""
	}
	return fmt.Sprintf("%d selected, %d aborted", c.Abort.Selected, c.Abort.Aborted)
}

// selection puts the filters of an abort into words. It is "" for a body that is kept in part only.
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

// answered is the status with its text: "200 OK".
func answered(c sandbox.Call) string {
	if c.Status == 0 {
		return "no answer"
	}
	return strings.TrimSpace(fmt.Sprint(c.Status, " ", http.StatusText(c.Status)))
}

// took is a duration as a person reads it: "0.4 ms", "12 ms", "1.5 s".
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", max(0.1, float64(d)/float64(time.Millisecond)))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// plural is a number with its noun: "1 problem", "2 problems".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprint(n, " ", noun, "s")
}
