package main

import (
	"fmt"
	"io"
	"strings"

	"example.com/cortexscan/tests/bench"
)

func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// print writes the table as Markdown, which is readable as it stands.
func (t *table) print(w io.Writer) {
	lines := [][]string{append([]string{"", "hand"}, columns...), {"---", "---:"}}
	for range columns {
		lines[1] = append(lines[1], "---:")
	}
	for _, r := range t.rows {
		line := []string{r.name, r.hand}
		for _, who := range columns {
			line = append(line, r.text(who))
			f, measured := r.figures[who]
			if measured && targets[cell{r.name, who}].missedBy(f.value) {
				t.missed++
			}
		}
		lines = append(lines, line)
		t.behindResty(r)
	}
	widths := make([]int, len(columns)+2)
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], len([]rune(text)))
		}
	}
	for _, line := range lines {
		for i, text := range line {
			pad := strings.Repeat(" ", widths[i]-len([]rune(text)))
			if i == 0 {
				fmt.Fprintf(w, "| %s%s ", text, pad)
			} else {
				fmt.Fprintf(w, "| %s%s ", pad, text)
			}
		}
		fmt.Fprintln(w, "|")
	}
	fmt.Fprintln(w)
	for _, note := range t.notes {
		fmt.Fprintln(w, note)
	}
	if t.missed == 0 {
		fmt.Fprintln(w, "Every target is reached.")
	} else {
		fmt.Fprintf(w, "%d targets are missed; figures marked with ! in the table.\n", t.missed)
	}
}

// behindResty: whatever the case, ours has to be ahead of resty.
func (t *table) behindResty(r row) {
	ours, resty := r.figures[bench.Ours], r.figures[bench.Resty]
	behind := ours.value >= resty.value
	if strings.HasSuffix(r.name, "throughput") {
		behind = ours.value <= resty.value
	}
	if strings.HasSuffix(r.name, "allocations") || !behind {
		return
	}
	t.missed++
	t.note("%s: ours (%.2f) is not ahead of resty (%.2f).", r.name, ours.value, resty.value)
}

// text is a figure with its quartiles and its target.
func (r row) text(who string) string {
	f, measured := r.figures[who]
	if !measured {
		return ""
	}
	text := fmt.Sprintf("%.2f", f.value)
	if strings.HasSuffix(r.name, "allocations") {
		text = fmt.Sprint(f.value)
	}
	if f.high > 0 && who != bench.Bare {
		text += fmt.Sprintf(" (%.2f–%.2f)", f.low, f.high)
	}
	wanted := targets[cell{r.name, who}]
	switch {
	case wanted.limit == 0:
		return text
	case wanted.atLeast:
		text += fmt.Sprintf(" ≥ %v", wanted.limit)
	default:
		text += fmt.Sprintf(" ≤ %v", wanted.limit)
	}
	if wanted.missedBy(f.value) {
		text += " !"
	}
	return text
}
