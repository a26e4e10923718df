// Package security_test checks the promises about credentials, redirects and terminals against hostile servers. It puts a
// different marker in every place where a secret travels, and searches for it in everything that a program could print.
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

// credentials contains one key of each type.
var credentials = map[string]wrapper.Credential{
	"standard": wrapper.StandardKey(idMarker, keyMarker),
	"advanced": wrapper.AdvancedKey(idMarker, keyMarker),
}

// calls are all ways to make a request.
var calls = map[string]func(context.Context, *wrapper.Client) error{
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

// recorder keeps the requests that a server received.
type recorder struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

// serve responds to each request with raw bytes and closes the connection.
func serve(t testing.TB, respond func(r *http.Request) string) (url string, received *recorder) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	received = &recorder{}
	var open sync.WaitGroup
	t.Cleanup(func() { listener.Close(); open.Wait() })
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { received.handle(conn, respond) })
		}
	})
	return "http://" + listener.Addr().String(), received
}

func (rec *recorder) handle(conn net.Conn, respond func(r *http.Request) string) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	body, _ := io.ReadAll(r.Body)
	rec.mu.Lock()
	rec.requests, rec.bodies = append(rec.requests, r), append(rec.bodies, string(body))
	rec.mu.Unlock()
	io.WriteString(conn, respond(r))
}

// secrets returns the key, and the signatures and nonces that were sent.
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

// client returns a Client of a server, and its log: every level, as text and as JSON.
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

// printed returns everything that a program can print of an error: each error in its tree under every verb, as JSON, and in
// a log.
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

// tree returns an error and everything it wraps.
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

