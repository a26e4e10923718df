package api

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/api/internal/strictjson"
	"example.com/cortexscan/internal/text"
)

const (
	maxProblems  = 100  // problems in a Violation
	maxListed    = 10   // problems that Error prints
	maxErrorText = 2000 // bytes that Error returns
	maxReason    = 1000 // bytes of a Reason
	maxName      = 64   // bytes of a name from a request or response
	maxPointer   = 512  // bytes of a Pointer
)

// Violation reports that a request or a response does not match the OpenAPI document. It lists every problem, up to
// 100, but no values, because a value could be a secret.
type Violation struct {
	// Operation is the method and the path in the document, such as "POST /public_api/v1/endpoints/abort_scan". It is
	// empty if the operation is unknown.
	Operation string
	Problems  []Problem
}

// Error returns the operation and the first ten problems on one printable line of at most 2000 bytes, such as
// "POST /public_api/v1/endpoints/abort_scan: body /request_data/filters is required".
func (v *Violation) Error() string {
	shown := v.Problems[:min(len(v.Problems), maxListed)]
	message := cmp.Or(v.Operation, "unknown operation") + ": " + joined(shown)
	if more := len(v.Problems) - len(shown); more > 0 {
		message += fmt.Sprintf("; and %d more", more)
	}
	return text.Visible(message, maxErrorText)
}

// joined returns the problems in one string.
func joined(problems []Problem) string {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "; ")
}

// Problem describes one problem and its location. The strings are printable and limited in length. They can contain names
// from the message, even unknown ones, but no values.
type Problem struct {
	// In is the part of the message with the problem. For a request, it is "method", "path", "query", "header", "cookie"
	// or "body". For a response, it is "response status", "response header" or "response body".
	In string
	// Name is the name of the parameter or header, if any.
	Name string
	// Pointer is an RFC 6901 JSON Pointer, such as /request_data/filters/0/operator, into a body or into a parameter that
	// is not a scalar. It is empty if the problem concerns the whole body or parameter. A long Pointer is shortened and
	// starts with /….
	Pointer string
	// Reason completes a sentence about the location, such as "is required" or "must be an integer, not a string".
	Reason string
}

// String returns the location and the reason, such as "query fields is required" or "body /request_data must be an object,
// not null".
func (p Problem) String() string {
	parts := []string{p.In, p.Name, p.Pointer, p.Reason}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " ")
}

// report collects the problems in a message. It also collects advice if advising is set.
type report struct {
	problems, advice []Problem
	advising         bool
}

func (r *report) left() int { return maxProblems - len(r.problems) }

func (r *report) add(p Problem) {
	if r.left() > 0 {
		p.Reason = text.Visible(p.Reason, maxReason)
		r.problems = append(r.problems, p)
	}
}

// checkJSON validates a JSON text at the given location in the message.
func (r *report) checkJSON(text []byte, at Problem, s *schema.Schema, d schema.Direction) {
	value, ok, found := strictjson.Read(text, r.left())
	r.problems = append(r.problems, placed(at, found)...)
	if ok {
		r.check(value, at, s, d)
	}
}

// check validates a value at the given location in the message.
func (r *report) check(value any, at Problem, s *schema.Schema, d schema.Direction) {
	r.problems = append(r.problems, placed(at, s.Check(value, d, r.left()))...)
	if r.advising && len(r.problems) == 0 {
		r.advice = append(r.advice, placed(at, s.Advise(value, maxProblems-len(r.advice)))...)
	}
}

// placed converts the problems in a value. at is the location of the value in the message.
func placed(at Problem, found []strictjson.Problem) []Problem {
	var out []Problem
	for _, p := range found {
		at.Pointer, at.Reason = pointer(p.At), text.Visible(p.Reason, maxReason)
		out = append(out, at)
	}
	return out
}

func (r *report) violation(operation string) error {
	if len(r.problems) == 0 {
		return nil
	}
	return &Violation{Operation: operation, Problems: r.problems}
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// pointer returns a path as a JSON Pointer. It cuts off the beginning of a long pointer.
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

// givenTimes returns the reason for a value that is sent n times instead of once.
func givenTimes(n int) string { return fmt.Sprintf("must be given only once, not %d times", n) }
