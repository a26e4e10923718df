package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/wrapper"
)

// client returns the client for the settings. If the key is not set and a person is there, it asks for the key.
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
		key, err = s.io.AskSecret(ctx, fmt.Sprintf("API key with the ID %s (input is hidden):", printable(c.keyID)))
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

// rehearsal returns the same client with a made-up key and another transport: what it sends is what the real one would
// send, but for the credentials.
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
