// Command contract checks api/openapi.yaml before code is generated (go generate), tries and adopts operations of other
// documents (make vendor-check, make adopt), and reports changes that break callers (make contract-diff).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"

	"example.com/cortexscan/internal/tools/adopt"
	"example.com/cortexscan/internal/tools/limits"
	"example.com/cortexscan/internal/tools/trial"
)

const usage = `usage:
  make adopt DOC=FILE OPERATIONS=ID,ID,…       add operations of another OpenAPI document to api/openapi.yaml
  make vendor-check DOC=FILE [OPERATIONS=…]    try operations, by default all of them, and change nothing

FILE is OpenAPI 3.0 or 3.1, in YAML or JSON. ID is the operationId, or the method and path, such as "POST /path".
`

const contract = "api/openapi.yaml"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	args := append(os.Args[1:], "", "", "", "")
	var err error
	switch command, file := args[0], args[1]; {
	case command == "check" && file != "":
		err = check(ctx, file)
	case command == "diff" && args[3] != "":
		err = diff(ctx, file, args[2], args[3], os.Stdout)
	case command == "try" && file != "":
		err = run(ctx, file, names(args[2]), false, os.Stdout)
	case command == "adopt" && file != "":
		err = run(ctx, file, names(args[2]), true, os.Stdout)
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func names(list string) []string {
	var all []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// check is the first step of go generate. It returns an error if the generated code would not compile or would be wrong.
func check(ctx context.Context, file string) error {
	document, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	doc, err := limits.Load(ctx, document)
	if err != nil {
		return fmt.Errorf("%s: %w; to add operations of another OpenAPI 3 document, run make adopt", file, err)
	}
	list, err := limits.HandWritten(doc, ".")
	if err != nil {
		return err
	}
	list = append(list, limits.Check(doc)...)
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("generate code from %s: nothing was written, because the code would not compile, or would not do what the document describes:\n  %s", file, strings.Join(list, "\n  "))
}

// run tries operations of another document together with ours. If write is set and none of them fails, it adds them to our
// document.
func run(ctx context.Context, file string, names []string, write bool, w io.Writer) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	other, err := adopt.Read(file, content)
	if err != nil {
		return err
	}
	ours, err := os.ReadFile(contract)
	if err != nil {
		return err
	}
	reserved, err := limits.Reserved(".")
	if err != nil {
		return err
	}
	operations := other.Operations()
	if write || len(names) > 0 {
		if operations, err = other.Find(names); err != nil {
			return err
		}
	}
	if !write {
		operations = slices.DeleteFunc(operations, func(op adopt.Operation) bool {
			err := adopt.Known(ours, other, op)
			if err != nil {
				fmt.Fprintln(w, err)
			}
			return err != nil
		})
	}
	t := &tester{ours: ours, other: other, reserved: reserved, outcomes: map[string]string{}}
	possible := t.possible(ctx, operations)
	if write && len(possible) < len(operations) {
		t.table(w, operations)
		return errors.New("nothing was written, because some operations fail: remove them from OPERATIONS, or correct " + file)
	}
	result, err := adopt.Adopt(ours, other, possible, reserved)
	if err != nil {
		return err
	}
	result.Print(w)
	if len(possible) > 0 {
		if err := t.try(ctx, possible); err != nil {
			return err
		}
		fmt.Fprintln(w, "\nResults of calls through API(), with validators for requests and responses, to a server that validates them and responds as documented:")
	}
	failed := t.table(w, operations)
	switch {
	case failed > 0 && write:
		return errors.New("nothing was written, because some operations fail: remove them from OPERATIONS, or correct " + file)
	case failed > 0:
		return errors.New("some operations fail")
	case !write:
		return nil
	}
	if err := os.WriteFile(contract, result.Document, 0o600); err != nil { // keeps the file's mode
		return err
	}
	fmt.Fprintf(w, "\n%s now contains these operations. Next, run make generate, make test and make contract-diff.\n", contract)
	return nil
}

type tester struct {
	ours     []byte
	other    *adopt.Document
	reserved []string
	outcomes map[string]string // by method and path; "" means ok
}

// possible returns the operations that the generator supports. It checks each of them alone, and records why the others fail.
func (t *tester) possible(ctx context.Context, operations []adopt.Operation) []adopt.Operation {
	var possible []adopt.Operation
	for _, op := range operations {
		if reasons := t.reasons(ctx, op); len(reasons) > 0 {
			t.outcomes[op.String()] = "FAILED: " + strings.Join(reasons, "\n")
			continue
		}
		possible = append(possible, op)
	}
	return possible
}

func (t *tester) reasons(ctx context.Context, op adopt.Operation) []string {
	result, err := adopt.Adopt(t.ours, t.other, []adopt.Operation{op}, t.reserved)
	if err != nil {
		return []string{err.Error()}
	}
	doc, err := limits.Load(ctx, result.Document)
	if err != nil {
		return []string{err.Error()}
	}
	return limits.Check(doc)
}

// try tries operations together. If a step fails for all of them, it tries each half, to find the operations that fail.
func (t *tester) try(ctx context.Context, operations []adopt.Operation) error {
	result, err := adopt.Adopt(t.ours, t.other, operations, t.reserved)
	if err != nil {
		return err
	}
	results, err := trial.Try(ctx, ".", result.Document)
	failed := &trial.StepError{}
	switch {
	case errors.As(err, &failed) && len(operations) == 1:
		t.outcomes[operations[0].String()] = fmt.Sprintf("FAILED: %s: %s", failed.Step, first(failed.Output, 12))
		return nil
	case errors.As(err, &failed):
		half := len(operations) / 2
		return errors.Join(t.try(ctx, operations[:half]), t.try(ctx, operations[half:]))
	case err != nil:
		return err
	}
	for _, r := range results {
		i := slices.Index(result.Operations, r.Operation)
		if i < 0 {
			if !r.OK() {
				return fmt.Errorf("try the operations: %s, which was already in api/openapi.yaml, now fails: %s", r.Operation, r)
			}
			continue
		}
		switch {
		case r.OK():
			t.outcomes[operations[i].String()] = ""
		case r.Skip != "":
			t.outcomes[operations[i].String()] = "not tried: " + r.Skip
		default:
			t.outcomes[operations[i].String()] = "FAILED: " + r.String()
		}
	}
	return nil
}

// table prints the outcomes and returns the number of operations that failed.
func (t *tester) table(w io.Writer, operations []adopt.Operation) int {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "OPERATION\tRESULT")
	ok, untried, failed := 0, 0, 0
	for _, op := range operations {
		outcome := t.outcomes[op.String()]
		switch {
		case outcome == "":
			outcome = "ok"
			ok++
		case strings.HasPrefix(outcome, "not tried"):
			untried++
		default:
			failed++
		}
		fmt.Fprintf(out, "%s\t%s\n", op, strings.ReplaceAll(outcome, "\n", "\n\t"))
	}
	_ = out.Flush()
	fmt.Fprintf(w, "%d ok, %d not tried, %d failed\n", ok, untried, failed)
	return failed
}

func first(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	if len(all) <= lines {
		return strings.Join(all, "\n")
	}
	return strings.Join(all[:lines], "\n") + fmt.Sprintf("\n(%d of %d lines shown)", lines, len(all))
}
