package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"os/signal"
	"strings"
	"syscall"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func abortCommand() *cli.Command {
	return &cli.Command{
		Name:      "abort",
		Usage:     "cancel scans of endpoints",
		UsageText: "cortexscan abort FILTER... [OPTIONS]\ncortexscan abort --all [OPTIONS]",
		Flags: append(append(targetFlags(),
			&cli.StringFlag{Name: "incident", OnlyOnce: true,
				Usage: "show the action in the timeline of the incident with this `ID`"},
			&cli.BoolFlag{Name: "dry-run",
				Usage: "print the request without sending it; needs no API key"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"},
				Usage: "do not ask for confirmation; required if standard input is not a terminal"},
			&cli.StringFlag{Name: "confirm-tenant", OnlyOnce: true,
				Usage: "continue only if `HOST` is the tenant's host; required for --all with --yes"},
		), connectionFlags()...),
		Description: `Cancel the scans that are pending or in progress on the endpoints that match
every filter. Success means that the service accepted the request; the scans may
still be running. Follow the action in the console under Response → Action
Center.

To give more than one value, repeat the flag or separate the values with commas.
In --group, --alias, --username and --distribution, a comma is part of the name.
Names match exactly; there are no wildcards. A blank value is an error, because
it often comes from an unset variable. Filters that do not exclude any endpoint
are treated like --all: with --yes, they also need --confirm-tenant.

In a FILE, blank lines and lines that begin with # are skipped. A TIME is a
timestamp (2026-11-22T21:00:00Z), a date (2026-11-22, midnight local time) or a
duration before now (90m, 24h, 7d).

With --output json: {"tenant", "action_id", "status", "endpoints_count"}, all
strings. With --dry-run: {"tenant", "method", "url", "headers", "body"}. If
there are warnings, both objects also contain "warnings", a list of strings.

Examples:
  cortexscan abort --hostname laptop-17,laptop-18
  cortexscan abort --hostname-file hosts.txt
  cortexscan abort --platform windows --seen-since 7d --incident 4711
  cortexscan abort --group "Finance, Berlin" --yes --output json
  cortexscan abort --all --yes --confirm-tenant acme.xdr.us.paloaltonetworks.com
  cortexscan abort --hostname laptop-17 --dry-run | cortexscan validate`,
		Action: action(parseAbort, runAbort),
	}
}

type abortOptions struct {
	*connection
	*targets
	incident      string
	confirmTenant string
	dryRun, yes   bool
}

func parseAbort(s *session, cmd *cli.Command) (o abortOptions, err error) {
	if err := noArguments(cmd); err != nil {
		return o, err
	}
	o.dryRun, o.yes = cmd.Bool("dry-run"), cmd.Bool("yes")
	if o.targets, err = parseTargets(cmd, s.now()); err != nil {
		return o, err
	}
	if o.incident, err = stringFlag(cmd, "incident"); err != nil {
		return o, err
	}
	if o.confirmTenant, err = stringFlag(cmd, "confirm-tenant"); err != nil {
		return o, err
	}
	if flag := o.stdinFlag(); flag != "" && !o.yes && !o.dryRun {
		return o, usagef("the program cannot ask for confirmation, because --%s - reads standard input; nothing was sent", flag).
			hint("Add --yes, or save the list in a file and name that file.")
	}
	o.connection, err = parseConnection(s, cmd)
	return o, err
}

func runAbort(ctx context.Context, s *session, o abortOptions) error {
	if err := o.readFiles(ctx, s); err != nil {
		return err
	}
	p := &plan{abortOptions: o}
	if o.incident != "" {
		p.extra = append(p.extra, wrapper.WithIncident(o.incident))
	}
	// Report an invalid request before the user is asked to confirm the abort.
	if err := p.rehearse(ctx); err != nil {
		return err
	}
	now := s.now()
	p.everything = o.everything(now)
	p.warnings = o.warnings(p.request, now)
	if !s.json {
		for _, w := range p.warnings {
			s.line(terminal.Yellow, "warning:", w)
		}
	}
	if o.confirmTenant != "" && !p.isTenant(o.confirmTenant) {
		return usagef("the value of --confirm-tenant is not the tenant's host (%s); nothing was sent", p.host())
	}
	if o.dryRun {
		return p.print(ctx, s)
	}
	client, err := o.client(ctx, s)
	if err != nil {
		return err
	}
	if err := p.confirm(ctx, s); err != nil {
		return err
	}
	// A closed pipe must not kill the program after the abort was sent, because the program must report the lost result.
	signal.Ignore(syscall.SIGPIPE)
	reply, err := client.AbortScan(ctx, o.Targets, p.extra...)
	if err != nil {
		return &callError{call: call{abort: true, host: p.host()}, err: err}
	}
	return p.accepted(s, reply)
}

