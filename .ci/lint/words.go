package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/golangci/misspell"
)

// vocabulary maps patterns of discouraged words to replacements.
var vocabulary = map[string]string{
	`([Aa]n|[Nn]o|[Ee]ach|[Ee]very) answers?`: "response",
	`[Aa]nybody`:      "a user",
	`for good`:        "permanently",
	`for want of`:     "without, or because there is no",
	`in silence`:      "silently",
	`mend(s|ed|ing)?`: "fix",
	`speaks? of`:      "describe or mention",
}

// checkWords prints the misspellings and discouraged words in the files that git tracks, and returns false if there are any.
func checkWords() bool {
	out, err := exec.Command("git", "ls-files", "-z", "--", "*.go", "*.md", "*.yaml", "*.yml", "*.html", "*.js", "Makefile", ".ci").Output()
	check(err)
	spelling := misspell.New()
	spelling.AddRuleList(misspell.DictAmerican)
	spelling.RemoveRule([]string{"licence", "nmae", "requried"}) // these misspellings occur in test input
	spelling.Compile()
	replaced := map[*regexp.Regexp]string{}
	for word, better := range vocabulary {
		replaced[regexp.MustCompile(`\b`+word+`\b`)] = better
	}
	good := true
	for file := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if strings.HasSuffix(file, ".gen.go") || strings.HasPrefix(file, ".ci/lint/") || strings.Contains(file, "testdata/") || strings.HasPrefix(file, ".ci/baseline/") || filepath.Base(file) == "CHANGELOG.md" {
			continue
		}
		content, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		check(err)
		_, diffs := spelling.Replace(string(content))
		for _, d := range diffs {
			good = false
			fmt.Printf("%s:%d:%d: %q is a misspelling of %q\n", file, d.Line, d.Column+1, d.Original, d.Corrected)
		}
		n := 0
		for line := range strings.Lines(string(content)) {
			n++
			for pattern, better := range replaced {
				if at := pattern.FindStringIndex(line); at != nil {
					good = false
					fmt.Printf("%s:%d:%d: write %q instead of %q\n", file, n, at[0]+1, better, line[at[0]:at[1]])
				}
			}
		}
	}
	return good
}
