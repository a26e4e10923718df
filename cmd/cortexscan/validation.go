package main

import (
	"fmt"
	"unicode/utf8"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
)

// validation is the result for one file or for all of them.
type validation struct {
	OK       bool          `json:"ok"`
	Checked  int           `json:"checked"`
	LeftOut  int           `json:"left_out"`
	Requests []requestJSON `json:"requests"`
}

type requestJSON struct {
	File      string        `json:"file"`
	Entry     int           `json:"entry"`
	Operation string        `json:"operation"`
	Problems  []problemJSON `json:"problems"`
	Warnings  []problemJSON `json:"warnings"`
}

func (v *validation) add(other *validation) {
	v.OK = v.OK && other.OK
	v.Checked += other.Checked
	v.LeftOut += other.LeftOut
	v.Requests = append(v.Requests, other.Requests...)
}

func (v *validation) print(s *session, name string, isHAR bool) {
	if isHAR {
		s.io.Printf("%s: %s, %d checked: %s\n", name, entries(v.Checked+v.LeftOut), v.Checked, v.verdict())
	} else {
		s.io.Printf("%s: %s\n", name, v.verdict())
	}
	for _, r := range v.Requests {
		if len(r.Problems)+len(r.Warnings) == 0 {
			continue
		}
		what := r.Operation
		switch {
		case what == "" && r.Problems[0].In == "request":
			what = "unreadable"
		case what == "":
			what = "unknown operation"
		}
		if isHAR {
			what = fmt.Sprintf("entry %d, %s", r.Entry, what)
		}
		s.io.Printf("  %s\n", what)
		printProblems(s, terminal.Red, "✗ ", r.Problems)
		printProblems(s, terminal.Yellow, "warning: ", r.Warnings)
	}
}

func printProblems(s *session, style terminal.Style, label string, problems []problemJSON) {
	for _, p := range problems {
		line := problemText(p)
		if s.io.OutIsTerminal {
			line = terminal.Wrap(line, 4+utf8.RuneCountInString(label))
		}
		s.io.Printf("    %s%s\n", style.Paint(s.io.OutColor(), label), line)
	}
}

func (v *validation) verdict() string {
	problems, warnings := 0, 0
	for _, r := range v.Requests {
		problems += len(r.Problems)
		warnings += len(r.Warnings)
	}
	words := "valid"
	switch {
	case v.Checked == 0:
		return "nothing to check"
	case problems > 0:
		words = count(problems, "problem")
	}
	if warnings > 0 {
		words += ", " + count(warnings, "warning")
	}
	return words
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
