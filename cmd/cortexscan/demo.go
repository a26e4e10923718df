package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:      "demo",
		Usage:     "try both operations without a tenant",
		UsageText: "cortexscan demo",
		Description: `The demo starts the sandbox, an in-memory tenant, on a free port of this
machine. It waits until a scan run finishes, cancels scans, and makes three
common mistakes. The requests, signatures and responses are real. The exit
status is 1 if a step does not behave as expected.

With --output json: {"ok", "steps": [{"title", "code", "lines"}]}.`,
		Action: action(parseNone, runDemo),
	}
}

const (
	demoRun   = 789
	demoKeyID = "17"
)

type demo struct {
	*transcript
	tenant    *sandbox.Tenant
	url       string
	key       string
	validator *api.Validator
	client    *wrapper.Client
}

func runDemo(ctx context.Context, s *session, _ none) error {
	d := &demo{transcript: &transcript{s: s}, key: rand.Text()}
	d.tenant = sandbox.New(sandbox.WithKey(demoKeyID, d.key, sandbox.Advanced))
	d.tenant.AddScanRun(demoRun, "Pending", "Pending", "Running", "Running", "Running", "Completed")
	for _, e := range []sandbox.Endpoint{
		{Hostname: "laptop-17", Platform: "windows", ScanStatus: "in_progress"},
		{Hostname: "laptop-18", Platform: "windows", ScanStatus: "pending"},
		{Hostname: "build-3", Platform: "linux", ScanStatus: "in_progress"},
	} {
		d.tenant.AddEndpoint(e)
	}
	stop, err := d.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if d.validator, err = loadValidator(); err != nil {
		return err
	}
	if d.client, err = d.connect(wrapper.AdvancedKey(demoKeyID, d.key)); err != nil {
		return fmt.Errorf("%w: %w", errFailed, err)
	}
	if !s.json {
		s.io.Textf("%s\n", terminal.Wrap("An in-memory tenant is listening on "+d.url+". It verifies signatures and keeps state. "+
			"The steps below send real requests to it.", 0, s.io.Width()))
	}
	for _, step := range []func(context.Context) error{
		d.followRun, d.abort, d.abortAgain, d.wrongKeyType, d.breakSpec,
	} {
		if err := step(ctx); err != nil {
			d.finish(false)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w: step %d did not behave as expected: %w", errFailed, len(d.steps), err)
		}
	}
	d.finish(true)
	return nil
}

func (d *demo) serve(ctx context.Context) (stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("%w: the demo cannot listen on a port of this machine: %w", errFailed, err)
	}
	d.url = "http://" + listener.Addr().String()
	server := &http.Server{Handler: d.tenant, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return func() { _ = server.Close() }, nil
}

func (d *demo) connect(cred wrapper.Credential) (*wrapper.Client, error) {
	return wrapper.New(d.url, cred, wrapper.WithRequestValidator(d.validator), wrapper.WithUserAgent("demo"))
}

func (d *demo) followRun(ctx context.Context) error {
	d.step("Wait until a scan run finishes", `client.WatchScanRun(ctx, 789, options) // Until: []string{"Completed"}`)
	var states []string
	start := time.Now()
	options := wrapper.WaitOptions{Every: 150 * time.Millisecond, Until: []string{"Completed"}}
	for status, err := range d.client.WatchScanRun(ctx, demoRun, options) {
		if err != nil {
			return err
		}
		state := status.State()
		if len(states) > 0 && states[len(states)-1] == state {
			continue
		}
		states = append(states, state)
		d.line("%4.1f s  %-9s  %s", time.Since(start).Seconds(), state, printable(status.DATA))
	}
	if got := strings.Join(states, " "); got != "Pending Running Completed" {
		return fmt.Errorf("the run went through the states %s", got)
	}
	return nil
}

func windows() wrapper.Targets { return wrapper.Matching(wrapper.Platforms("windows")) }

const windowsCode = `client.AbortScan(ctx, wrapper.Matching(wrapper.Platforms("windows")))`

func (d *demo) abort(ctx context.Context) error {
	d.step("Cancel the scans of the Windows endpoints", windowsCode)
	before := d.tenant.Endpoints()
	reply, err := d.client.AbortScan(ctx, windows())
	if err != nil {
		return err
	}
	d.line("accepted: action %s for %s endpoints", printable(string(reply.ActionID)), printable(string(reply.EndpointsCount)))
	for i, after := range d.tenant.Endpoints() {
		change := "unchanged"
		if before[i].ScanStatus != after.ScanStatus {
			change = "now " + after.ScanStatus
		}
		d.line("%-9s  %-7s  %-11s  %s", after.Hostname, after.Platform, before[i].ScanStatus, change)
		if aborted := after.ScanStatus == "aborted"; aborted != (after.Platform == "windows") {
			return fmt.Errorf("the scan of %s is now %s", after.Hostname, after.ScanStatus)
		}
	}
	if reply.EndpointsCount != "2" {
		return fmt.Errorf("the response counts %s endpoints instead of 2", printable(string(reply.EndpointsCount)))
	}
	return nil
}

