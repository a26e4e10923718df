package main

import (
	"fmt"
	"io"
	"strings"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"github.com/urfave/cli/v3"
)

// widthKey is the key for the terminal's width in the root command's metadata.
const widthKey = "width"

// Replace the library's help, which is wider than a terminal. The library supports this only through global variables.
func init() {
	cli.UsageCommandHelp = "show help for a command"
	cli.HelpPrinter = func(w io.Writer, _ string, data any) {
		if cmd, ok := data.(*cli.Command); ok {
			width, _ := cmd.Root().Metadata[widthKey].(int)
			_, _ = io.WriteString(w, helpText(cmd, width))
		}
	}
}

func helpText(cmd *cli.Command, width int) string {
	var b strings.Builder
	introduction, rest := splitDescription(cmd)
	fmt.Fprintf(&b, "%s - %s\n%s\nUsage:\n  %s\n", cmd.FullName(), cmd.Usage, introduction, strings.ReplaceAll(cmd.UsageText, "\n", "\n  "))

	var list [][2]string
	for _, sub := range cmd.VisibleCommands() {
		list = append(list, [2]string{sub.Name, sub.Usage})
	}
	writeSection(&b, width, "Commands", list)

	var order []string
	sections := map[string][][2]string{}
	for _, f := range cmd.VisibleFlags() {
		title := "Options"
		if c, ok := f.(cli.CategorizableFlag); ok && c.GetCategory() != "" {
			title = c.GetCategory()
		}
		if sections[title] == nil {
			order = append(order, title)
		}
		sections[title] = append(sections[title], flagHelp(f))
	}
	for _, title := range order {
		writeSection(&b, width, title, sections[title])
	}
	if cmd.Root() != cmd {
		var global [][2]string
		for _, f := range cmd.VisiblePersistentFlags() {
			global = append(global, flagHelp(f))
		}
		writeSection(&b, width, "Global options", global)
	}
	if rest != "" {
		fmt.Fprintf(&b, "\n%s\n", rest)
	}
	if width < terminal.DefaultWidth { // descriptions fit the default width
		return terminal.Fit(b.String(), width)
	}
	return b.String()
}

// splitDescription splits the description of a command. The help shows the introduction before the options, and the
// rest (JSON and examples) after the options. The root command has no introduction.
func splitDescription(cmd *cli.Command) (introduction, rest string) {
	if cmd.Root() == cmd {
		return "", cmd.Description
	}
	at := len(cmd.Description)
	for _, heading := range []string{"With --output json", "Examples:"} {
		if i := strings.Index(cmd.Description, heading); i >= 0 {
			at = min(at, i)
		}
	}
	if introduction = strings.TrimSpace(cmd.Description[:at]); introduction != "" {
		introduction = "\n" + introduction + "\n"
	}
	return introduction, cmd.Description[at:]
}

// writeSection writes names and their meanings in two columns, or in one column on a narrow terminal.
func writeSection(b *strings.Builder, width int, title string, list [][2]string) {
	if len(list) == 0 {
		return
	}
	longest := 0
	for _, entry := range list {
		longest = max(longest, len(entry[0]))
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for _, entry := range list {
		if longest+4 > width/2 {
			fmt.Fprintf(b, "  %s\n      %s\n", entry[0], terminal.Wrap(entry[1], 6, width))
			continue
		}
		fmt.Fprintf(b, "  %-*s  %s\n", longest, entry[0], terminal.Wrap(entry[1], longest+4, width))
	}
}

// flagHelp returns a flag's names and placeholder, and its usage.
func flagHelp(f cli.Flag) [2]string {
	var names []string
	for _, n := range f.Names() {
		names = append(names, dashed(n))
	}
	name := strings.Join(names, ", ")
	value, usage := flagUsage(f)
	if value != "" {
		name += " " + value
	}
	return [2]string{name, usage}
}

// flagUsage returns a flag's usage text with the backquotes removed. value is the placeholder that was between them,
// such as FILE.
func flagUsage(f cli.Flag) (value, usage string) {
	usage = f.(cli.DocGenerationFlag).GetUsage()
	_, rest, _ := strings.Cut(usage, "`")
	value, _, _ = strings.Cut(rest, "`")
	return value, strings.ReplaceAll(usage, "`", "")
}
