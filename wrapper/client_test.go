package wrapper_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

func TestClientNamesItsHostAndNoMore(t *testing.T) {
	c, err := newForTenant("https://gateway.example.org:8443/prefix", transport(good))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%s", "%+v"} {
		if got, want := fmt.Sprintf(verb, c), "Client(gateway.example.org:8443)"; got != want {
			t.Errorf("%s: %s, want %s", verb, got, want)
		}
	}
	for _, none := range []*wrapper.Client{nil, {}} {
		if got := none.String(); got != "Client(none)" {
			t.Errorf("got %s", got)
		}
	}
}

// TestErrorsOfNewNameThePackage, so that a program's log says where they come from.
func TestErrorsOfNewNameThePackage(t *testing.T) {
	good := wrapper.StandardKey("1", "k")
	for name, try := range map[string]func() (*wrapper.Client, error){
		"tenant":     func() (*wrapper.Client, error) { return wrapper.New("", good) },
		"credential": func() (*wrapper.Client, error) { return wrapper.New(testTenant, wrapper.Credential{}) },
		"key":        func() (*wrapper.Client, error) { return wrapper.New(testTenant, wrapper.StandardKey("1", "")) },
		"option":     func() (*wrapper.Client, error) { return wrapper.New(testTenant, good, wrapper.WithUserAgent("a\nb")) },
		"nil option": func() (*wrapper.Client, error) { return wrapper.New(testTenant, good, nil) },
	} {
		if c, err := try(); c != nil || err == nil || !strings.HasPrefix(err.Error(), "cortexscan: ") {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}

// TestNewSendsNothing, and needs no network.
func TestNewSendsNothing(t *testing.T) {
	rec := &recorder{next: transport(good)}
	if newClient(t, rec); len(rec.requests) != 0 {
		t.Errorf("%d requests", len(rec.requests))
	}
	if _, err := wrapper.New(testTenant, wrapper.AdvancedKey("1", "k")); err != nil {
		t.Error(err)
	}
}

// TestClientIsSafeForConcurrentUse finds its races under go test -race.
func TestClientIsSafeForConcurrentUse(t *testing.T) {
	c := clientWithKey(t, transport(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			return good(r)
		}
		return response(r, 200, `{"DATA": "Scan is in `+r.URL.Query().Get("id")+` state"}`), nil
	}), wrapper.AdvancedKey(testKeyID, testKey), wrapper.WithRateLimit(1e9, 1000))
	targets := wrapper.Matching(wrapper.Hostnames("a"))
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			for i := range 20 {
				id := int64(n*100 + i)
				status, err := c.GetScanRunStatus(context.Background(), id)
				if err != nil || status.State() != fmt.Sprint(id) {
					t.Errorf("%d: %v, %v", id, status, err)
				}
				if _, err := c.AbortScan(context.Background(), targets); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// TestAPIIsTheWholeGeneratedClient, of which the answers are the generated types.
func TestAPIIsTheWholeGeneratedClient(t *testing.T) {
	res, err := newClient(t, transport(good)).API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}})
	if err != nil || res.JSON200 == nil || res.JSON200.DATA != "Scan is in Running state" {
		t.Errorf("got %+v, %v", res, err)
	}
	// A 200 of another JSON type is the generated client's own decoding error.
	if res, err := newClient(t, canned(200, `[]`)).API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 1}); res != nil || err == nil {
		t.Errorf("got %+v, %v", res, err)
	}
}

func newForTenant(tenant string, rt http.RoundTripper) (*wrapper.Client, error) {
	return wrapper.New(tenant, wrapper.StandardKey(testKeyID, testKey), wrapper.WithHTTPClient(&http.Client{Transport: rt}))
}
