package envelope

import (
	"encoding/json"
	"math"
	"strings"

	"example.com/cortexscan/internal/text"
)

// Bounds of the texts, in bytes.
const (
	maxMessage = 1 << 10 // of an extra, too
	maxField   = 256
	maxCode    = 128
)

// Error is what an error body says. Every text in it is one printable line, bounded, without credentials.
type Error struct {
	Code, Message string
	Details       []Detail // at most 100
	Extra         string   // what is said beyond the message in another form than details
	Line, Column  int      // where in the request the service met the problem; 0: unknown
	// IsError reports that the body is an envelope of the platform that says what went wrong. That includes one with a
	// code such as 200 or "SUCCESS": with HasActionID set nobody can tell which of the two to believe.
	IsError bool
	// NoEndpoints reports that the message, before it was shortened, says that no endpoint matched.
	NoEndpoints bool
	// HasActionID reports that an action_id stands beside the error: the request may have been executed all the same.
	HasActionID bool
}

// Detail is what is wrong with one field.
type Detail struct{ Field, Message string }

// String returns "field: message".
func (d Detail) String() string {
	if d.Field == "" || d.Message == "" {
		return d.Field + d.Message
	}
	return d.Field + ": " + d.Message
}

// noEndpoints is how the service says that no endpoint matched, at the end of a longer message (seen on sibling
// operations of abort_scan).
const noEndpoints = "no endpoint was found for creating the requested action"

// parser collects what a body says.
type parser struct {
	Error
	redact func(string) string
}

// text returns s as it may be shown, in at most limit bytes.
func (p *parser) text(s string, limit int) string { return text.Printable(p.whole(s), limit) }

// whole returns s as it may be shown, uncut.
func (p *parser) whole(s string) string { return p.redact(text.Printable(s, math.MaxInt)) }

// message takes the whole message. The service passes on what its query parser says, which is JSON text itself.
func (p *parser) message(s string) {
	var located struct {
		Line, Column int
		Message      *string
	}
	if strings.HasPrefix(strings.TrimSpace(s), "{") && json.Unmarshal([]byte(s), &located) == nil && located.Message != nil {
		s, p.Line, p.Column = *located.Message, located.Line, located.Column
	}
	s = p.whole(s)
	p.NoEndpoints = p.NoEndpoints || strings.Contains(strings.ToLower(s), noEndpoints)
	p.Message = text.Printable(s, maxMessage)
}
