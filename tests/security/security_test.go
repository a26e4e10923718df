// Package security_test holds the promises about credentials, redirects and terminals against a server that does
// its worst: it plants a different marker in every place where a secret travels, and looks for it wherever a
// program could print it.
package security_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

const (
	keyMarker = "KeyMarkerQ7w8E9r0T1y2U3i4"
	idMarker  = "4711000017"
)

// credentials are a key of each type.
var credentials = map[string]wrapper.Credential{
	"standard": wrapper.StandardKey(idMarker, keyMarker),
	"advanced": wrapper.AdvancedKey(idMarker, keyMarker),
}

// caller makes one request, or several of them.
type caller func(context.Context, *wrapper.Client) error

// calls are all ways to make a request.
var calls = map[string]caller{
	"status": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.GetScanRunStatus(ctx, 789, "QueryMarkerA1s2D3f4")
		return err
	},
	"wait": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.WaitScanRun(ctx, 789, wrapper.WaitOptions{While: []string{"Pending"}})
		return err
	},
	"abort": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("BodyMarkerZ1x2C3v4")))
		return err
	},
	"status through API": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 789, Fields: []string{"QueryMarkerA1s2D3f4"}})
		return err
	},
	"abort through API": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{
			Filters: []gen.EndpointFilter{wrapper.Hostnames("BodyMarkerZ1x2C3v4")},
		}})
		return err
	},
}

// heard is what a server was sent.
type heard struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

// serve answers each request with the raw bytes that answer makes of it, and closes the connection.
func serve(t testing.TB, answer func(r *http.Request) string) (url string, h *heard) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h = &heard{}
	var open sync.WaitGroup
	t.Cleanup(func() { listener.Close(); open.Wait() })
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { h.answer(conn, answer) })
		}
	})
	return "http://" + listener.Addr().String(), h
}

func (h *heard) answer(conn net.Conn, answer func(r *http.Request) string) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.requests, h.bodies = append(h.requests, r), append(h.bodies, string(body))
	h.mu.Unlock()
	io.WriteString(conn, answer(r))
}

// secrets are the credentials that were sent, each once, and the key.
func (h *heard) secrets() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := []string{keyMarker}
	for _, r := range h.requests {
		for _, name := range []string{"Authorization", "X-Xdr-Nonce"} {
			if v := r.Header.Get(name); v != "" && v != keyMarker {
				list = append(list, v)
			}
		}
	}
	return list
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// client is a Client of that server whose log, of every level and in both forms, is written to the buffer.
func client(t testing.TB, url string, cred wrapper.Credential, opts ...wrapper.Option) (*wrapper.Client, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	everything := &slog.HandlerOptions{Level: slog.Level(-100), AddSource: true}
	handler := slog.NewMultiHandler(slog.NewTextHandler(log, everything), slog.NewJSONHandler(log, everything))
	c, err := wrapper.New(url, cred, append([]wrapper.Option{
		wrapper.WithLogger(slog.New(handler)), wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c, log
}

var verbs = []string{"%v", "%+v", "%#v", "%q", "%x", "% X", "%s", "%d", "%T", "%p", "%t", "%o", "%b", "%U", "%c", "%e", "%10.30v"}

// printed is everything that a program can get to see of an error: each node of its tree under every verb, as
// JSON, and in a log.
func printed(err error) []string {
	var texts []string
	for _, node := range nodes(err) {
		for _, verb := range verbs {
			texts = append(texts, fmt.Sprintf(verb, node))
		}
		raw, _ := json.Marshal(node)
		var log bytes.Buffer
		slog.New(slog.NewMultiHandler(slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil))).Error("failed", "err", node)
		texts = append(texts, string(raw), log.String())
	}
	var e *wrapper.APIError
	if errors.As(err, &e) {
		texts = append(texts, string(e.Body), fmt.Sprintf("%+v", *e), fmt.Sprintf("%#v", *e), fmt.Sprint(e.Details))
	}
	return texts
}

// nodes are an error and all that it wraps.
func nodes(err error) []error {
	if err == nil {
		return nil
	}
	list := []error{err}
	switch e := err.(type) { //nolint:errorlint // one node after another
	case interface{ Unwrap() error }:
		list = append(list, nodes(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, wrapped := range e.Unwrap() {
			list = append(list, nodes(wrapped)...)
		}
	}
	return list
}

// wantHidden checks that no text contains a secret, in any of the forms that verbs and encodings give it.
func wantHidden(t testing.TB, where string, secrets []string, texts ...string) {
	t.Helper()
	all := strings.ToLower(strings.Join(texts, "\n"))
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			if at := strings.Index(all, strings.ToLower(form)); at >= 0 {
				t.Errorf("%s: %q, as %q, in …%s…", where, secret, form, all[max(0, at-200):min(len(all), at+200)])
				return
			}
		}
	}
}

func forms(secret string) []string {
	raw := []byte(secret)
	decimal := strings.Trim(fmt.Sprintf("%d", raw), "[]")
	list := []string{
		secret, hex.EncodeToString(raw), fmt.Sprintf("% x", raw), decimal, strings.ReplaceAll(decimal, " ", ","),
		strings.Trim(fmt.Sprintf("%#v", raw)[len("[]byte"):], "{}"),
	}
	for shift := range 3 { // base64 depends on what comes before
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		if len(encoded) > 12 {
			list = append(list, encoded[4:len(encoded)-4])
		}
	}
	return list
}

// TestTheSearchFindsWhatItIsFor: a search that finds nothing proves nothing.
func TestTheSearchFindsWhatItIsFor(t *testing.T) {
	e := &wrapper.APIError{Message: "m", Body: []byte("x" + keyMarker)}
	found := map[string]bool{}
	for _, text := range printed(fmt.Errorf("a: %w", errors.Join(errors.New("b"), e, errors.New(keyMarker)))) {
		for i, form := range forms(keyMarker) {
			if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
				found[fmt.Sprint(i)] = true
			}
		}
	}
	for _, i := range []int{0, 1, 2, 3, 5} {
		if !found[fmt.Sprint(i)] {
			t.Errorf("the form %q is not found", forms(keyMarker)[i])
		}
	}
	if raw, _ := json.Marshal(e); !strings.Contains(string(raw), forms(keyMarker)[7]) {
		t.Errorf("base64 is not found in %s", raw)
	}
}
