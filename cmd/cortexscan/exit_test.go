package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The page for scripts and the help list every exit status, the page every kind beside its status.
func TestExitStatusIsDocumented(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // by the status
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			rows[strings.TrimSpace(cells[1])] = cells[3]
		}
	}
	documented := func(name string, exit int) {
		t.Helper()
		if !strings.Contains(rows[strconv.Itoa(exit)], "`"+name+"`") {
			t.Errorf("README.md: %s is not in the row of exit status %d", name, exit)
		}
		if !strings.Contains(about, fmt.Sprintf("\n  %d  ", exit)) {
			t.Errorf("the help does not list exit status %d", exit)
		}
	}
	for _, k := range kinds {
		if !errors.Is(k.err, errProblems) { // whose error is the result itself
			documented(k.name, k.exit)
		}
	}
	documented("network", exitNetwork)
}
