package evolved

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

const (
	keyID, key = "17", "a key of the test"
	path       = "/public_api/netscan/v1/scan/run/789/command"
	operation  = "POST " + path
)

// service answers with the next of its answers, the last of which stays, and keeps what arrived.
type service struct {
	answers []answer
	arrived []arrival
}

type answer struct {
	status int
	body   string
}

type arrival struct {
	request string // method and path
	header  http.Header
	body    string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a := s.answers[min(len(s.arrived), len(s.answers)-1)]
	s.arrived = append(s.arrived, arrival{r.Method + " " + r.URL.Path, r.Header, string(body)})
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// start returns a service and a client of it, which validates what it sends and receives.
func start(t *testing.T, answers ...answer) (*service, *wrapper.Client) {
	t.Helper()
	s := &service{answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, client(t, server.URL)
}

func client(t *testing.T, url string) *wrapper.Client {
	t.Helper()
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	c, err := wrapper.New(url, wrapper.AdvancedKey(keyID, key), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v),
		wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkSigned verifies the signature of an Advanced key, as the service does.
func checkSigned(t *testing.T, h http.Header) {
	t.Helper()
	nonce, timestamp := h.Get("x-xdr-nonce"), h.Get("x-xdr-timestamp")
	sum := sha256.Sum256([]byte(key + nonce + timestamp))
	if len(nonce) != 64 || h.Get("x-xdr-auth-id") != keyID || h.Get("Authorization") != hex.EncodeToString(sum[:]) {
		t.Errorf("not signed: %v", h)
	}
}

func TestItIsCalledAndSigned(t *testing.T) {
	s, c := start(t, answer{200, `{"DATA":"Scan is in Paused state"}`})
	if err := pause(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if len(s.arrived) != 1 {
		t.Fatalf("%d requests arrived", len(s.arrived))
	}
	got := s.arrived[0]
	checkSigned(t, got.header)
	if got.request != operation || got.body != `{"request_data":{"type":"PAUSE"}}` {
		t.Errorf("got %s %s", got.request, got.body)
	}
	if agent := got.header.Get("User-Agent"); !strings.HasPrefix(agent, "cortexscan/") {
		t.Errorf("the User-Agent is %q", agent)
	}
}

func TestItIsValidated(t *testing.T) {
	call := func(body string, editors ...gen.RequestEditorFn) func(context.Context, *wrapper.Client) error {
		return func(ctx context.Context, c *wrapper.Client) error {
			_, err := c.API().CommandScanRunWithBodyWithResponse(ctx, 789, &gen.CommandScanRunParams{},
				"application/json", strings.NewReader(body), editors...)
			return err
		}
	}
	toPath := func(path string) gen.RequestEditorFn {
		return func(_ context.Context, r *http.Request) error { r.URL.Path = path; return nil }
	}
	const good = `{"request_data":{"type":"PAUSE"}}`
	for _, tt := range []struct {
		name  string
		call  func(context.Context, *wrapper.Client) error
		place api.Problem // without its reason
	}{
		{"empty body struct", func(ctx context.Context, c *wrapper.Client) error {
			_, err := c.API().CommandScanRunWithResponse(ctx, 789, &gen.CommandScanRunParams{}, gen.ScanRunCommand{})
			return err
		}, api.Problem{In: "body", Pointer: "/request_data/type"}},
		{"no type", call(`{"request_data":{}}`), api.Problem{In: "body", Pointer: "/request_data/type"}},
		{"unknown member", call(`{"request_data":{"type":"PAUSE","run":1}}`), api.Problem{In: "body", Pointer: "/request_data/run"}},
		{"path parameter", call(good, toPath(strings.Replace(path, "789", "latest", 1))), api.Problem{In: "path", Name: "id"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := start(t, answer{200, `{}`})
			err := tt.call(t.Context(), c)
			var v *api.Violation
			if !errors.Is(err, wrapper.ErrInvalidRequest) || !errors.As(err, &v) {
				t.Fatalf("got %v, want ErrInvalidRequest and a Violation", err)
			}
			if len(v.Problems) != 1 {
				t.Fatalf("got %v, want one problem", v)
			}
			if v.Problems[0].Reason = ""; v.Problems[0] != tt.place {
				t.Errorf("got a problem at %+v, want %+v", v.Problems[0], tt.place)
			}
			if len(s.arrived) > 0 {
				t.Error("it was sent")
			}
		})
	}
	t.Run("answer", func(t *testing.T) {
		_, c := start(t, answer{200, `{"DATA":5}`})
		err := pause(t.Context(), c)
		if !errors.Is(err, wrapper.ErrInvalidResponse) || !errors.Is(err, wrapper.ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrInvalidResponse and ErrOutcomeUnknown", err)
		}
	})
}

func TestItIsRetriedByTheRules(t *testing.T) {
	good := answer{200, `{"DATA":"Scan is in Paused state"}`}
	for _, tt := range []struct {
		name     string
		answers  []answer
		attempts int
		unknown  bool
		kind     error // nil: it succeeds
	}{
		{"429 was refused", []answer{{429, ""}, {429, ""}, good}, 3, false, nil},
		{"429 for ever", []answer{{429, ""}}, 3, false, wrapper.ErrRateLimited},
		{"503 may have been carried out", []answer{{503, ""}, good}, 1, true, wrapper.ErrServer},
		{"504 may have been carried out", []answer{{504, ""}, good}, 1, true, wrapper.ErrServer},
		{"500 is an answer", []answer{{500, "Internal Server Error"}, good}, 1, false, wrapper.ErrServer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := start(t, tt.answers...)
			err := pause(t.Context(), c)
			if !errors.Is(err, tt.kind) || (tt.kind == nil) != (err == nil) {
				t.Errorf("got %v, want %v", err, tt.kind)
			}
			if errors.Is(err, wrapper.ErrOutcomeUnknown) != tt.unknown {
				t.Errorf("outcome unknown: got %v", err)
			}
			if len(s.arrived) != tt.attempts {
				t.Errorf("%d attempts, want %d", len(s.arrived), tt.attempts)
			}
			nonces := map[string]bool{}
			for _, a := range s.arrived {
				checkSigned(t, a.header)
				nonces[a.header.Get("x-xdr-nonce")] = true
				if a.body != s.arrived[0].body {
					t.Errorf("an attempt sent %q, the first %q", a.body, s.arrived[0].body)
				}
			}
			if len(nonces) != len(s.arrived) {
				t.Error("a nonce was used twice")
			}
		})
	}
}

func TestItsErrorsAreNormalized(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answer  answer
		kind    error
		code    string
		message string
		details []wrapper.Detail
	}{
		{"fields", answer{400, `{"err_msg":"Invalid","metadata":{"err_extra":[{"field":"type","message":"unknown"}]}}`},
			wrapper.ErrBadRequest, "", "Invalid", []wrapper.Detail{{Field: "type", Message: "unknown"}}},
		{"platform", answer{401, `{"reply":{"err_code":401,"err_msg":"Unauthorized","err_extra":null}}`},
			wrapper.ErrUnauthorized, "401", "Unauthorized", nil},
		{"metadata", answer{403, `{"err_msg":"No","metadata":{"code":"FORBIDDEN"}}`}, wrapper.ErrForbidden, "FORBIDDEN", "No", nil},
		{"no run", answer{404, `{"err_msg":"Run ID not found"}`}, wrapper.ErrNotFound, "", "Run ID not found", nil},
		{"error in a 200", answer{200, `{"reply":{"err_code":500,"err_msg":"Failed"}}`}, wrapper.ErrServer, "500", "Failed", nil},
		{"page", answer{502, `<html><title>Bad Gateway</title></html>`}, wrapper.ErrServer, "", "Bad Gateway", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, c := start(t, tt.answer)
			err := pause(t.Context(), c)
			var e *wrapper.APIError
			if !errors.As(err, &e) || !errors.Is(err, tt.kind) {
				t.Fatalf("got %v, want an APIError of the kind %v", err, tt.kind)
			}
			if e.Operation != operation || e.StatusCode != tt.answer.status || string(e.Body) != tt.answer.body {
				t.Errorf("got %s, %d, %s", e.Operation, e.StatusCode, e.Body)
			}
			if e.Code != tt.code || e.Message != tt.message || !reflect.DeepEqual(e.Details, tt.details) {
				t.Errorf("got %q, %q, %v", e.Code, e.Message, e.Details)
			}
		})
	}
}

// TestTheSandboxCompilesAndSaysSo: it checks what it has never heard of, and does not pretend to carry it out.
func TestTheSandboxCompilesAndSaysSo(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey(keyID, key, sandbox.Advanced), sandbox.WithClock(time.Now))
	server := httptest.NewServer(tenant)
	defer server.Close()
	err := pause(t.Context(), client(t, server.URL))
	var e *wrapper.APIError
	if !errors.As(err, &e) || e.StatusCode != http.StatusNotImplemented || errors.Is(err, wrapper.ErrOutcomeUnknown) {
		t.Errorf("got %v, want a 501", err)
	}
	calls := tenant.Calls()
	if len(calls) != 1 || len(calls[0].Problems) > 0 {
		t.Errorf("the sandbox saw %+v", calls)
	}
	var v any
	if json.Unmarshal(e.Body, &v) != nil {
		t.Errorf("the body is %s", e.Body)
	}
}
