// Package wire_test compares requests with golden files, byte for byte.
package wire_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"io"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	keyID = "17"
	key   = "testApiKey"
)

type call = func(context.Context, *wrapper.Client) error

// In the golden files, descriptions in braces replace the values that differ between runs.
func TestGoldenRequests(t *testing.T) {
	since := time.UnixMilli(1584983036945)
	standard, advanced := wrapper.StandardKey(keyID, key), wrapper.AdvancedKey(keyID, key)
	status := func(id int64, fields ...string) call {
		return func(ctx context.Context, c *wrapper.Client) error {
			_, err := c.GetScanRunStatus(ctx, id, fields...)
			return err
		}
	}
	abort := func(targets wrapper.Targets, opts ...wrapper.AbortOption) call {
		return func(ctx context.Context, c *wrapper.Client) error {
			_, err := c.AbortScan(ctx, targets, opts...)
			return err
		}
	}
	apiAbort := func(filters gen.EndpointFilters) call {
		return func(ctx context.Context, c *wrapper.Client) error {
			_, err := c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: filters}})
			return err
		}
	}
	tests := []struct {
		name string
		cred wrapper.Credential
		call call
	}{
		{"status_standard", standard, status(789)},
		{"status_advanced", advanced, status(789)},
		{"status_fields", standard, status(9223372036854775807, "status", "a b&c=d")},
		{"status_api", standard, func(ctx context.Context, c *wrapper.Client) error {
			_, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 789, Fields: []string{"status"}})
			return err
		}},
		{"abort_all", standard, abort(wrapper.AllEndpoints())},
		{"abort_all_advanced", advanced, abort(wrapper.AllEndpoints())},
		{"abort_every_filter", standard, abort(wrapper.Matching(
			wrapper.EndpointIDs("0a1b", "2c3d"), wrapper.Hostnames("laptop-17"), wrapper.Aliases("front desk"),
			wrapper.GroupNames("Finance"), wrapper.Distributions("eu-1"), wrapper.IPs("192.0.2.7", "2001:db8::7"),
			wrapper.Usernames("ana"), wrapper.Platforms("windows", "linux"), wrapper.Isolation("unisolated"),
			wrapper.ScanStatuses("pending", "in_progress"),
			wrapper.FirstSeenSince(since), wrapper.FirstSeenUntil(since), wrapper.LastSeenSince(since), wrapper.LastSeenUntil(since),
			wrapper.Where("tag", "in", "next year's"),
		), wrapper.WithIncident("4711"))},
		{"abort_api", standard, apiAbort([]gen.EndpointFilter{wrapper.Hostnames("laptop-17")})},
		{"abort_api_zero_request", standard, apiAbort(nil)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var raw []byte
			transport := roundTripper(func(r *http.Request) (res *http.Response, err error) {
				checkSignature(t, r.Header)
				raw, err = httputil.DumpRequestOut(r, true) // as net/http sends it
				const body = `{"DATA":"Scan is in Running state","reply":{"action_id":"1","status":"1","endpoints_count":"1"}}`
				return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, err
			})
			c, err := wrapper.New("https://gateway.example", tt.cred, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			compare(t, tt.name, normalize(raw))
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// checkSignature checks the signature of a request if an Advanced key signed it.
func checkSignature(t *testing.T, h http.Header) {
	t.Helper()
	if nonce := h.Get("x-xdr-nonce"); nonce != "" {
		sum := sha256.Sum256([]byte(key + nonce + h.Get("x-xdr-timestamp")))
		if got, want := h.Get("Authorization"), hex.EncodeToString(sum[:]); got != want {
			t.Errorf("got the signature %s, want %s", got, want)
		}
	}
}

var varying = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`(?m)^(Authorization: )[0-9a-f]{64}\r$`), "${1}{64 hexadecimal digits}\r"},
	{regexp.MustCompile(`(?m)^(X-Xdr-Nonce: )[A-Za-z0-9]{64}\r$`), "${1}{64 random characters}\r"},
	{regexp.MustCompile(`(?m)^(X-Xdr-Timestamp: )[0-9]{13}\r$`), "${1}{13 digits}\r"},
}

func normalize(raw []byte) string {
	for _, v := range varying {
		raw = v.pattern.ReplaceAll(raw, []byte(v.name))
	}
	s := strings.Replace(string(raw), "cortexscan/"+wrapper.Version, "cortexscan/{version}", 1)
	return strings.ReplaceAll(s, "\r\n", "\n")
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".http")
	if *update {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("sent:\n%s\n\nwant the content of %s:\n%s", got, path, want)
	}
}
