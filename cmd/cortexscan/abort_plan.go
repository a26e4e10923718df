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

// plan is an abort that is worked out to the last byte, and not sent.
type plan struct {
	targets  *targets
	incident string
	request  *http.Request
}

// host is the tenant's, as the request names it.
func (p *plan) host() string { return p.request.URL.Host }

// rehearse lets the client build, check and sign the request, and catches it on its way out.
func rehearse(ctx context.Context, c *connection, t wrapper.Targets, opts []wrapper.AbortOption) (*http.Request, error) {
	var caught catcher
	client, err := c.rehearsal(&caught)
	if err != nil {
		return nil, err
	}
	_, err = client.AbortScan(ctx, t, opts...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if caught.request == nil {
		return nil, err
	}
	return caught.request, nil
}

// catcher is a transport that sends nothing.
type catcher struct{ request *http.Request }

var errCaught = errors.New("caught before it was sent")

func (c *catcher) RoundTrip(r *http.Request) (*http.Response, error) {
	c.request = r
	return nil, errCaught
}

// hiddenHeaders are those that a request proves its key with.
var hiddenHeaders = []string{"Authorization", "X-Xdr-Nonce"}

// print writes the request as it would go over the wire, but for the credentials, and with the whole URL in its
// first line.
func (p *plan) print(s *session) error {
	r := p.request.Clone(context.Background()) // the call that it was caught from is over
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
		s.io.PrintJSON(dryRunJSON{p.host(), r.Method, r.URL.String(), headers, string(body)})
		return nil
	}
	s.io.Notef("%s\nNothing is sent. The request would be:\n\n", p.words())
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
}

// words say what the abort is about to do, and to which tenant.
func (p *plan) words() string {
	var b strings.Builder
	if p.targets.all {
		fmt.Fprintf(&b, "This cancels EVERY scan that is pending or in progress, of the tenant\n  %s\n", p.host())
	} else {
		fmt.Fprintf(&b, "This cancels the scans that are pending or in progress, of the tenant\n  %s\non the endpoints with\n", p.host())
		for i, w := range p.targets.words {
			and := ""
			if i > 0 {
				and = "and "
			}
			fmt.Fprintf(&b, "  %s%s\n", and, terminal.Wrap(w[0]+" "+w[1], 4))
		}
	}
	if p.incident != "" {
		fmt.Fprintf(&b, "and shows it in the timeline of incident %s\n", printable(p.incident))
	}
	return b.String()
}
