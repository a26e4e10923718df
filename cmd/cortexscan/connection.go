package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

// connectionFlags returns the flags of the commands that send requests to a tenant.
func connectionFlags() []cli.Flag {
	const category = "Connection"
	return []cli.Flag{
		&cli.StringFlag{Name: "url", Category: category, OnlyOnce: true,
			Usage: "the tenant's `HOST`, as in the address of its console, or an https URL"},
		&cli.StringFlag{Name: "key-id", Category: category, OnlyOnce: true,
			Usage: "the numeric `ID` of the API key"},
		&cli.StringFlag{Name: "key-type", Category: category, OnlyOnce: true,
			Usage: "the `TYPE` of the API key: advanced or standard (default advanced)"},
		&cli.StringFlag{Name: "key-file", Category: category, OnlyOnce: true, TakesFile: true,
			Usage: "a `FILE` that contains the API key; other users must not be able to read the file"},
		&cli.DurationFlag{Name: "timeout", Category: category, OnlyOnce: true, Value: 30 * time.Second,
			Usage: "stop each attempt after this `TIME` (default 30s)", Validator: positive},
		&cli.IntFlag{Name: "retries", Category: category, OnlyOnce: true, Value: 2,
			Usage: "retry a request up to `N` times if a retry is safe; N is at most 100 (default 2)", Validator: retries},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Category: category,
			Usage: "log every attempt to standard error"},
	}
}

func positive(d time.Duration) error {
	if d <= 0 {
		return errors.New("expected a time above zero, such as 5s")
	}
	return nil
}

func notBelowZero(d time.Duration) error {
	if d < 0 {
		return errors.New("expected a time of zero or more, such as 5m")
	}
	return nil
}

func retries(n int) error {
	if n < 0 || n > 100 {
		return errors.New("expected a number from 0 to 100")
	}
	return nil
}

// connection contains the settings for a client.
type connection struct {
	url, keyID, keyType string
	keyFile             string
	key                 string // from the environment; "" if --key-file is set
	options             []wrapper.Option
}

// parseConnection reads each setting from its flag or, if the flag is not set, from its environment variable.
func parseConnection(s *session, cmd *cli.Command) (*connection, error) {
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
		value, err := stringFlag(cmd, v.flag)
		if err != nil {
			return nil, err
		}
		if *v.to = value; value == "" {
			*v.to = strings.TrimSpace(s.getenv(v.variable))
		}
	}
	if err := checkKeyID(cmd, c.keyID); err != nil {
		return nil, err
	}
	if key := s.getenv(wrapper.EnvKey); !cmd.IsSet("key-file") && !text.IsBlank(key) {
		c.key = key
	}
	c.options = []wrapper.Option{
		wrapper.WithTimeout(cmd.Duration("timeout")),
		wrapper.WithRetry(wrapper.Retry{Attempts: cmd.Int("retries") + 1}),
		wrapper.WithRequestValidator(specValidator{}),
	}
	if cmd.Bool("verbose") {
		c.options = append(c.options, wrapper.WithLogger(newLogger(s)))
	}
	return c, nil
}

// checkKeyID returns an error if the ID is not a number. The error does not repeat the ID, because the user may
// have entered the key by mistake.
func checkKeyID(cmd *cli.Command, id string) error {
	if strings.Trim(id, "0123456789") == "" { // the method missing reports an empty ID
		return nil
	}
	from := wrapper.EnvKeyID
	if cmd.IsSet("key-id") {
		from = "--key-id"
	}
	return usagef("%s is not a number", from).
		hint("The ID of an API key is the number in the ID column of the console's list of API keys.")
}

func newLogger(s *session) *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelDebug}
	if s.json {
		opts.ReplaceAttr = func(_ []string, a slog.Attr) slog.Attr {
			if a.Value.Kind() == slog.KindDuration { // slog would write nanoseconds without a unit
				return slog.String(a.Key, a.Value.Duration().String())
			}
			return a
		}
		return slog.New(slog.NewJSONHandler(s.io.ErrOut, opts))
	}
	return slog.New(slog.NewTextHandler(s.io.ErrOut, opts))
}

// missing returns an error that names every required setting that is not set.
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
		add(c.key+c.keyFile, wrapper.EnvKey+" (or "+wrapper.EnvKeyFile+" or --key-file)")
	}
	if names == nil {
		return nil
	}
	return usagef("settings are missing: set %s", text.List(names, " and ")).
		hint(`See cortexscan --help. "cortexscan demo" and "cortexscan sandbox" need no settings.`)
}

// hostOf returns the host in the URL setting, as the user wrote it.
func hostOf(setting string) string {
	_, rest, hasScheme := strings.Cut(setting, "://")
	if !hasScheme {
		rest = setting
	}
	host, _, _ := strings.Cut(rest, "/")
	return printable(host)
}

// client returns a client configured with c. On a terminal, it asks for the key if the key is not set.
func (c *connection) client(ctx context.Context, s *session) (*wrapper.Client, error) {
	ask := c.key == "" && c.keyFile == "" && c.url != "" && c.keyID != "" && s.io.Interactive()
	if !ask {
		if err := c.missing(true); err != nil {
			return nil, err
		}
	}
	key, err := c.key, error(nil)
	switch {
	case key != "" && c.keyFile != "":
		return nil, usagef("%s and %s are both set: unset one", wrapper.EnvKey, wrapper.EnvKeyFile)
	case ask:
		key, err = s.io.AskSecret(ctx, fmt.Sprintf("API key with the ID %s (input is hidden):", printable(c.keyID)))
		if err != nil {
			return nil, promptError(ctx, err, errNoKey)
		}
	case c.keyFile != "":
		// Reading a FIFO blocks until a program writes to it.
		key, err = terminal.Await(ctx, func() (string, error) { return wrapper.ReadKeyFile(c.keyFile) }, func() {})
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, settingError(err)
		}
	}
	return c.connect(c.keyID, key)
}

// rehearsal returns a client that uses a placeholder for the key and sends its requests to the given transport. Apart
// from the credentials, the requests are the same as those of a real client.
func (c *connection) rehearsal(transport http.RoundTripper) (*wrapper.Client, error) {
	if err := c.missing(false); err != nil {
		return nil, err
	}
	return c.connect(cmp.Or(c.keyID, "(not set)"), "none", wrapper.WithHTTPClient(&http.Client{Transport: transport}),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}), wrapper.WithLogger(nil))
}

func (c *connection) connect(id, key string, more ...wrapper.Option) (*wrapper.Client, error) {
	cred, err := wrapper.KeyOfType(c.keyType, id, key)
	if err != nil {
		return nil, settingError(err)
	}
	client, err := wrapper.New(c.url, cred, slices.Concat(c.options, more)...)
	if err != nil {
		return nil, settingError(err)
	}
	return client, nil
}

func settingError(err error) error {
	return usagef("%s", strings.TrimPrefix(err.Error(), "cortexscan: "))
}
