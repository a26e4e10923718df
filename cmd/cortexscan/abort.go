package main

import (
	"context"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
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
				Usage: "print the request, and send nothing; needs no key"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"},
				Usage: "do not ask; needed where nobody can be asked"},
			&cli.StringFlag{Name: "confirm-tenant", OnlyOnce: true,
				Usage: "go on only if this is the tenant's `HOST`; needed for --all with --yes"},
		), connectionFlags()...),
		Description: `Cancels the scans of the endpoints that match every filter, as far as they are
pending or in progress. The answer says that the request was accepted, not that
the scans have stopped: follow the action in the console's Action Center.

Repeat a flag for more than one value, or separate values with commas; but a
comma in --group, --alias, --username and --distribution is part of the name.
A blank value, which an unset variable leaves behind, is refused. TIME is
2026-11-22T21:00:00Z, 2026-11-22 (its midnight here), or how long ago: 90m, 7d.

With --output json: {"tenant", "action_id", "status", "endpoints_count"}, all of
them strings; with --dry-run {"tenant", "method", "url", "headers", "body"}.

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
	// What is wrong with the request comes out here, before anybody is asked.
	if p.request, err = rehearse(ctx, c, p.targets.Targets, opts); err != nil {
		return err
	}
	if cmd.Bool("dry-run") {
		return p.print(s)
	}
	client, err := c.client(ctx, s)
	if err != nil {
		return err
	}
	if err := p.confirm(ctx, s, cmd); err != nil {
		return err
	}
	reply, err := client.AbortScan(ctx, p.targets.Targets, opts...)
	if err != nil {
		return err
	}
	result := abortJSON{p.host(), printable(string(reply.ActionID)), printable(string(reply.Status)), printable(string(reply.EndpointsCount))}
	if s.json {
		s.io.PrintJSON(result)
		return nil
	}
	s.io.Printf("%s\n", terminal.Green.Paint(s.io.OutColor(), "Accepted."))
	s.io.Table([2]string{"action", result.ActionID}, [2]string{"endpoints", result.EndpointsCount}, [2]string{"status", result.Status})
	s.io.Notef("Follow the action in the console under Response → Action Center.\n")
	return nil
}

type abortJSON struct {
	Tenant         string `json:"tenant"`
	ActionID       string `json:"action_id"`
	Status         string `json:"status"`
	EndpointsCount string `json:"endpoints_count"`
}
