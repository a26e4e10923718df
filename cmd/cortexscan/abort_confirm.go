package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"
)

// checkTenant compares the tenant with --confirm-tenant, if that is set.
func (p *plan) checkTenant(cmd *cli.Command) error {
	if !cmd.IsSet("confirm-tenant") {
		return nil
	}
	host, err := stringFlag(cmd, "confirm-tenant")
	if err == nil && !p.isTenant(host) {
		return usagef("--confirm-tenant is not the tenant's host, %s; nothing was sent", p.host())
	}
	return err
}

// confirm prints what is about to happen, and returns nil only if it is confirmed: by --yes, or by the person at the
// terminal.
func (p *plan) confirm(ctx context.Context, s *session, cmd *cli.Command) error {
	yes := cmd.Bool("yes")
	switch {
	case yes && p.targets.all && !cmd.IsSet("confirm-tenant"):
		return usagef("--all with --yes needs --confirm-tenant; nothing was sent").
			hint("The tenant is %s.", p.host())
	case !yes && s.io.InIsTerminal && !s.io.ErrIsTerminal:
		return usagef("standard error is not a terminal: add --yes to skip the confirmation; nothing was sent")
	case !yes && !s.io.Interactive():
		return usagef("standard input is not a terminal: add --yes to skip the confirmation; nothing was sent").
			hint("To see the request first: --dry-run.")
	}
	if !yes || !s.json {
		s.io.Notef("%s\n", p.words())
	}
	if yes {
		return nil
	}
	return p.ask(ctx, s)
}

// ask asks the person. For all endpoints a yes would be typed too easily.
func (p *plan) ask(ctx context.Context, s *session) error {
	if p.targets.all {
		answer, err := s.askPerson(ctx, "Type the tenant's host to continue:")
		if err != nil {
			return err
		}
		if !p.isTenant(answer) {
			return fmt.Errorf("%w: that is not the tenant's host, %s; nothing was sent", errInterrupted, p.host())
		}
		return nil
	}
	answer, err := s.askPerson(ctx, "Continue? [y/N]")
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
		return nil
	}
	return fmt.Errorf("%w; nothing was sent", errInterrupted)
}

// isTenant compares with the tenant's host, with or without the prefix that API hosts have.
func (p *plan) isTenant(host string) bool {
	host = strings.TrimSpace(host)
	return host != "" && (strings.EqualFold(host, p.host()) || strings.EqualFold("api-"+host, p.host()))
}
