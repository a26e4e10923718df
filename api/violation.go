package api

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

const (
	maxProblems  = 100  // kept in one Violation
	maxListed    = 10   // of them, printed by Error
	maxErrorText = 2000 // runes of Error
	maxName      = 64   // runes of a name that came with the request
	maxPointer   = 512  // bytes of a Pointer
)

// Violation says that a request or a response is not what the contract describes. It holds every problem that
// was found, at most 100, and never a value out of the message, which could be a secret.
type Violation struct {
	// Operation is the method and the path as the contract writes it, "POST /public_api/v1/endpoints/abort_scan".
	// It is empty where the request is none of the contract's operations.
	Operation string
	Problems  []Problem
}

// Error lists the first ten problems on one line of at most 2000 characters.
func (v *Violation) Error() string {
	var b strings.Builder
	if v.Operation == "" {
		b.WriteString("the request is not in the contract: ")
	} else {
		b.WriteString(v.Operation + " does not match the contract: ")
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
	return clean(b.String(), maxErrorText)
}

// Problem is one thing that is wrong, and where. Its texts are clean (valid UTF-8 without control or format
// characters) and bounded. They carry names, also those that the sender made up, but no values.
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

// String gives the place and the reason: "query fields is required", "body /request_data must be an object, not null".
func (p Problem) String() string {
	parts := make([]string, 0, 4)
	for _, part := range []string{p.In, p.Name, p.Pointer, p.Reason} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// report collects the problems of one message.
type report struct{ problems []Problem }

func (r *report) add(p Problem) {
	if !r.full() {
		r.problems = append(r.problems, p)
	}
}

func (r *report) full() bool { return len(r.problems) >= maxProblems }

// violation returns nil, and not a nil *Violation, where there is no problem.
func (r *report) violation(operation string) error {
	if len(r.problems) == 0 {
		return nil
	}
	return &Violation{Operation: operation, Problems: r.problems}
}

// pointer is the place inside a JSON value, from the outermost step.
type pointer []step

// step goes to a member by its name, or to an item by its index.
type step struct {
	name  string
	index int // -1 for a member
}

func member(name string) step { return step{name: name, index: -1} }
func item(index int) step     { return step{index: index} }

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

func (p pointer) String() string {
	from, size := len(p), 0
	for from > 0 {
		size += len(p[from-1].String())
		if size > maxPointer {
			break
		}
		from--
	}
	var b strings.Builder
	if from > 0 {
		b.WriteString("/…")
	}
	for _, s := range p[from:] {
		b.WriteString(s.String())
	}
	return b.String()
}

func (s step) String() string {
	if s.index >= 0 {
		return "/" + strconv.Itoa(s.index)
	}
	return "/" + escapePointer.Replace(clean(s.name, maxName))
}

// clean makes text that came from outside safe to print: what cannot be printed becomes U+FFFD, and what is
// longer than limit runes is cut.
func clean(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == limit {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) {
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
