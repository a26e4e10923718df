package main

import (
	"context"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"github.com/urfave/cli/v3"
	"go.yaml.in/yaml/v3"
)

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"Scan is in Running state":     "Scan is in Running state",
		"\ta\r\n\u2028b\u00a0 c ":      "a b c",
		"\x1b]0;title\a\x9bred":        "]0;title\ufffdred",
		"left\u202eright\u200b\ufeff":  "leftright",
		"\xff":                         "\ufffd",
		"Größe ✓ 日本":                   "Größe ✓ 日本",
		strings.Repeat("x", maxText+9): strings.Repeat("x", maxText) + "…",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]bool{"": true, " \t": true, "\u200b\u202e": true, "\u3000": true, "x": false, "0": false} {
		if isBlank(text) != want {
			t.Errorf("isBlank(%q) is %v", text, !want)
		}
	}
}

func TestWrapped(t *testing.T) {
	text := strings.Repeat("größe ", 40) + strings.Repeat("x", 100)
	got := wrapped(text, 4)
	if strings.Join(strings.Fields(got), " ") != text {
		t.Errorf("the words are not the same: %q", got)
	}
	for i, line := range strings.Split(got, "\n") {
		n := utf8.RuneCountInString(line)
		if i == 0 {
			n += 4
		} else if !strings.HasPrefix(line, "    ") {
			t.Errorf("line %d is not indented", i)
		}
		if n > width && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("line %d has %d characters", i, n)
		}
	}
}

// tree is every command, ready to be asked for its help.
func tree(t *testing.T) []*cli.Command {
	t.Helper()
	root := newRoot(new(error))
	root.Writer = writerFunc(func(p []byte) (int, error) { return len(p), nil })
	if err := root.Run(context.Background(), []string{"cortexscan", "--help"}); err != nil {
		t.Fatal(err)
	}
	return append([]*cli.Command{root}, root.Commands...)
}

func TestHelpFitsATerminal(t *testing.T) {
	for _, cmd := range tree(t) {
		for line := range strings.Lines(helpText(cmd)) {
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > 80 {
				t.Errorf("%s: too wide: %q", cmd.Name, line)
			}
		}
	}
}

// What the help speaks of exists.
func TestHelpNamesFlagsThatExist(t *testing.T) {
	commands := tree(t)
	known := map[string]bool{}
	for _, cmd := range commands {
		for _, f := range cmd.VisibleFlags() {
			for _, name := range f.Names() {
				known["--"+name] = true
			}
		}
	}
	for _, cmd := range commands {
		for _, flag := range regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(cmd.Description, -1) {
			if !known[flag] {
				t.Errorf("%s: there is no %s", cmd.Name, flag)
			}
		}
	}
}

func TestSpecAsJSONIsTheSameDocument(t *testing.T) {
	converted, err := yamlToJSON(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(converted, &got); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(api.Document(), &want); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the JSON is another document")
	}
	order := []string{`"openapi"`, `"info"`, `"servers"`, `"paths"`, `"components"`}
	at := 0
	for _, name := range order {
		i := strings.Index(string(converted[at:]), "\n  "+name)
		if i < 0 {
			t.Fatalf("%s is not where the YAML has it", name)
		}
		at += i
	}
}

func TestYAMLToJSON(t *testing.T) {
	for text, want := range map[string]string{
		"{b: 1, a: '1', 200: x}":         `{"b":1,"a":"1","200":"x"}`,
		"[~, true, 1.5, 22519813685366]": `[null,true,1.5,22519813685366]`,
		"{a: &x [<>], b: *x}":            `{"a":["<>"],"b":["<>"]}`,
		"{}":                             `{}`,
		"{a: [], b: ''}":                 `{"a":[],"b":""}`,
	} {
		got, err := yamlToJSON([]byte(text))
		if compact := strings.NewReplacer("\n", "", " ", "").Replace(string(got)); err != nil || compact != want {
			t.Errorf("%s: got %s, %v", text, compact, err)
		}
	}
}

// The transcript is what a newcomer sees first.
func TestDemoFitsATerminal(t *testing.T) {
	c := newTrial(t, "demo")
	c.run(t, t.Context(), exitDone)
	for line := range strings.Lines(c.stdout.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d characters: %q", n, line)
		}
	}
}

func TestDemoInterrupted(t *testing.T) {
	c := newTrial(t, "demo")
	ctx, cancel := context.WithCancel(t.Context())
	c.env.stdout = writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), "Running") {
			cancel()
		}
		return c.stdout.Write(p)
	})
	c.run(t, ctx, exitInterrupted)
	if strings.Contains(c.stdout.String(), "as it should") {
		t.Error("it claims to have come to its end")
	}
}