// wantHidden checks that no string contains a secret, in any form that verbs and encodings give it.
func wantHidden(t testing.TB, where string, secrets []string, outputs ...string) {
	t.Helper()
	all := strings.ToLower(strings.Join(outputs, "\n"))
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

// TestSecretsAreFoundWhenPrinted checks the search itself.
func TestSecretsAreFoundWhenPrinted(t *testing.T) {
	e := &wrapper.APIError{Message: "m", Body: []byte("x" + keyMarker)}
	all := strings.ToLower(strings.Join(printed(fmt.Errorf("a: %w", errors.Join(errors.New("b"), e, errors.New(keyMarker)))), "\n"))
	for _, i := range []int{0, 1, 2, 3, 5, 7} {
		if form := forms(keyMarker)[i]; !strings.Contains(all, strings.ToLower(form)) {
			t.Errorf("the form %q is not found", form)
		}
	}
}

// TestSecretsReachTheServer checks that the markers are sent: otherwise their absence in a log would prove nothing.
func TestSecretsReachTheServer(t *testing.T) {
	for keyType, cred := range credentials {
		for name, call := range calls {
			t.Run(keyType+"/"+name, func(t *testing.T) {
				url, received := serve(t, func(*http.Request) string { return success })
				c, _ := client(t, url+"/PathMarkerG7h8J9k0", cred)
				if err := call(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				r, body := received.requests[0], received.bodies[0]
				sent := fmt.Sprint(r.URL, r.Header, body)
				want := []string{"PathMarkerG7h8J9k0", idMarker}
				switch {
				case keyType == "standard":
					want = append(want, keyMarker)
				case len(r.Header.Get("Authorization")) != 64 || len(r.Header.Get("X-Xdr-Nonce")) != 64:
					t.Errorf("no signature in %v", r.Header)
				default:
					wantHidden(t, "request", []string{keyMarker}, sent)
				}
				if r.Method == http.MethodPost {
					want = append(want, "BodyMarkerZ1x2C3v4")
				} else if name != "wait" {
					want = append(want, "QueryMarkerA1s2D3f4")
				}
				for _, marker := range want {
					if !strings.Contains(sent, marker) {
						t.Errorf("%s was not sent: %s", marker, sent)
					}
				}
			})
		}
	}
}

// TestOnlyTheListedFactsAreLogged checks that the key ID, the query, the body and everything in a response stay out of the
// log, at every level, however the call ends.
func TestOnlyTheListedFactsAreLogged(t *testing.T) {
	markers := []string{idMarker, "PathMarkerG7h8J9k0", "QueryMarkerA1s2D3f4", "BodyMarkerZ1x2C3v4", "HeaderMarkerB5n6M7q8", "ResponseMarkerL3k4J5h6", "ReasonMarkerP0o9I8u7"}
	const header, content = "HeaderMarkerB5n6M7q8", "ResponseMarkerL3k4J5h6"
	for end, raw := range map[string]string{
		"success":    "HTTP/1.1 200 ReasonMarkerP0o9I8u7\r\nX-A: " + header + "\r\n\r\n" + `{"DATA": "Scan is in ` + content + ` state", "reply": {"action_id": "` + content + `"}}`,
		"retries":    "HTTP/1.1 503 ReasonMarkerP0o9I8u7\r\nRetry-After: " + header + "\r\n\r\n" + content,
		"rate limit": "HTTP/1.1 429 ReasonMarkerP0o9I8u7\r\nX-A: " + header + "\r\n\r\n" + `{"err_msg": "` + content + `"}`,
		"failure": "HTTP/1.1 401 ReasonMarkerP0o9I8u7\r\nWWW-Authenticate: " + header + "\r\n\r\n" +
			`{"reply": {"err_code": "` + content + `", "err_msg": "` + content + `", "err_extra": {"` + content + `": 1}}}`,
		"redirect":    "HTTP/1.1 302 ReasonMarkerP0o9I8u7\r\nLocation: /" + header + "\r\nContent-Length: 0\r\n\r\n",
		"not HTTP":    content + "\r\n\r\n",
		"no response": "",
	} {
		for keyType, cred := range credentials {
			for name, call := range calls {
				t.Run(end+"/"+keyType+"/"+name, func(t *testing.T) {
					url, received := serve(t, func(*http.Request) string { return raw })
					c, log := client(t, url+"/PathMarkerG7h8J9k0", cred)
					err := call(t.Context(), c)
					wantHidden(t, "log", append(markers, received.secrets()...), log.String())
					wantHidden(t, "error", received.secrets(), printed(err)...)
					if log.Len() == 0 {
						t.Error("nothing was logged")
					}
				})
			}
		}
	}
}

// TestRefusalsOfNewHideSecrets passes a password or the key in the wrong place.
func TestRefusalsOfNewHideSecrets(t *testing.T) {
	const marker = "UserMarkerV7b8N9m0"
	good := credentials["standard"]
	create := func(tenant string) func() (*wrapper.Client, error) {
		return func() (*wrapper.Client, error) { return wrapper.New(tenant, good) }
	}
	for name, try := range map[string]func() (*wrapper.Client, error){
		"userinfo":                      create("https://ana:" + marker + "@example.org"),
		"userinfo of a bare host":       create("ana:" + marker + "@example.org"),
		"userinfo of a malformed URL":   create("https://ana:" + marker + "%zz@exa mple.org"),
		"userinfo, bad port":            create("https://ana:" + marker + "@example.org:x"),
		"query":                         create("https://example.org/?key=" + marker),
		"fragment":                      create("https://example.org/#" + marker),
		"the key as tenant":             create(marker),
		"the key as tenant, with signs": create(marker + "/+="),
		"the key as scheme":             create(marker + "://example.org"),
		"the key as port":               create("https://example.org:" + marker),
		"a key with a line break": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", wrapper.StandardKey("1", marker+"\nx"))
		},
		"a key in quotes": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", wrapper.StandardKey("1", `"`+marker+`"`))
		},
		"a key after Bearer": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", wrapper.StandardKey("1", "Bearer "+marker))
		},
		"the key as ID": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", wrapper.AdvancedKey(marker+"\x00", "k"))
		},
		"the key as product": func() (*wrapper.Client, error) {
			return wrapper.New("example.org", good, wrapper.WithUserAgent(marker+"\nx"))
		},
		"the key as key type": func() (*wrapper.Client, error) { _, err := wrapper.KeyOfType(marker, "1", "k"); return nil, err },
		"the key as key file": func() (*wrapper.Client, error) { _, err := wrapper.ReadKeyFile(marker); return nil, err },
	} {
		t.Run(name, func(t *testing.T) {
			c, err := try()
			if c != nil || err == nil {
				t.Fatalf("got %v, want an error", c)
			}
			wantHidden(t, "error", []string{marker}, printed(err)...)
		})
	}
}