// plan is an abort that is ready to be sent.
type plan struct {
	abortOptions
	extra      []wrapper.AbortOption
	request    *http.Request
	warnings   []string
	everything bool // whether the abort affects every endpoint
}

func (p *plan) host() string { return text.Visible(p.request.URL.Host, maxText) }

// rehearse makes the client build, validate and sign the request, and stores the request without sending it.
func (p *plan) rehearse(ctx context.Context) error {
	var caught catcher
	client, err := p.rehearsal(&caught)
	if err != nil {
		return err
	}
	_, err = client.AbortScan(ctx, p.Targets, p.extra...)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case caught.request == nil:
		return &callError{call: call{abort: true, host: hostOf(p.url)}, err: err}
	}
	p.request = caught.request
	return nil
}

type catcher struct{ request *http.Request }

var errCaught = errors.New("the request was stored, not sent")

func (c *catcher) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body) // the body cannot be read after RoundTrip returns
	if err != nil {
		return nil, err
	}
	c.request = r.Clone(r.Context())
	c.request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	c.request.Body, _ = c.request.GetBody()
	return nil, errCaught
}

// hiddenHeaders lists the headers whose values a dry run does not print.
var hiddenHeaders = []string{"Authorization", "X-Xdr-Nonce"}

type dryRunJSON struct {
	Tenant   string            `json:"tenant"`
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	Warnings []string          `json:"warnings,omitempty"`
}

// print writes the request as it would be sent, with three exceptions: it hides the credentials, it writes the whole
// URL on the first line, and it escapes characters in the body that a terminal interprets or does not show.
func (p *plan) print(ctx context.Context, s *session) error {
	r := p.request.Clone(ctx) // the context of the rehearsal has ended
	for _, name := range hiddenHeaders {
		if r.Header.Get(name) != "" {
			r.Header.Set(name, "[hidden]")
		}
	}
	if !s.json {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return fmt.Errorf("%w: the request cannot be printed: %w", errFailed, err)
		}
		body = terminal.EscapeJSON(body)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	wire, err := httputil.DumpRequestOut(r, true)
	if err != nil {
		return fmt.Errorf("%w: the request cannot be printed: %w", errFailed, err)
	}
	head, body, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	if s.json {
		headers := map[string]string{}
		for _, line := range lines[1:] {
			name, value, _ := strings.Cut(line, ": ")
			headers[name] = value
		}
		s.io.PrintJSON(dryRunJSON{p.host(), r.Method, r.URL.String(), headers, string(body), p.warnings})
		return nil
	}
	s.io.Notef("%s\nNothing was sent. The request would be:\n\n", p.description(s.io))
	lines[0] = fmt.Sprintf("%s %s HTTP/1.1", r.Method, r.URL)
	s.io.Printf("%s\n\n%s\n", strings.Join(lines, "\n"), body)
	return nil
}

func (p *plan) description(io *terminal.IOStreams) string {
	var b strings.Builder
	if p.everything {
		every := terminal.Red.Paint(io.ErrColor(), "EVERY")
		fmt.Fprintf(&b, "This cancels %s scan that is pending or in progress on the tenant\n  %s\n", every, p.host())
	} else {
		fmt.Fprintf(&b, "This cancels the scans that are pending or in progress on the tenant\n  %s\n", p.host())
	}
	switch {
	case p.everything && !p.all:
		fmt.Fprint(&b, "because the filters do not exclude any endpoint:\n")
	case !p.all:
		fmt.Fprint(&b, "on the endpoints that match:\n")
	}
	for i, f := range p.filters {
		and := ""
		if i > 0 {
			and = "and "
		}
		fmt.Fprintf(&b, "  %s%s\n", and, terminal.Wrap(f.inWords(), 4, io.Width()))
	}
	if p.incident != "" {
		fmt.Fprintf(&b, "The action will appear in the timeline of incident %s\n", text.Visible(p.incident, maxText))
	}
	return b.String()
}

