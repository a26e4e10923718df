// Command contract checks api/openapi.yaml before code is generated (go generate), and tries other documents (make
// vendor-check).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"

	"example.com/cortexscan/internal/tools/limits"
	"example.com/cortexscan/internal/tools/trial"
)

const usage = `usage: make vendor-check DOC=FILE

Tries an OpenAPI 3.0 document, YAML or JSON, together with api/openapi.yaml. Nothing in the repository changes.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	onlyLimits := flag.Bool("limits", false, "only report what the generator cannot do")
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flag.Parse()
	if flag.NArg() != 1 || flag.Arg(0) == "" {
		flag.Usage()
		os.Exit(2)
	}
	run := vendorCheck
	if *onlyLimits {
		run = check
	}
	if err := run(ctx, flag.Arg(0), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// check is the first step of go generate: the reason in words, before code is written that does not compile.
func check(ctx context.Context, file string, _ io.Writer) error {
	document, err := os.ReadFile(file) // #nosec G304 -- the user names it
	if err != nil {
		return err
	}
	doc, err := limits.Load(ctx, document)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	list, err := limits.HandWritten(doc, ".")
	if err != nil {
		return err
	}
	list = append(list, limits.Check(doc)...)
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("%s: nothing was generated, because the code would not compile or would not do what the document says:\n  %s", file, strings.Join(list, "\n  "))
}

func vendorCheck(ctx context.Context, file string, w io.Writer) error {
	document, err := together(file, w)
	if err != nil {
		return err
	}
	doc, err := limits.Load(ctx, document)
	if err != nil {
		return step(w, "load", err)
	}
	pass(w, "load", "")
	hand, err := limits.HandWritten(doc, ".")
	if err != nil {
		return err
	}
	beforehand := append(hand, limits.Check(doc)...)
	if len(beforehand) > 0 {
		pass(w, "limits", "what does not fit, or what the generator cannot do:\n    "+strings.Join(beforehand, "\n    "))
	} else {
		pass(w, "limits", "")
	}
	results, err := trial.Try(ctx, ".", document)
	failed := &trial.StepError{}
	if errors.As(err, &failed) {
		return step(w, failed.Step, errors.New(first(failed.Output, 12)))
	} else if err != nil {
		return err
	}
	pass(w, "generate, compile", "")
	return table(w, results)
}

// together returns our document with the file's operations added.
func together(file string, w io.Writer) ([]byte, error) {
	document, err := os.ReadFile(file) // #nosec G304 -- the user names it
	if err != nil {
		return nil, err
	}
	ours, err := os.ReadFile("api/openapi.yaml")
	if err != nil {
		return nil, err
	}
	merged, kept, err := trial.Merge(ours, document)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "%s is tried together with api/openapi.yaml\n", file)
	for _, operation := range kept {
		fmt.Fprintf(w, "  %s is in both: ours is tried\n", operation)
	}
	return merged, nil
}

func pass(w io.Writer, name, note string) {
	if note == "" {
		note = "ok"
	}
	fmt.Fprintf(w, "%-18s %s\n", name, note)
}

func step(w io.Writer, name string, err error) error {
	fmt.Fprintf(w, "%-18s FAILED\n    %s\n", name, strings.ReplaceAll(err.Error(), "\n", "\n    "))
	return fmt.Errorf("the document cannot be used: it fails at the step %s", name)
}

func first(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	if len(all) <= lines {
		return strings.Join(all, "\n")
	}
	return strings.Join(all[:lines], "\n") + fmt.Sprintf("\n… and %d lines more", len(all)-lines)
}

func table(w io.Writer, results []trial.Result) error {
	fmt.Fprintln(w, "\nEach operation is called through API(), with validators on both sides, and then served by the sandbox.")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "OPERATION\tRESULT")
	ok, untried, failed := 0, 0, 0
	for _, r := range results {
		verdict := "ok"
		switch {
		case r.OK():
			ok++
		case r.Skip != "":
			untried++
			verdict = "not tried: " + r.Skip
		case r.Call != "":
			failed++
			verdict = "FAILED: called " + r.Call
		default:
			failed++
			verdict = "FAILED: served by the sandbox: " + r.Serve
		}
		fmt.Fprintf(t, "%s\t%s\n", r.Operation, verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d operations: %d ok, %d not tried, %d failed\n", len(results), ok, untried, failed)
	if failed > 0 {
		return errors.New("some operations fail")
	}
	return nil
}