func (d *demo) abortAgain(ctx context.Context) error {
	d.step("Cancel the same scans again, although they are already canceled", windowsCode)
	reply, err := d.client.AbortScan(ctx, windows())
	return d.expect(reply, err, wrapper.ErrNoEndpoints, "wrapper.ErrNoEndpoints")
}

func (d *demo) wrongKeyType(ctx context.Context) error {
	d.step("Use the Advanced key as a Standard key", "wrapper.New(url, wrapper.StandardKey(id, key))")
	client, err := d.connect(wrapper.StandardKey(demoKeyID, d.key))
	if err != nil {
		return err
	}
	status, err := client.GetScanRunStatus(ctx, demoRun)
	if err := d.expect(status, err, wrapper.ErrUnauthorized, "wrapper.ErrUnauthorized"); err != nil {
		return err
	}
	calls := d.tenant.Calls()
	last := calls[len(calls)-1]
	if last.Status != http.StatusUnauthorized || len(last.Problems) != 1 {
		return errors.New("the sandbox did not record the reason")
	}
	d.named("note", "The sandbox recorded the reason: "+last.Problems[0].String()+".")
	return nil
}

func (d *demo) breakSpec(ctx context.Context) error {
	d.step("Send a request that does not match the spec", "client.API().AbortScanWithResponse(ctx, request) // no operator, no value")
	arrived := len(d.tenant.Calls())
	result, err := d.client.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{
		Filters: []gen.EndpointFilter{{Field: "platform"}},
	}})
	var violation *api.Violation
	if result != nil || !errors.Is(err, wrapper.ErrInvalidRequest) || !errors.As(err, &violation) {
		return fmt.Errorf("want wrapper.ErrInvalidRequest, got: %w", orNone(err))
	}
	d.named("error", "The request does not match the spec.")
	for _, p := range violation.Problems {
		d.named("", p.String())
	}
	d.named("kind", "wrapper.ErrInvalidRequest")
	if n := len(d.tenant.Calls()); n != arrived {
		return errors.New("the request was sent")
	}
	d.named("note", "Nothing was sent: the sandbox received no request.")
	return nil
}

// expect checks that err is of the expected kind, and prints err.
func (d *demo) expect(result any, err, kind error, name string) error {
	if !errors.Is(err, kind) {
		return fmt.Errorf("want %s, got %v and %w", name, result, orNone(err))
	}
	f := describe(err)
	d.named("error", f.Cause)
	d.named("kind", name)
	d.named("hint", f.Hint)
	if f.Hint == "" {
		return errors.New("the error has no hint")
	}
	return nil
}

func orNone(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return err
}

// transcript prints the demo: as text after each step, or as JSON at the end.
type transcript struct {
	s     *session
	steps []stepJSON
}

type stepJSON struct {
	Title string   `json:"title"`
	Code  string   `json:"code"`
	Lines []string `json:"lines"`
}

func (t *transcript) step(title, code string) {
	t.steps = append(t.steps, stepJSON{title, code, []string{}})
	if !t.s.json {
		heading := terminal.Bold.Paint(t.s.io.OutColor(), fmt.Sprintf("%d. %s", len(t.steps), title))
		t.s.io.Textf("\n%s\n   %s\n\n", heading, terminal.Dim.Paint(t.s.io.OutColor(), code))
	}
}

func (t *transcript) line(format string, args ...any) { t.add(fmt.Sprintf(format, args...), 5) }

// named prints a labeled line of the result.
func (t *transcript) named(name, text string) { t.add(fmt.Sprintf("%-5s  %s", name, text), 12) }

func (t *transcript) add(text string, indent int) {
	last := &t.steps[len(t.steps)-1]
	last.Lines = append(last.Lines, strings.TrimSpace(text))
	if t.s.json {
		return
	}
	const margin = 5
	head, rest := text[:min(len(text), indent-margin)], text[min(len(text), indent-margin):]
	if indent+len(rest) > t.s.io.Width() { // Wrap collapses spaces
		rest = terminal.Wrap(rest, indent, t.s.io.Width())
	}
	t.s.io.Textf("%s%s%s\n", strings.Repeat(" ", margin), head, rest)
}

func (t *transcript) finish(ok bool) {
	if t.s.json {
		t.s.io.PrintJSON(struct {
			OK    bool       `json:"ok"`
			Steps []stepJSON `json:"steps"`
		}{ok, t.steps})
		return
	}
	if ok {
		t.s.io.Textf("\nAll steps behaved as expected.\n")
	}
}
