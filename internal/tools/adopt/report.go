package adopt

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// The groups of a report, in the order in which they are printed.
const (
	added      = "added"
	renamed    = "renamed"
	repaired   = "repaired"
	notChecked = "not checked"
	leftOut    = "left out"
)

type report struct {
	notes []*note
}

type note struct {
	group, what string
	places      []string // JSON pointers into the other document
}

func (r *report) add(group, what, place string) {
	i := slices.IndexFunc(r.notes, func(n *note) bool { return n.group == group && n.what == what })
	if i < 0 {
		i = len(r.notes)
		r.notes = append(r.notes, &note{group: group, what: what})
	}
	if n := r.notes[i]; place != "" && !slices.Contains(n.places, place) {
		n.places = append(n.places, place)
	}
}

const maxPlaces = 3 // printed per note

func (r *report) print(w io.Writer) {
	for _, group := range []string{added, renamed, repaired, notChecked, leftOut} {
		title := group
		for _, n := range r.notes {
			if n.group != group {
				continue
			}
			line := n.what
			if len(n.places) > 1 {
				line += fmt.Sprintf(": %d places", len(n.places))
			}
			fmt.Fprintf(w, "%-12s %s\n", title, line)
			title = ""
			for _, place := range n.places[:min(maxPlaces, len(n.places))] {
				fmt.Fprintf(w, "%-12s   %s\n", "", place)
			}
			if more := len(n.places) - maxPlaces; more > 0 {
				fmt.Fprintf(w, "%-12s   and %d more\n", "", more)
			}
		}
	}
}

// pointer appends a step to a JSON pointer.
func pointer(at, step string) string {
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
}
