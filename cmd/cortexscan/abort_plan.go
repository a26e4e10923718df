package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httputil"
	"strings"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/wrapper"
)

// plan is an abort that is complete to the last byte, and not sent yet.
type plan struct {
	targets  *targets
	incident string
	request  *http.Request
	warnings []string
}

// host is the tenant's host, as in the request.
func (p *plan) host() string { return p.request.URL.Host }

// rehearse lets the client build, validate and sign the request, and catches it before it is sent.
func (p *plan) rehearse(ctx context.Context, c *connection, opts []wrapper.AbortOption) error {
	var caught catcher
	client, err := c.rehearsal(&caught)
	if err != nil {
		return err
	}
	_, err = client.AbortScan(ctx, p.targets.Targets, opts...)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case caught.request == nil:
		return &callError{call: call{abort: true, host: hostOf(c.url)}, err: err}
	}
	p.request = caught.request
	return nil
}

// catcher is a transport that sends nothing.
type catcher struct{ request *http.Request }

var errCaught = errors.New("caught before it was sent")

func (c *catcher) RoundTrip(r *http.Request) (*http.Response, error) {
	c.request = r
	return nil, errCaught
}

// hiddenHeaders are the headers that authenticate a request.
var hiddenHeaders = []string{"Authorization", "X-Xdr-Nonce"}

// print writes the request as it would be sent, but for the credentials, and with the whole URL in its first line.
func (p *plan) print(ctx context.Context, s *session) error {
	r := p.request.Clone(ctx) // the context of the call that it was caught in has ended
	for _, name := range hiddenHeaders {
		if r.Header.Get(name) != "" {
			r.Header.Set(name, "[hidden]")
		}
	}
	wire, err := httputil.DumpRequestOut(r, true)
	if err != nil {
		return fmt.Errorf("%w: the request cannot be written: %w", errFailed, err)
	}
	head, body, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	if s.json {
		headers := map[string]string{}
		for _, line := range lines[1:] {
			name, value, _ := strings.Cut(line, ": ")
			headers[name] = value
		}
		s.io.PrintJSON(dryRunJSON{p.host(), r.Method, r.URL.String(), headers, string(body), p.warnings})
		return nil
	}
	s.io.Notef("%s\nNothing was sent. The request would be:\n\n", p.words())
	lines[0] = fmt.Sprintf("%s %s HTTP/1.1", r.Method, r.URL)
	s.io.Printf("%s\n\n%s\n", strings.Join(lines, "\n"), body)
	return nil
}

type dryRunJSON struct {
	Tenant  string            `json:"tenant"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`

	Warnings []string `json:"warnings,omitempty"`
}

// words describe what the abort is about to do, and to which tenant.
func (p *plan) words() string {
	var b strings.Builder
	if p.targets.all {
		fmt.Fprintf(&b, "This cancels EVERY scan that is pending or in progress on the tenant\n  %s\n", p.host())
	} else {
		fmt.Fprintf(&b, "This cancels the scans that are pending or in progress on the tenant\n  %s\nof the endpoints with\n", p.host())
		for i, f := range p.targets.filters {
			and := ""
			if i > 0 {
				and = "and "
			}
			fmt.Fprintf(&b, "  %s%s\n", and, terminal.Wrap(printable(f.words)+" "+inWords(f.values), 4))
		}
	}
	if p.incident != "" {
		fmt.Fprintf(&b, "and shows it in the timeline of incident %s\n", printable(p.incident))
	}
	return b.String()
}
