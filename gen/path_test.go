package gen

import (
	"net/url"
	"os"
	"strings"
	"testing"
)

// A path parameter that is "." or ".." must stay in the path.
func TestDotsInPathsAreNotResolved(t *testing.T) {
	for _, tt := range []struct{ server, path, want string }{
		{"/", "./v1/things/a/stop", "/v1/things/a/stop"},
		{"https://example.org/prefix/", "./v1/things/a%2Fb", "https://example.org/prefix/v1/things/a%2Fb"},
		{"https://example.org/prefix", "./v1/...", "https://example.org/v1/..."}, // like URL.Parse
		{"/", "./v1/things/../stop", "/v1/things/../stop"},
		{"/", "./v1/things/..", "/v1/things/.."},
		{"/", "./v1/things/.", "/v1/things/."},
		{"https://example.org/prefix/", "./v1/things/..", "https://example.org/prefix/v1/things/.."},
		{"https://example.org/", "./v1/%2e%2E/stop", "https://example.org/v1/%2e%2E/stop"}, // URL.Parse does not resolve encoded dots
	} {
		server, err := url.Parse(tt.server)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := below(server, tt.path); err != nil || got.String() != tt.want {
			t.Errorf("%s below %s: got %v, %v, want %s", tt.path, tt.server, got, err, tt.want)
		}
	}
	if got, err := below(&url.URL{Path: "/"}, "./v1/%zz"); err == nil {
		t.Errorf("a bad escape: got %v, want an error", got)
	}
	generated, err := os.ReadFile("client.gen.go")
	if err != nil || strings.Contains(string(generated), "serverURL.Parse(") || !strings.Contains(string(generated), "below(serverURL, operationPath)") {
		t.Errorf("the generated client resolves paths by itself: run go generate (%v)", err)
	}
}
