// Command vendorcheck tries a document before anybody adopts it. See make vendor-check.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"

	"example.com/cortexscan/tests/contract/generator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) //nolint:forbidigo // the program's own
	defer stop()
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: make vendor-check DOC=file (an OpenAPI 3.0 document, YAML or JSON)")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file string, w io.Writer) error {
	other, err := os.ReadFile(file) // #nosec G304 -- the user names it
	if err != nil {
		return err
	}
	ours, err := os.ReadFile("api/openapi.yaml")
	if err != nil {
		return err
	}
	merged, kept, err := generator.Merge(ours, other)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "kept", kept)
	results, err := generator.Try(ctx, ".", merged)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	failed := 0
	for _, r := range results {
		verdict := "ok"
		switch {
		case r.Skip != "":
			verdict = "not tried: " + r.Skip
		case !r.OK():
			verdict = strings.TrimSpace(r.Call + " " + r.Serve)
			failed++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.Operation, r.ID, verdict)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return errors.New("some operations failed")
	}
	return nil
}
