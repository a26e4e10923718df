package wrapper_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// setEnv sets the variables that FromEnv reads, and empties those without a value. The names omit the prefix CORTEXCLOUD_API_.
func setEnv(t *testing.T, values map[string]string) {
	for _, name := range []string{"URL", "KEY", "KEY_FILE", "KEY_ID", "KEY_TYPE"} {
		t.Setenv("CORTEXCLOUD_API_"+name, values[name])
	}
}

func TestFromEnv(t *testing.T) {
	all := map[string]string{"URL": "https://api-" + testTenant + "/", "KEY": testKey, "KEY_ID": testKeyID}
	for _, tt := range []struct {
		name    string
		changes map[string]string
		signed  bool
		want    string // the error
	}{
		{"advanced by default", nil, true, ""},
		{"standard, in upper case", map[string]string{"KEY": " " + testKey + " ", "KEY_TYPE": "STANDARD"}, false, ""},
		{"a key file, the key blank", map[string]string{"KEY_FILE": keyFile(t, testKey+"\n", 0o600), "KEY": " ", "KEY_TYPE": "standard"}, false, ""},
		{"a key, the key file blank", map[string]string{"KEY_FILE": " ", "KEY_TYPE": "standard"}, false, ""},

		{"no URL", map[string]string{"URL": " "}, false, "set CORTEXCLOUD_API_URL"},
		{"no key", map[string]string{"KEY": "\u00a0"}, false, "set CORTEXCLOUD_API_KEY (or CORTEXCLOUD_API_KEY_FILE)"},
		{"both keys", map[string]string{"KEY_FILE": "/run/secrets/" + testKey}, false, "CORTEXCLOUD_API_KEY and CORTEXCLOUD_API_KEY_FILE are both set"},
		{"no such file", map[string]string{"KEY": "", "KEY_FILE": testKey}, false, "no such key file"},
		{"another key type", map[string]string{"KEY_TYPE": "a\x1b[mb"}, false, `the key type must be advanced or standard, not "a[mb" (CORTEXCLOUD_API_KEY_TYPE)`},
		{"a password in the URL", map[string]string{"URL": "https://ana:" + testKey + "@acme.example.org"}, false, "user name or a password"},
	} {
		env := maps.Clone(all)
		maps.Copy(env, tt.changes)
		setEnv(t, env)
		rec := &recorder{next: transport(good)}
		c, err := wrapper.FromEnv(wrapper.WithHTTPClient(&http.Client{Transport: rec}))
		if tt.want != "" {
			if c != nil || err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), testKey) {
				t.Errorf("%s: got %v, %v, want an error with %q and without the key", tt.name, c, err, tt.want)
			}
			continue
		}
		must(must(c, err).GetScanRunStatus(t.Context(), 1))
		r := rec.requests[0]
		if r.URL.Host != "api-"+testTenant || r.Header.Get("X-Xdr-Auth-Id") != testKeyID {
			t.Errorf("%s: sent to %s with the ID %s", tt.name, r.URL.Host, r.Header.Get("X-Xdr-Auth-Id"))
		}
		if signed := r.Header.Get("X-Xdr-Nonce") != ""; signed != tt.signed || !signed && r.Header.Get("Authorization") != testKey {
			t.Errorf("%s: signed %v, want %v; or another key was sent", tt.name, signed, tt.signed)
		}
	}
}

// tests/security searches all printed forms of a Credential for the key.
func TestKeyOfType(t *testing.T) {
	for kind, want := range map[string]string{"": "advanced", "advanced": "advanced", " ADVANCED ": "advanced", "standard": "standard", "Standard\n": "standard"} {
		cred := must(wrapper.KeyOfType(kind, "17", testKey))
		inJSON := must(json.Marshal(cred))
		if got, want := fmt.Sprintf("%v %#v %d %s", cred, cred, cred, inJSON), strings.ReplaceAll(`C C C "C"`, "C", "Credential("+want+", hidden)"); got != want {
			t.Errorf("%q: got %s, want %s", kind, got, want)
		}
	}
	// The error quotes a misspelled type, but nothing that could be the key.
	for kind, quoted := range map[string]bool{"advansed": true, "abcdefghijkl": true, "abcdefghijklm": false, "a1b": false, "hunter": false} {
		cred, err := wrapper.KeyOfType(kind, "17", "hunter")
		if err == nil || strings.Contains(err.Error(), kind) != quoted || cred.String() != "Credential(none)" {
			t.Errorf("%s: got %v, %v", kind, cred, err)
		}
	}
}

func keyFile(t *testing.T, content string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "it's a key")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadKeyFile(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if os.Symlink(keyFile(t, testKey, 0o600), link) != nil { // Windows may refuse to create a link
		link = keyFile(t, testKey, 0o600)
	}
	open := keyFile(t, testKey, 0o604)
	chmod := "run chmod 600 '" + strings.ReplaceAll(open, "'", `'\''`) + "'"
	if runtime.GOOS == "windows" { // Windows has no such mode
		chmod = ""
	}
	for _, tt := range []struct{ name, path, want string }{ // want is in the error; "" for no error
		{"through a link", link, ""},
		{"readable by its group, as container platforms mount it", keyFile(t, testKey, 0o440), ""},
		{"as much space as fits", keyFile(t, "\u00a0 "+testKey+strings.Repeat("\n", 64<<10-len("\u00a0 "+testKey)), 0o600), ""},
		{"too large", keyFile(t, testKey+strings.Repeat("\n", 64<<10), 0o600), "too large"},
		{"blank", keyFile(t, " \n\u00a0", 0o600), "is empty"},
		{"the key itself", testKey, "is this the key itself"},
		{"NUL in the path", testKey + "\x00", "cannot be opened"},
		{"a directory", t.TempDir(), "a directory"},
		{"readable by every user", open, chmod},
	} {
		key, err := wrapper.ReadKeyFile(tt.path)
		if (key == testKey) != (tt.want == "") || !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%s: got %q, %v, want an error with %q", tt.name, key, err, tt.want)
		}
		if err != nil && (key != "" || strings.Contains(err.Error(), testKey) || !isCleanLine(err.Error())) {
			t.Errorf("%s: got %q and an error that repeats the path, which may be the key: %q", tt.name, key, err)
		}
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 {
		if key, err := wrapper.ReadKeyFile(keyFile(t, testKey, 0)); key != "" || err == nil || !strings.Contains(err.Error(), "this user has no permission to read the key file") {
			t.Errorf("an unreadable file: got %q, %v", key, err)
		}
	}
}
