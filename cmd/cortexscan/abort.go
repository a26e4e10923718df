package main

import (
	"context"
	"os/signal"
	"syscall"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
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
				Usage: "skip the confirmation; required if standard input is not a terminal"},
			&cli.StringFlag{Name: "confirm-tenant", OnlyOnce: true,
				Usage: "continue only if this is the tenant's `HOST`; required for --all with --yes"},
		), connectionFlags()...),
		Description: `Cancels the scans that are pending or in progress on the endpoints that match
every filter. The answer means that the request was accepted, not that the scans
have stopped: follow the action in the console under Response → Action Center.

Repeat a flag for more than one value, or separate the values by commas; but a
comma in --group, --alias, --username and --distribution is part of the name.
A blank value, such as an unset variable leaves behind, is refused. A value that
the service does not document gets a warning. TIME is 2026-11-22T21:00:00Z,
2026-11-22 (local midnight), or how long ago: 90m, 24h, 7d.

With --output json: {"tenant", "action_id", "status", "endpoints_count"}, all of
them strings; with --dry-run {"tenant", "method", "url", "headers", "body"}.
Either has "warnings", a list of strings, if there are any.

Examples:
  cortexscan abort --hostname laptop-17,laptop-18
  cortexscan abort --platform windows --seen-since 7d --incident 4711
  cortexscan abort --group "Finance, Berlin" --yes --output json
  cortexscan abort --all --yes --confirm-tenant acme.xdr.us.paloaltonetworks.com
  cortexscan abort --hostname laptop-17 --dry-run | cortexscan validate`,
		Action: action(runAbort),
	}
}

func runAbort(ctx context.Context, s *session, cmd *cli.Command) error {
	if err := noArguments(cmd); err != nil {
		return err
	}
	p := &plan{}
	var err error
	if p.targets, err = readTargets(cmd, s.now()); err != nil {
		return err
	}
	var opts []wrapper.AbortOption
	if cmd.IsSet("incident") {
		if p.incident, err = stringFlag(cmd, "incident"); err != nil {
			return err
		}
		opts = append(opts, wrapper.WithIncident(p.incident))
	}
	c, err := readConnection(s, cmd)
	if err != nil {
		return err
	}
	// Whatever is wrong with the request is reported here, before anybody is asked.
	if err := p.rehearse(ctx, c, opts); err != nil {
		return err
	}
	p.warnings = warnings(p.targets, p.request, s.now())
	if !s.json {
		for _, w := range p.warnings {
			s.line(terminal.Yellow, "warning:", w)
		}
	}
	if err := p.checkTenant(cmd); err != nil {
		return err
	}
	if cmd.Bool("dry-run") {
		return p.print(ctx, s)
	}
	client, err := c.client(ctx, s)
	if err != nil {
		return err
	}
	if err := p.confirm(ctx, s, cmd); err != nil {
		return err
	}
	// From here on a closed pipe is an error to report, and not the end of the program.
	signal.Ignore(syscall.SIGPIPE)
	reply, err := client.AbortScan(ctx, p.targets.Targets, opts...)
	if err != nil {
		return &callError{call: call{abort: true, host: p.host()}, err: err}
	}
	return p.accepted(s, reply)
}

type abortJSON struct {
	Tenant         string   `json:"tenant"`
	ActionID       string   `json:"action_id"`
	Status         string   `json:"status"`
	EndpointsCount string   `json:"endpoints_count"`
	Warnings       []string `json:"warnings,omitempty"`
}

// accepted prints the result.
func (p *plan) accepted(s *session, reply *gen.AbortScanReply) error {
	result := abortJSON{
		p.host(), printable(string(reply.ActionID)), printable(string(reply.Status)), printable(string(reply.EndpointsCount)), p.warnings,
	}
	if s.json {
		s.io.PrintJSON(result)
	} else {
		s.io.Printf("%s\n", terminal.Green.Paint(s.io.OutColor(), "Accepted."))
		s.io.Table([2]string{"action", result.ActionID}, [2]string{"endpoints", result.EndpointsCount}, [2]string{"status", result.Status})
	}
	if err := s.io.WriteError(); err != nil {
		return &resultLost{result.ActionID, err}
	}
	if !s.json {
		s.io.Notef("Follow the action in the console under Response → Action Center.\n")
	}
	return nil
}
