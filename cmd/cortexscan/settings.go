package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

// connectionFlags say which tenant to call, with which key, and how.
func connectionFlags() []cli.Flag {
	const category = "Connection"
	return []cli.Flag{
		&cli.StringFlag{Name: "url", Category: category, OnlyOnce: true,
			Usage: "the tenant's `HOST`, as in the address of its console, or an https URL"},
		&cli.StringFlag{Name: "key-id", Category: category, OnlyOnce: true,
			Usage: "the `ID` of the API key, a number"},
		&cli.StringFlag{Name: "key-type", Category: category, OnlyOnce: true,
			Usage: "the `TYPE` of the key: advanced or standard (default advanced)"},
		&cli.StringFlag{Name: "key-file", Category: category, OnlyOnce: true, TakesFile: true,
			Usage: "a `FILE` that holds the key and that nobody else can read"},
		&cli.DurationFlag{Name: "timeout", Category: category, OnlyOnce: true, Value: 30 * time.Second,
			Usage: "give up on an attempt after this `TIME` (default 30s)", Validator: positive},
		&cli.IntFlag{Name: "retries", Category: category, OnlyOnce: true, Value: 2,
			Usage: "try again up to `N` times, where that is safe (default 2)", Validator: notNegative},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Category: category,
			Usage: "log every attempt to standard error"},
	}
}

func positive(d time.Duration) error {
	if d <= 0 {
		return errors.New("want a time above zero")
	}
	return nil
}

func notNegative(n int) error {
	if n < 0 {
		return errors.New("want zero or more")
	}
	return nil
}

// connection is what the settings say, the key apart.
type connection struct {
	url, keyID, keyType string
	keyFile             string
	key                 string // from the variable
	options             []wrapper.Option
}

// readConnection collects the settings, from flags first and variables second. A flag that is there and blank
// is an unset variable of the shell, and refused.
func readConnection(s *session, cmd *cli.Command) (*connection, error) {
	c := &connection{}
	for _, v := range []struct {
		to             *string
		flag, variable string
	}{
		{&c.url, "url", wrapper.EnvURL},
		{&c.keyID, "key-id", wrapper.EnvKeyID},
		{&c.keyType, "key-type", wrapper.EnvKeyType},
		{&c.keyFile, "key-file", wrapper.EnvKeyFile},
	} {
		*v.to = strings.TrimSpace(s.getenv(v.variable))
		if cmd.IsSet(v.flag) {
			value, err := stringFlag(cmd, v.flag)
			if err != nil {
				return nil, err
			}
			*v.to = value
		}
	}
	switch key := s.getenv(wrapper.EnvKey); {
	case cmd.IsSet("key-file"), text.IsBlank(key):
	case c.keyFile != "":
		return nil, usagef("%s and %s are both set: unset one", wrapper.EnvKey, wrapper.EnvKeyFile)
	default:
		c.key = key
	}
	c.options = []wrapper.Option{
		wrapper.WithTimeout(cmd.Duration("timeout")),
		wrapper.WithRetry(wrapper.Retry{Attempts: cmd.Int("retries") + 1}),
		wrapper.WithRequestValidator(&lazyValidator{}),
	}
	if cmd.Bool("verbose") {
		c.options = append(c.options, wrapper.WithLogger(newLogger(s)))
	}
	return c, nil
}

func newLogger(s *session) *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelDebug}
	if s.json {
		return slog.New(slog.NewJSONHandler(s.io.ErrOut, opts))
	}
	return slog.New(slog.NewTextHandler(s.io.ErrOut, opts))
}

// missing refuses settings without which there is nothing to call, all of them at once.
func (c *connection) missing(keyToo bool) error {
	var names []string
	add := func(value, name string) {
		if value == "" {
			names = append(names, name)
		}
	}
	add(c.url, wrapper.EnvURL+" (or --url)")
	if keyToo {
		add(c.keyID, wrapper.EnvKeyID+" (or --key-id)")
		add(c.key+c.keyFile, wrapper.EnvKey+" (or "+wrapper.EnvKeyFile+", or --key-file)")
	}
	if names == nil {
		return nil
	}
	return usagef("settings are missing: set %s", strings.Join(names, ", ")).
		hint(`"cortexscan demo" needs none. See cortexscan --help.`)
}

// client is the client that the settings describe. The key is asked for where a person is there and it is not
// set.
func (c *connection) client(ctx context.Context, s *session) (*wrapper.Client, error) {
	ask := c.key == "" && c.keyFile == "" && c.url != "" && c.keyID != "" && s.io.Interactive()
	if !ask {
		if err := c.missing(true); err != nil {
			return nil, err
		}
	}
	key, err := c.key, error(nil)
	switch {
	case ask:
		key, err = s.io.AskSecret(ctx, fmt.Sprintf("API key %s (not shown):", printable(c.keyID)))
		if err != nil {
			return nil, promptError(ctx, err)
		}
	case c.keyFile != "":
		// A FIFO blocks until somebody writes to it.
		key, err = terminal.Await(ctx, func() (string, error) { return wrapper.ReadKeyFile(c.keyFile) }, func() {})
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, settingError(err)
		}
	}
	cred, err := wrapper.KeyOfType(c.keyType, c.keyID, key)
	if err != nil {
		return nil, settingError(err)
	}
	client, err := wrapper.New(c.url, cred, c.options...)
	if err != nil {
		return nil, settingError(err)
	}
	return client, nil
}

// rehearsal is the same client with a made-up key and a transport of its own: what it sends is what the real
// one would, credentials apart.
func (c *connection) rehearsal(transport http.RoundTripper) (*wrapper.Client, error) {
	if err := c.missing(false); err != nil {
		return nil, err
	}
	id := c.keyID
	if id == "" {
		id = "(not set)"
	}
	cred, err := wrapper.KeyOfType(c.keyType, id, "none")
	if err != nil {
		return nil, settingError(err)
	}
	client, err := wrapper.New(c.url, cred, append(c.options[:len(c.options):len(c.options)],
		wrapper.WithHTTPClient(&http.Client{Transport: transport}),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}), wrapper.WithLogger(nil))...)
	if err != nil {
		return nil, settingError(err)
	}
	return client, nil
}

func settingError(err error) error {
	return usagef("%s", strings.TrimPrefix(err.Error(), "cortexscan: "))
}

// lazyValidator loads the contract when there is a request to validate.
type lazyValidator struct {
	once      sync.Once
	validator *api.Validator
	err       error
}

func (l *lazyValidator) ValidateRequest(r *http.Request) error {
	l.once.Do(func() { l.validator, l.err = api.NewValidator() })
	if l.err != nil {
		return l.err
	}
	return l.validator.ValidateRequest(r)
}
