package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

var reference = regexp.MustCompile(`(?:href|src)="([^"#]+)"|url\(([^)"']+)\)`)

// Whatever the pages refer to is served from here, and is something.
func TestPagesReferToWhatIsServed(t *testing.T) {
	_, h := newPlayground()
	send(h, "GET", "/x", "")
	found := map[string]bool{}
	for _, page := range []string{"/", "/docs", "/assets/common.css", "/assets/live.css", "/assets/docs.css"} {
		for _, m := range reference.FindAllStringSubmatch(send(h, "GET", page, "").Body.String(), -1) {
			found[m[1]+m[2]] = true
		}
	}
	if len(found) < 10 {
		t.Errorf("only %v were found", found)
	}
	for target := range found {
		if w := send(h, "GET", "http://x"+target, ""); w.Code != 200 || w.Body.Len() == 0 || !strings.HasPrefix(target, "/") {
			t.Errorf("%s: %d, %d bytes", target, w.Code, w.Body.Len())
		}
	}
	for path := range assets() {
		w := send(h, "GET", path, "")
		if w.Code != 200 || w.Body.Len() < 50 {
			t.Errorf("%s: %d, %d bytes", path, w.Code, w.Body.Len())
		}
		if !found[path] {
			t.Errorf("no page uses %s", path)
		}
	}
}

func TestKindsOfAssets(t *testing.T) {
	for name, handler := range assets() {
		kind := send(handler, "GET", name, "").Header().Get("Content-Type")
		want := map[string]string{".js": "text/javascript", ".css": "text/css", ".ico": "image/svg+xml", "": "text/plain", ".txt": "text/plain"}[path.Ext(name)]
		if !strings.HasPrefix(kind, want) || want == "" {
			t.Errorf("%s is %q", name, kind)
		}
	}
}

// The files of Swagger UI are those that were looked at: fetch.sh says how they were obtained.
func TestSwaggerUIIsTheOneThatWasLookedAt(t *testing.T) {
	sums, err := os.ReadFile("swaggerui/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"SHA256SUMS": true, "LICENSE": true, "NOTICE": true, "VERSION": true, "fetch.sh": true}
	_, h := newPlayground()
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		known[name+".gz"] = true
		w := send(h, "GET", "/assets/swagger-ui/"+name, "")
		if got := sha256.Sum256(w.Body.Bytes()); hex.EncodeToString(got[:]) != sum || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is another", name)
		}
		packed := send(h, "GET", "/assets/swagger-ui/"+name, "", "Accept-Encoding", "deflate, gzip")
		if packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s is not sent compressed", name)
			continue
		}
		r, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(r); err != nil || !bytes.Equal(unpacked, w.Body.Bytes()) {
			t.Errorf("%s unpacks to something else: %v", name, err)
		}
	}
	entries, err := os.ReadDir("swaggerui")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !known[e.Name()] {
			t.Errorf("%s has no checksum", e.Name())
		}
	}
	version, _ := files.ReadFile("swaggerui/VERSION")
	script, _ := os.ReadFile("swaggerui/fetch.sh")
	if v := strings.TrimSpace(string(version)); v == "" || !strings.Contains(string(script), "\nversion="+v+"\n") {
		t.Errorf("the version is %q", version)
	}
}

func TestContractIsServed(t *testing.T) {
	_, h := newPlayground()
	w := send(h, "GET", "/openapi.yaml", "")
	if !bytes.Equal(w.Body.Bytes(), api.Document()) || w.Header().Get("Content-Type") != "application/yaml" {
		t.Errorf("it is not the contract, or not YAML: %v", w.Header())
	}
}

// The reference page has the key, in a place where it is data and nothing else.
func TestDocsPageHasTheKey(t *testing.T) {
	for _, kind := range []string{"advanced", "standard"} {
		p := New(Key{ID: "1", Secret: `a"><script>&`, Type: kind})
		page := send(p.handler(func(string) bool { return true }), "GET", "/docs", "").Body.String()
		want := `data-id="1" data-type="` + kind + `" data-secret="a&#34;&gt;&lt;script&gt;&amp;"`
		if !strings.Contains(page, want) || !strings.Contains(page, "Swagger UI 5.") {
			t.Errorf("%s: no %s in %s", kind, want, page)
		}
	}
}
