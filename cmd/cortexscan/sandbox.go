package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"example.com/cortexscan/cmd/cortexscan/internal/playground"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:      "sandbox",
		Usage:     "run an in-memory tenant for trying the other commands",
		UsageText: "cortexscan sandbox [--listen ADDRESS] [--key-type TYPE] [--quiet]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", OnlyOnce: true, Value: defaultListen,
				Usage: "the `ADDRESS` to listen on: HOST:PORT or a port; 0 is any free port (default " + defaultListen + ")"},
			&cli.StringFlag{Name: "key-type", OnlyOnce: true, Value: "advanced", Validator: oneOf("advanced", "standard"),
				Usage: "the `TYPE` of the tenant's key: advanced or standard (default advanced)"},
			&cli.BoolFlag{Name: "public",
				Usage: "allow an ADDRESS that other machines can reach; they then have full access to the sandbox"},
			&cli.BoolFlag{Name: "quiet", Usage: "do not log requests"},
		},
		Description: `The tenant contains endpoints and scan runs. Their states change over time. The
sandbox checks every request as the service does, including the signature. It
logs each request as one line (time, status, operation, result). A web page
shows the requests and their problems. Another page is an API reference that can
send requests. Each start creates a new key. Ctrl-C stops the sandbox and
discards its data.

Standard output contains only the settings for the other commands. The log goes
to standard error.

With --output json: {"environment": {NAME: VALUE},
"pages": {"live", "docs", "contract"}}.

Examples:
  cortexscan sandbox
  cortexscan sandbox --listen 0 --key-type standard
  cortexscan sandbox > sandbox.env &    # then: . ./sandbox.env`,
		Action: action(parseSandbox, runSandbox),
	}
}

const (
	defaultListen = "127.0.0.1:8470"
	sandboxKeyID  = "1"
)

type sandboxOptions struct {
	address, keyType string
	public, quiet    bool
}

func parseSandbox(_ *session, cmd *cli.Command) (o sandboxOptions, err error) {
	if err := noArguments(cmd); err != nil {
		return o, err
	}
	o = sandboxOptions{keyType: cmd.String("key-type"), public: cmd.Bool("public"), quiet: cmd.Bool("quiet")}
	o.address, err = stringFlag(cmd, "listen")
	return o, err
}

func runSandbox(ctx context.Context, s *session, o sandboxOptions) error {
	listener, err := playground.Listen(ctx, o.address, o.public)
	if err != nil {
		return listenError(o.address, err)
	}
	key := playground.Key{ID: sandboxKeyID, Secret: rand.Text(), Type: o.keyType}
	var log struct {
		sync.Mutex
		requests int
		ended    bool
	}
	// The server may call this function concurrently, even after Serve has returned.
	p := playground.New(key, sandbox.WithCallLog(func(c sandbox.Call) {
		log.Lock()
		defer log.Unlock()
		if log.ended {
			return
		}
		log.requests++
		if !o.quiet {
			s.io.Notef("%s\n", playground.LogLine(c))
		}
	}))
	announce(s, listener, key)
	if s.io.WriteError() != nil { // the settings were not printed
		return listener.Close()
	}
	if !o.quiet && !s.json {
		s.io.Notef("\nRequests (--quiet turns this log off):\n")
	}
	err = p.Serve(ctx, listener)
	log.Lock()
	defer log.Unlock()
	log.ended = true
	if err != nil {
		return fmt.Errorf("%w: the sandbox has stopped: %w", errFailed, err)
	}
	s.io.Notef("\nThe sandbox has stopped. Requests: %d.\n", log.requests)
	return nil
}

func listenError(address string, err error) error {
	e := usagef("cannot listen on %s: %s", printable(address), printable(err.Error()))
	if errors.Is(err, playground.ErrPublic) {
		return e.hint("Listen on 127.0.0.1, or add --public: other machines then have full access to the sandbox.")
	}
	return e.hint("To listen on any free port, use --listen 0.")
}

// announce prints the settings to standard output as shell commands, and everything else to standard error.
func announce(s *session, l *playground.Listener, key playground.Key) {
	url := l.URL()
	live, docs, contract := url+"/", url+"/docs", url+"/openapi.yaml"
	settings := key.Settings(url)
	if s.json {
		environment := map[string]string{}
		for _, v := range settings {
			environment[v.Name] = v.Value
		}
		s.io.PrintJSON(map[string]any{
			"environment": environment,
			"pages":       map[string]string{"live": live, "docs": docs, "contract": contract},
		})
		return
	}
	s.io.Notef("The sandbox is listening on %s. Press Ctrl-C to stop it.\n\n", url)
	for _, page := range [][2]string{{"Requests", live}, {"API reference", docs}, {"Spec", contract}} {
		s.io.Notef("  %-13s  %s\n", page[0], page[1])
	}
	if !l.Loopback() {
		s.io.Notef("\nOther machines can reach the sandbox, and connections to it are not encrypted. Do not use real API keys or host names.\n")
	}
	if s.io.OutIsTerminal {
		s.io.Notef("\nTo use the sandbox, paste these lines into another terminal:\n\n")
	} else {
		s.io.Notef("\nThe settings for the other commands go to standard output.\n")
	}
	s.io.Printf("%s", playground.Exports(settings, runtime.GOOS))
	if s.getenv(wrapper.EnvKeyFile) != "" { // the other commands reject two keys
		unset := "unset %s\n"
		if runtime.GOOS == "windows" {
			unset = "Remove-Item Env:%s\n"
		}
		s.io.Printf(unset, wrapper.EnvKeyFile)
	}
	s.io.Notef("\nThen try: cortexscan status 789 --wait\n          cortexscan abort --hostname laptop-17\n")
}
