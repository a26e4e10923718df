package api

import (
	"fmt"
	"strings"

	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/api/internal/strictjson"
	"example.com/cortexscan/internal/text"
)

const (
	maxProblems  = 100  // kept in one Violation
	maxListed    = 10   // of them, printed by Error
	maxErrorText = 2000 // bytes of Error
	maxReason    = 1000 // bytes of a Reason
	maxName      = 64   // bytes of a name that came with the message
	maxPointer   = 512  // bytes of a Pointer
)

// Violation says that a request or a response does not match the contract. It holds every problem that was found, at most
// 100, and never a value out of the message, which could be a secret.
type Violation struct {
	// Operation is the method and the path as the contract writes it, "POST /public_api/v1/endpoints/abort_scan". It is
	// empty if the request is for none of the contract's operations.
	Operation string
	Problems  []Problem
}

// Error lists the first ten problems after the operation, on one printable line of at most 2000 bytes:
// "POST /public_api/v1/endpoints/abort_scan: body /request_data/filters is required".
func (v *Violation) Error() string {
	var b strings.Builder
	if v.Operation == "" {
		b.WriteString("unknown operation: ")
	} else {
		b.WriteString(v.Operation + ": ")
	}
	for i, p := range v.Problems {
		if i == maxListed {
			fmt.Fprintf(&b, "; and %d more", len(v.Problems)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.String())
	}
	return text.Visible(b.String(), maxErrorText)
}

// Problem is one thing that is wrong, and where. Its texts are printable and bounded. They contain names, also those that
// the sender made up, but no values.
type Problem struct {
	// In is the part of the message: "method", "path", "query", "header", "cookie" or "body" of a request,
	// "response status", "response header" or "response body" of a response.
	In string
	// Name is that of the parameter or header; it is empty elsewhere.
	Name string
	// Pointer is an RFC 6901 JSON Pointer into a body or a parameter with several values, such as
	// /request_data/filters/0/operator. It is empty for the whole of it. One that is too long starts with /….
	Pointer string
	// Reason completes the sentence that the place begins: "is required", "must be an integer, not a string".
	Reason string
}

// String returns the place and the reason: "query fields is required", "body /request_data must be an object, not null".
func (p Problem) String() string {
	parts := make([]string, 0, 4)
	for _, part := range []string{p.In, p.Name, p.Pointer, p.Reason} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// report collects the problems of one message, and the advice on it if that is asked for.
type report struct {
	problems, advice []Problem
	advising         bool
}

// left returns how many problems there is room for.
func (r *report) left() int { return maxProblems - len(r.problems) }

func (r *report) add(p Problem) {
	if r.left() > 0 {
		p.Reason = text.Visible(p.Reason, maxReason)
		r.problems = append(r.problems, p)
	}
}

// checkJSON checks a text that has to be JSON, in its form and by the schema. It stands at at.
func (r *report) checkJSON(text []byte, at Problem, s *schema.Schema, d schema.Direction) {
	value, ok, found := strictjson.Read(text, r.left())
	r.problems = append(r.problems, placed(at, found)...)
	if ok {
		r.check(value, at, s, d)
	}
}

// check checks a value by its schema.
func (r *report) check(value any, at Problem, s *schema.Schema, d schema.Direction) {
	r.problems = append(r.problems, placed(at, s.Check(value, d, r.left()))...)
	if r.advising && len(r.problems) == 0 {
		r.advice = append(r.advice, placed(at, s.Advise(value, maxProblems-len(r.advice)))...)
	}
}

// placed returns what was found in the value that stands at at.
func placed(at Problem, found []strictjson.Problem) []Problem {
	var out []Problem
	for _, p := range found {
		at.Pointer, at.Reason = pointer(p.At), text.Visible(p.Reason, maxReason)
		out = append(out, at)
	}
	return out
}

// violation returns nil, and not a nil *Violation, if there is no problem.
func (r *report) violation(operation string) error {
	if len(r.problems) == 0 {
		return nil
	}
	return &Violation{Operation: operation, Problems: r.problems}
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// pointer renders a path as a JSON Pointer. Of one that is too long the end is kept.
func pointer(path []string) string {
	rendered := ""
	for i := len(path) - 1; i >= 0; i-- {
		step := "/" + escapePointer.Replace(text.Visible(path[i], maxName))
		if len(rendered)+len(step) > maxPointer {
			return "/…" + rendered
		}
		rendered = step + rendered
	}
	return rendered
}

// givenTimes is the reason for one value that is sent several times.
func givenTimes(n int) string { return fmt.Sprintf("is given %d times; only one is allowed", n) }
