package repo_test

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	used   = regexp.MustCompile(`uses: *(.*)`)
	pinned = regexp.MustCompile(`^\./|^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
)

// A tag can move, so workflows must name the commit of each action, and the release in a comment.
func TestActionsArePinned(t *testing.T) {
	actions := 0
	for _, file := range find(t, ".github/workflows/*.yml") {
		for _, m := range used.FindAllStringSubmatch(readFile(t, root+"/"+file), -1) {
			if actions++; !pinned.MatchString(strings.TrimSpace(m[1])) {
				t.Errorf("%s uses %s: name the commit, and the release in a comment", file, m[1])
			}
		}
	}
	if actions == 0 {
		t.Error("no action was found")
	}
}

func TestMakefileAndDependabotListEveryModule(t *testing.T) {
	makefile, dependabot := readFile(t, root+"/Makefile"), readFile(t, root+"/.github/dependabot.yml")
	modules := find(t, "go.mod")
	for _, name := range modules {
		folder := path.Dir(name)
		if !regexp.MustCompile(`(?m)^MODULES *=.* ` + regexp.QuoteMeta(folder) + `( |$)`).MatchString(makefile) {
			t.Errorf("the Makefile does not list the module %s", folder)
		}
		if !regexp.MustCompile(`directories: \[(.*, )?` + regexp.QuoteMeta(path.Clean("/"+folder)) + `[,\]]`).MatchString(dependabot) {
			t.Errorf("dependabot.yml does not list the module %s", folder)
		}
	}
	if len(modules) < 2 {
		t.Errorf("found only the modules %q", modules)
	}
}

func TestWrapperContainsNoPathsOfTheAPI(t *testing.T) {
	files := 0
	for _, file := range append(find(t, "wrapper/*.go"), find(t, "wrapper/internal/*/*.go")...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		files++
		for line := range strings.Lines(readFile(t, root+"/"+file)) {
			if code, _, _ := strings.Cut(line, "//"); strings.Contains(code, "public_api") {
				t.Errorf("%s contains a path of the API: %s", file, line)
			}
		}
	}
	if files < 10 {
		t.Errorf("found only %d files", files)
	}
}
