// Package security_test checks what SECURITY.md promises about credentials, redirects
// and terminals, with hostile servers. Every place that can contain a secret gets a
// marker, and the tests search everything that a program could print for these markers.
package security_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

const (
	keyMarker = "KeyMarkerQ7w8E9r0T1y2U3i4"
	keyID     = "4711000017"
)

var credentials = map[string]wrapper.Credential{
	"standard": wrapper.StandardKey(keyID, keyMarker),
	"advanced": wrapper.AdvancedKey(keyID, keyMarker),
}

// calls contains every way to make a request.
var calls = map[string]func(context.Context, *wrapper.Client) error{
	"status": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.GetScanRunStatus(ctx, 789)
		return err
	},
	"wait": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.WaitScanRun(ctx, 789, wrapper.WaitOptions{While: []string{"Pending"}})
		return err
	},
	"abort": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.AbortScan(ctx, wrapper.AllEndpoints())
		return err
	},
	"status through API": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 789})
		return err
	},
	"abort through API": func(ctx context.Context, c *wrapper.Client) error {
		_, err := c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{})
		return err
	},
}

type recorder struct {
	mu       sync.Mutex
	requests []*http.Request
}

// serve starts a server that responds to each request with raw bytes and closes the connection.
func serve(t testing.TB, respond func(r *http.Request) string) (url string, received *recorder) {
	t.Helper()
	received = &recorder{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		received.mu.Lock()
		received.requests = append(received.requests, r)
		received.mu.Unlock()
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		io.WriteString(conn, respond(r))
	}))
	t.Cleanup(server.Close)
	return server.URL, received
}

// secrets returns the key and every signature and nonce that was sent.
func (rec *recorder) secrets() []string {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	list := []string{keyMarker}
	for _, r := range rec.requests {
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

// client returns a Client and its log, which contains the records of all levels, as text and as JSON.
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

// printed returns everything that a program could print about an error: the error and all errors that it wraps, with
// many verbs, as JSON, and in a log.
func printed(err error) []string {
	var out []string
	for _, e := range tree(err) {
		for _, verb := range verbs {
			out = append(out, fmt.Sprintf(verb, e))
		}
		raw, _ := json.Marshal(e)
		var log bytes.Buffer
		slog.New(slog.NewMultiHandler(slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil))).Error("failed", "err", e)
		out = append(out, string(raw), log.String())
	}
	var e *wrapper.APIError
	if errors.As(err, &e) {
		out = append(out, string(e.Body), fmt.Sprintf("%+v", *e), fmt.Sprintf("%#v", *e), fmt.Sprint(e.Details, e.Header))
	}
	return out
}

// tree returns an error and all errors that it wraps.
func tree(err error) []error {
	if err == nil {
		return nil
	}
	list := []error{err}
	//lint:ignore errorlint one level at a time
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		list = append(list, tree(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, wrapped := range e.Unwrap() {
			list = append(list, tree(wrapped)...)
		}
	}
	return list
}

// wantHidden checks that the outputs do not contain the secrets in any form that a verb or an encoder produces.
func wantHidden(t testing.TB, where string, secrets []string, outputs ...string) {
	t.Helper()
	all := strings.ToLower(strings.Join(outputs, "\n"))
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			if at := strings.Index(all, strings.ToLower(form)); at >= 0 {
				t.Errorf("%s: found %q, as %q, in …%s…", where, secret, form, all[max(0, at-200):min(len(all), at+200)])
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
	for shift := range 3 { // base64 depends on the position of the secret
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		if len(encoded) > 12 {
			list = append(list, encoded[4:len(encoded)-4])
		}
	}
	return list
}

// TestRefusalsOfNewHideSecrets passes a password or the key in the
// wrong place. TestTenants covers more tenants.
func TestRefusalsOfNewHideSecrets(t *testing.T) {
	const marker = "UserMarkerV7b8N9m0"
	create := func(tenant string, cred wrapper.Credential, opts ...wrapper.Option) error {
		c, err := wrapper.New(tenant, cred, opts...)
		if c != nil {
			t.Errorf("New accepted %s", tenant)
		}
		return err
	}
	good := credentials["standard"]
	_, keyTypeError := wrapper.KeyOfType(marker, "1", "k")
	_, keyFileError := wrapper.ReadKeyFile(marker)
	for name, err := range map[string]error{
		"userinfo":                create("https://ana:"+marker+"@example.org", good),
		"userinfo, malformed":     create("https://ana:"+marker+"%zz@exa mple.org", good),
		"query":                   create("https://example.org/?key="+marker, good),
		"the key as tenant":       create(marker+"/+=", good),
		"the key as scheme":       create(marker+"://example.org", good),
		"the key as port":         create("https://example.org:"+marker, good),
		"a key with a line break": create("example.org", wrapper.StandardKey("1", marker+"\nx")),
		"a key in quotes":         create("example.org", wrapper.StandardKey("1", `"`+marker+`"`)),
		"a key after Bearer":      create("example.org", wrapper.StandardKey("1", "Bearer "+marker)),
		"the key as ID":           create("example.org", wrapper.AdvancedKey(marker+"\x00", "k")),
		"the key as user agent":   create("example.org", good, wrapper.WithUserAgent(marker+"\nx")),
		"the key as key type":     keyTypeError,
		"the key as key file":     keyFileError,
	} {
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
		wantHidden(t, name, []string{marker}, printed(err)...)
	}
}
