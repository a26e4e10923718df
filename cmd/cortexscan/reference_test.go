package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"
)

var update = flag.Bool("update", false, "write the reference in README.md and the man page")

func TestReferenceIsCurrent(t *testing.T) {
	const begin, end = "<!-- reference: go test ./cmd/cortexscan -run Reference -update -->\n", "<!-- end of reference -->\n"
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has no place for the reference")
	}
	commands := slices.DeleteFunc(tree(t), func(c *cli.Command) bool { return c.Name == "help" })
	for name, want := range map[string]string{
		"README.md":    before + begin + markdown(commands) + end + after,
		"cortexscan.1": manPage(commands),
	} {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s differs from the commands: run go test ./cmd/cortexscan -run Reference -update", name)
		}
	}
}

// block is a part of a description: a paragraph, or preformatted lines.
type block struct {
	text string
	code bool
}

func blocks(cmd *cli.Command) (list []block) {
	for part := range strings.SplitSeq(strings.TrimSpace(cmd.Description), "\n\n") {
		head, lines, hasLines := strings.Cut(part, "\n  ")
		switch {
		case strings.HasPrefix(part, "  "):
			list = append(list, block{strings.ReplaceAll(part[2:], "\n  ", "\n"), true})
		case hasLines && strings.HasSuffix(head, ":"):
			list = append(list, block{head, false}, block{strings.ReplaceAll(lines, "\n  ", "\n"), true})
		default:
			list = append(list, block{part, false})
		}
	}
	return list
}

func options(cmd *cli.Command) (list [][2]string) {
	for _, f := range cmd.VisibleFlags() {
		if f.Names()[0] != "help" {
			list = append(list, flagHelp(f))
		}
	}
	return list
}

func markdown(commands []*cli.Command) string {
	var b strings.Builder
	for _, cmd := range commands[1:] {
		fmt.Fprintf(&b, "\n### cortexscan %s\n\n%s.\n\n```text\n%s\n```\n", cmd.Name, strings.ToUpper(cmd.Usage[:1])+cmd.Usage[1:], cmd.UsageText)
		if list := options(cmd); list != nil {
			fmt.Fprint(&b, "\n| option | meaning |\n|---|---|\n")
			for _, option := range list {
				fmt.Fprintf(&b, "| `%s` | %s |\n", option[0], option[1])
			}
		}
		for _, block := range blocks(cmd) {
			switch {
			case block.text == "":
			case block.code:
				fmt.Fprintf(&b, "\n```text\n%s\n```\n", block.text)
			default:
				fmt.Fprintf(&b, "\n%s\n", block.text)
			}
		}
	}
	return b.String() + "\n"
}

func manPage(commands []*cli.Command) string {
	var b strings.Builder
	root := commands[0]
	fmt.Fprintf(&b, ".TH CORTEXSCAN 1\n.SH NAME\ncortexscan \\- %s\n", roff(root.Usage))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.nf\n%s\n.fi\n.SH DESCRIPTION\n%s", roff(root.UsageText), manBlocks(root))
	b.WriteString(".SH GLOBAL OPTIONS\n" + manOptions(root) + ".SH COMMANDS\n")
	for _, cmd := range commands[1:] {
		fmt.Fprintf(&b, ".SS cortexscan %s\n%s.\n.PP\n.nf\n%s\n.fi\n", cmd.Name, roff(cmd.Usage), roff(cmd.UsageText))
		b.WriteString(manOptions(cmd) + manBlocks(cmd))
	}
	return b.String()
}

func manOptions(cmd *cli.Command) string {
	var b strings.Builder
	for _, option := range options(cmd) {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(option[0]), roff(option[1]))
	}
	return b.String()
}

func manBlocks(cmd *cli.Command) string {
	var b strings.Builder
	for _, block := range blocks(cmd) {
		switch {
		case block.text == "":
		case block.code:
			fmt.Fprintf(&b, ".PP\n.RS 4\n.nf\n%s\n.fi\n.RE\n", roff(block.text))
		default:
			fmt.Fprintf(&b, ".PP\n%s\n", roff(block.text))
		}
	}
	return b.String()
}

// roff escapes characters that man pages interpret.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "→", `\(->`, "…", "...").Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
