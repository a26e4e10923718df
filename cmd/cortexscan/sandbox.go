package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"

	"example.com/cortexscan/cmd/cortexscan/internal/playground"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:      "sandbox",
		Usage:     "run a tenant in memory to try everything on",
		UsageText: "cortexscan sandbox [--listen ADDRESS] [--key-type TYPE]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", OnlyOnce: true, Value: defaultListen,
				Usage: "the `ADDRESS`, HOST:PORT or a port; port 0 is a free one (default " + defaultListen + ")"},
			&cli.StringFlag{Name: "key-type", OnlyOnce: true, Value: "advanced", Validator: oneOf("advanced", "standard"),
				Usage: "the `TYPE` of its key: advanced or standard (default advanced)"},
			&cli.BoolFlag{Name: "public",
				Usage: "let --listen be an address that other machines can reach: whoever does can do everything with the sandbox"},
		},
		Description: `Its endpoints and scan runs move by themselves. It checks every request as the
service does, the signature included, and shows on a page what came in and what
was wrong with it. A reference page makes requests from the browser. The key is
a new one at every start. Ctrl-C ends it, and nothing is kept.

Standard output has only the lines that point the other commands at it.
With --output json: {"environment": {NAME: VALUE},
"pages": {"live", "docs", "contract"}}.

Examples:
  cortexscan sandbox
  cortexscan sandbox --listen 0 --key-type standard
  cortexscan sandbox > sandbox.env &    # then: . ./sandbox.env`,
		Action: action(runSandbox),
	}
}

const (
	defaultListen = "127.0.0.1:8470"
	sandboxKeyID  = "1"
)

func runSandbox(ctx context.Context, s *session, cmd *cli.Command) error {
	if err := noArguments(cmd); err != nil {
		return err
	}
	address, err := stringFlag(cmd, "listen")
	if err != nil {
		return err
	}
	listener, err := playground.Listen(ctx, address, cmd.Bool("public"))
	if err != nil {
		return listenError(address, err)
	}
	key := playground.Key{ID: sandboxKeyID, Secret: rand.Text(), Type: cmd.String("key-type")}
	p := playground.New(key)
	announce(s, listener, key)
	if err := p.Serve(ctx, listener); err != nil {
		return fmt.Errorf("%w: the sandbox has stopped: %w", errFailed, err)
	}
	s.io.Notef("\nThe sandbox has stopped. Calls that came in: %d.\n", len(p.Tenant().Calls()))
	return nil
}

func listenError(address string, err error) error {
	e := usagef("cannot listen on %s: %s", printable(address), printable(err.Error()))
	if errors.Is(err, playground.ErrPublic) {
		return e.hint("Listen on 127.0.0.1, or allow it with --public: whoever reaches the sandbox can do everything with it.")
	}
	return e.hint("--listen 0 takes a free port of this machine.")
}

// announce prints the settings to standard output, for a shell to read, and the rest to standard error.
func announce(s *session, l *playground.Listener, key playground.Key) {
	url := l.URL()
	live, docs, contract := url+"/", url+"/docs", url+"/openapi.yaml"
	settings := [][2]string{
		{wrapper.EnvURL, url},
		{wrapper.EnvKeyID, key.ID},
		{wrapper.EnvKeyType, key.Type},
		{wrapper.EnvKey, key.Secret},
	}
	if s.json {
		environment := map[string]string{}
		for _, v := range settings {
			environment[v[0]] = v[1]
		}
		s.io.PrintJSON(map[string]any{
			"environment": environment,
			"pages":       map[string]string{"live": live, "docs": docs, "contract": contract},
		})
		return
	}
	s.io.Notef("A tenant in memory listens on %s. Ctrl-C ends it.\n\n", url)
	for _, page := range [][2]string{{"What came in", live}, {"API reference", docs}, {"Contract", contract}} {
		s.io.Notef("  %-13s  %s\n", page[0], page[1])
	}
	if !l.Loopback() {
		s.io.Notef("\nOther machines can reach it, without encryption. Give it nothing real.\n")
	}
	if s.io.OutIsTerminal {
		s.io.Notef("\nTo point the other commands at it, paste this into another terminal:\n\n")
	} else {
		s.io.Notef("\nThe settings that point the other commands at it went to standard output.\n")
	}
	export, unset := "export %s='%s'\n", "unset %s\n"
	if runtime.GOOS == "windows" {
		export, unset = "$env:%s = '%s'\n", "Remove-Item Env:%s\n"
	}
	for _, v := range settings {
		s.io.Printf(export, v[0], v[1])
	}
	if s.getenv(wrapper.EnvKeyFile) != "" { // beside a key it is refused
		s.io.Printf(unset, wrapper.EnvKeyFile)
	}
	s.io.Notef("\nThen try: cortexscan status 789 --wait\n          cortexscan abort --platform windows\n")
}
