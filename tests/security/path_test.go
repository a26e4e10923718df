package security_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// TestDotSegmentsAreRefused changes the path of a request as a path parameter can. A server or a proxy resolves dot segments,
// so that a signed request would reach another operation.
func TestDotSegmentsAreRefused(t *testing.T) {
	for path, refused := range map[string]bool{
		"/public_api/v1/run/..":           true,
		"/public_api/v1/run/.":            true,
		"/public_api/v1/run/../command":   true,
		"/public_api/v1/./run":            true,
		"/../public_api":                  true,
		"/public_api/v1/run/%2e%2e":       true,
		"/public_api/v1/run/%2E%2E/x":     true,
		"/public_api/v1/run/.%2e/command": true,
		"/public_api/v1/run/%2e":          true,
		"/public_api/v1/run%2f..%2fx":     true,
		"/public_api/v1/run/..%2Fx":       true,
		"/public_api/v1/run/%2e%2e%2fx":   true,
		`/public_api/v1/run/..\x`:         true,
		"/public_api/v1/run/..%5cx":       true,
		"/public_api/v1/run/...":          false,
		"/public_api/v1/run/a..b":         false,
		"/public_api/v1/run/.a":           false,
		"/public_api/v1/run/a%2fb":        false,
		"/public_api/v1/run/1.2.3":        false,
	} {
		t.Run(path, func(t *testing.T) {
			base, received := serve(t, func(*http.Request) string { return success })
			c, _ := client(t, base, credentials["advanced"])
			_, err := c.API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}},
				func(_ context.Context, r *http.Request) error {
					unescaped, err := url.PathUnescape(path)
					r.URL.Path, r.URL.RawPath = unescaped, path
					return err
				})
			if sent := len(received.requests) > 0; sent == refused || refused != errors.Is(err, wrapper.ErrInvalidRequest) {
				t.Errorf("sent: %v, error: %v; want it refused: %v", sent, err, refused)
			}
		})
	}
}
