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
		Usage:     "run a tenant in memory to try everything on",
		UsageText: "cortexscan sandbox [--listen ADDRESS] [--key-type TYPE] [--quiet]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", OnlyOnce: true, Value: defaultListen,
				Usage: "the `ADDRESS`, HOST:PORT or a port; port 0 is a free one (default " + defaultListen + ")"},
			&cli.StringFlag{Name: "key-type", OnlyOnce: true, Value: "advanced", Validator: oneOf("advanced", "standard"),
				Usage: "the `TYPE` of its key: advanced or standard (default advanced)"},
			&cli.BoolFlag{Name: "public",
				Usage: "let --listen be an address that other machines can reach: whoever does can do everything with the sandbox"},
			&cli.BoolFlag{Name: "quiet", Usage: "do not log requests"},
		},
		Description: `Its endpoints and scan runs progress on their own. It checks every request as
the service does, the signature included, logs it on one line (time, status,
operation, verdict) and shows it on a page with what was wrong. A reference page
sends requests from the browser. The key is new at every start. Ctrl-C stops the
sandbox, and nothing is kept.

Standard output has only the lines that point the other commands at it; the log
is on standard error.
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
	log := requestLog{print: func(line string) { s.io.Notef("%s\n", line) }, quiet: o.quiet}
	p := playground.New(key, sandbox.WithCallLog(log.add))
	announce(s, listener, key)
	if s.io.WriteError() != nil { // nobody has the key
		return listener.Close()
	}
	if !log.quiet && !s.json {
		s.io.Notef("\nRequests (--quiet turns this log off):\n")
	}
	err = p.Serve(ctx, listener)
	requests := log.end()
	if err != nil {
		return fmt.Errorf("%w: the sandbox has stopped: %w", errFailed, err)
	}
	s.io.Notef("\nThe sandbox has stopped. Requests: %d.\n", requests)
	return nil
}

// requestLog prints each request, and counts them. Requests come from many goroutines, also from those that the
// end of the server cuts off.
type requestLog struct {
	print func(line string)
	quiet bool

	mu       sync.Mutex
	requests int
	ended    bool
}

func (l *requestLog) add(c sandbox.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	l.requests++
	if !l.quiet {
		l.print(playground.LogLine(c))
	}
}

// end stops the log, and returns how many requests there were.
func (l *requestLog) end() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	return l.requests
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
	s.io.Notef("A tenant in memory listens on %s. Ctrl-C stops it.\n\n", url)
	for _, page := range [][2]string{{"Requests", live}, {"API reference", docs}, {"Contract", contract}} {
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
	s.io.Printf("%s", playground.Exports(settings, runtime.GOOS))
	if s.getenv(wrapper.EnvKeyFile) != "" { // beside a key it is refused
		unset := "unset %s\n"
		if runtime.GOOS == "windows" {
			unset = "Remove-Item Env:%s\n"
		}
		s.io.Printf(unset, wrapper.EnvKeyFile)
	}
	s.io.Notef("\nThen try: cortexscan status 789 --wait\n          cortexscan abort --hostname laptop-17\n")
}