// confirm returns nil only if --yes is set or the user confirms the abort.
func (p *plan) confirm(ctx context.Context, s *session) error {
	switch {
	case p.yes && p.everything && p.confirmTenant == "":
		what := "--all with --yes needs"
		if !p.all {
			what = "the filters do not exclude any endpoint, so --yes needs"
		}
		return usagef("%s --confirm-tenant; nothing was sent", what).hint("The tenant's host is %s.", p.host())
	case !p.yes && s.io.InIsTerminal && !s.io.ErrIsTerminal:
		return usagef("the program cannot ask for confirmation, because standard error is not a terminal; nothing was sent").
			hint("Add --yes.")
	case !p.yes && !s.io.Interactive():
		return usagef("the program cannot ask for confirmation, because standard input is not a terminal; nothing was sent").
			hint("Add --yes. To see the request first, add --dry-run.")
	}
	if !p.yes || !s.json {
		s.io.Notef("%s\n", p.description(s.io))
	}
	if p.yes {
		return nil
	}
	return p.ask(ctx, s)
}

// ask returns nil only if the user confirms the abort. If the abort is for all endpoints, the user has to type the host,
// because it is too easy to type "yes" by mistake.
func (p *plan) ask(ctx context.Context, s *session) error {
	question := "Continue? [y/N]"
	if p.everything {
		question = "Type the tenant's host to continue:"
	}
	answer, err := s.io.Ask(ctx, question)
	switch {
	case err != nil:
		return promptError(ctx, err, fmt.Errorf("%w: the input ended", errInterrupted))
	case p.everything && !p.isTenant(answer):
		return fmt.Errorf("%w: what you typed is not the tenant's host (%s); nothing was sent", errInterrupted, p.host())
	case !p.everything && !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes"):
		return fmt.Errorf("%w; nothing was sent", errInterrupted)
	}
	return nil
}

// isTenant reports whether host is the tenant's host, with or without the prefix api-.
func (p *plan) isTenant(host string) bool {
	host = strings.TrimSpace(host)
	return host != "" && (strings.EqualFold(host, p.host()) || strings.EqualFold("api-"+host, p.host()))
}

type abortJSON struct {
	Tenant         string   `json:"tenant"`
	ActionID       string   `json:"action_id"`
	Status         string   `json:"status"`
	EndpointsCount string   `json:"endpoints_count"`
	Warnings       []string `json:"warnings,omitempty"`
}

func (p *plan) accepted(s *session, reply *gen.AbortScanReply) error {
	result := abortJSON{
		p.host(), printable(string(reply.ActionID)), printable(string(reply.Status)), printable(string(reply.EndpointsCount)), p.warnings,
	}
	fewer := p.fewer(reply.EndpointsCount)
	result.Warnings = append(result.Warnings, fewer...)
	if s.json {
		s.io.PrintJSON(result)
	} else {
		s.io.Printf("%s\n", terminal.Green.Paint(s.io.OutColor(), "Accepted."))
		s.io.Table([2]string{"action", result.ActionID}, [2]string{"endpoints", result.EndpointsCount})
	}
	if err := s.io.WriteError(); err != nil {
		return &resultLost{result.ActionID, err}
	}
	if !s.json {
		for _, note := range fewer {
			s.line(terminal.Bold, "note:", note)
		}
		s.io.Notef("Follow the action in the console under Response → Action Center.\n")
	}
	return nil
}

// promptError returns the error for a failed prompt. ended is the reason to report if the input ended.
func promptError(ctx context.Context, err, ended error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w; nothing was sent", ended)
	}
	return fmt.Errorf("%w: the input cannot be read: %w", errFailed, err)
}
