package main

import (
	"fmt"
	"strings"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
)

// transcript prints the demo: in text step by step, in JSON at the end.
type transcript struct {
	s     *session
	steps []stepJSON
}

type stepJSON struct {
	Title string   `json:"title"`
	Code  string   `json:"code"`
	Lines []string `json:"lines"`
}

// say is a paragraph outside the steps.
func (t *transcript) say(format string, args ...any) {
	if !t.s.json {
		t.s.io.Printf("%s\n", terminal.Wrap(fmt.Sprintf(format, args...), 0))
	}
}

func (t *transcript) step(title string) {
	t.steps = append(t.steps, stepJSON{Title: title, Lines: []string{}})
	if !t.s.json {
		t.s.io.Printf("\n%s\n", terminal.Bold.Paint(t.s.io.OutColor(), fmt.Sprintf("%d. %s", len(t.steps), title)))
	}
}

// code is the call of the step, in Go.
func (t *transcript) code(format string, args ...any) {
	code := fmt.Sprintf(format, args...)
	t.steps[len(t.steps)-1].Code = code
	if !t.s.json {
		t.s.io.Printf("   %s\n\n", terminal.Dim.Paint(t.s.io.OutColor(), code))
	}
}

// line is a line of the result.
func (t *transcript) line(format string, args ...any) { t.add(fmt.Sprintf(format, args...), 5) }

// named is a labeled line of the result.
func (t *transcript) named(name, text string) { t.add(fmt.Sprintf("%-5s  %s", name, text), 12) }

func (t *transcript) add(text string, indent int) {
	last := &t.steps[len(t.steps)-1]
	last.Lines = append(last.Lines, strings.TrimSpace(text))
	if t.s.json {
		return
	}
	const margin = 5
	head, rest := text[:min(len(text), indent-margin)], text[min(len(text), indent-margin):]
	t.s.io.Printf("%s%s%s\n", strings.Repeat(" ", margin), head, wrappedLine(rest, indent))
}

// wrappedLine leaves a line that fits as it is, with its columns.
func wrappedLine(text string, indent int) string {
	if indent+len(text) <= terminal.Width {
		return text
	}
	return terminal.Wrap(text, indent)
}

func (t *transcript) finish(ok bool) {
	if t.s.json {
		t.s.io.PrintJSON(struct {
			OK    bool       `json:"ok"`
			Steps []stepJSON `json:"steps"`
		}{ok, t.steps})
		return
	}
	if ok {
		t.s.io.Printf("\nAll steps behaved as expected.\n")
	}
}
