package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"
)

// confirm says what is about to happen, and returns nil only if that is wanted: by --yes, or by the person at
// the terminal.
func (p *plan) confirm(ctx context.Context, s *session, cmd *cli.Command) error {
	yes := cmd.Bool("yes")
	named := cmd.IsSet("confirm-tenant")
	if named {
		host, err := stringFlag(cmd, "confirm-tenant")
		if err != nil {
			return err
		}
		if !p.isTenant(host) {
			return usagef("--confirm-tenant is not the host of the tenant, which is %s; nothing was sent", p.host())
		}
	}
	switch {
	case yes && p.targets.all && !named:
		return usagef("--all with --yes needs --confirm-tenant; nothing was sent").
			hint("The tenant is %s.", p.host())
	case !yes && !s.io.Interactive():
		return usagef("nobody can be asked here: add --yes; nothing was sent").
			hint("Look at the request with --dry-run first.")
	}
	if !yes || !s.json {
		s.io.Notef("%s\n", p.words())
	}
	if yes {
		return nil
	}
	return p.ask(ctx, s)
}

// ask asks the person; for everything, a yes is typed too easily.
func (p *plan) ask(ctx context.Context, s *session) error {
	if p.targets.all {
		answer, err := s.askPerson(ctx, "Type the tenant's host to go on:")
		if err != nil {
			return err
		}
		if !p.isTenant(answer) {
			return fmt.Errorf("%w: that is not the tenant's host; nothing was sent", errInterrupted)
		}
		return nil
	}
	answer, err := s.askPerson(ctx, "Go on? [y/N]")
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
