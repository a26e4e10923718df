package main

import (
	"cmp"
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
		t.Fatal("README.md does not contain the comments around the reference")
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
			t.Errorf("%s is out of date: run go test ./cmd/cortexscan -run Reference -update", name)
		}
	}
}

// document formats commands as Markdown or as a man page. The string fields are formats for [fmt.Fprintf].
type document struct {
	strings.Builder
	options, option, code, text string
	escape                      func(string) string
}

func (p *document) add(format string, parts ...any) {
	for i, part := range parts {
		parts[i] = p.escape(part.(string))
	}
	fmt.Fprintf(p, format, parts...)
}

func (p *document) addOptions(cmd *cli.Command) {
	header, category := p.options, ""
	for _, f := range cmd.VisibleFlags() {
		if f.Names()[0] == "help" {
			continue
		}
		if c := f.(cli.CategorizableFlag).GetCategory(); c != category {
			p.add(p.text, cmp.Or(c, "Options")+":")
			header, category = p.options, c
		}
		option := flagHelp(f)
		p.add(header+p.option, option[0], option[1])
		header = ""
	}
}

// addDescription treats lines that are indented by two spaces as preformatted text.
func (p *document) addDescription(cmd *cli.Command) {
	for part := range strings.SplitSeq(strings.TrimSpace(cmd.Description), "\n\n") {
		head, code, hasCode := strings.Cut("\n"+part, "\n  ")
		if head = strings.TrimPrefix(head, "\n"); hasCode && head != "" && !strings.HasSuffix(head, ":") {
			head, hasCode = part, false
		}
		if head != "" {
			p.add(p.text, head)
		}
		if hasCode {
			p.add(p.code, strings.ReplaceAll(code, "\n  ", "\n"))
		}
	}
}

func markdown(commands []*cli.Command) string {
	p := &document{options: "\n| option | meaning |\n|---|---|\n", option: "| `%s` | %s |\n", code: "\n```text\n%s\n```\n", text: "\n%s\n", escape: strings.Clone}
	for _, cmd := range commands[1:] {
		p.add("\n### cortexscan %s\n\n%s.\n"+p.code, cmd.Name, strings.ToUpper(cmd.Usage[:1])+cmd.Usage[1:], cmd.UsageText)
		p.addOptions(cmd)
		p.addDescription(cmd)
	}
	return p.String() + "\n"
}

func manPage(commands []*cli.Command) string {
	p := &document{option: ".TP\n.B %s\n%s\n", code: ".PP\n.RS 4\n.nf\n%s\n.fi\n.RE\n", text: ".PP\n%s\n", escape: roff}
	root := commands[0]
	p.add(".TH CORTEXSCAN 1\n.SH NAME\ncortexscan \\- %s\n.SH SYNOPSIS\n.nf\n%s\n.fi\n.SH DESCRIPTION\n", root.Usage, root.UsageText)
	p.addDescription(root)
	p.add(".SH GLOBAL OPTIONS\n")
	p.addOptions(root)
	p.add(".SH COMMANDS\n")
	for _, cmd := range commands[1:] {
		p.add(".SS cortexscan %s\n%s.\n.PP\n.nf\n%s\n.fi\n", cmd.Name, cmd.Usage, cmd.UsageText)
		p.addOptions(cmd)
		p.addDescription(cmd)
	}
	return p.String()
}

// roff escapes the characters that roff interprets.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "→", `\(->`, "…", "...", "\n.", "\n\\&.", "\n'", "\n\\&'").Replace("\n" + s)
	return strings.TrimPrefix(s, "\n")
}
