package wrapper_test

import (
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

// setEnv sets these variables and empties the others that FromEnv reads.
func setEnv(t *testing.T, values map[string]string) {
	for _, name := range []string{"CORTEXCLOUD_API_URL", "CORTEXCLOUD_API_KEY", "CORTEXCLOUD_API_KEY_FILE", "CORTEXCLOUD_API_KEY_ID", "CORTEXCLOUD_API_KEY_TYPE"} {
		t.Setenv(name, values[name])
	}
}

func TestFromEnv(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(testKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		env    map[string]string
		signed bool
	}{
		{"advanced by default", map[string]string{"CORTEXCLOUD_API_KEY": testKey}, true},
		{"standard, in upper case", map[string]string{"CORTEXCLOUD_API_KEY": " " + testKey + " ", "CORTEXCLOUD_API_KEY_TYPE": "STANDARD"}, false},
		{"a key file, the key blank", map[string]string{"CORTEXCLOUD_API_KEY_FILE": file, "CORTEXCLOUD_API_KEY": " ", "CORTEXCLOUD_API_KEY_TYPE": "standard"}, false},
		{"a key, the key file blank", map[string]string{"CORTEXCLOUD_API_KEY_FILE": " ", "CORTEXCLOUD_API_KEY": testKey, "CORTEXCLOUD_API_KEY_TYPE": "standard"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.env["CORTEXCLOUD_API_URL"] = "https://api-" + testTenant + "/"
			tt.env["CORTEXCLOUD_API_KEY_ID"] = testKeyID
			setEnv(t, tt.env)
			rec := &recorder{next: transport(good)}
			c, err := wrapper.FromEnv(wrapper.WithHTTPClient(&http.Client{Transport: rec}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.GetScanRunStatus(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			r := rec.requests[0]
			if r.URL.Host != "api-"+testTenant || r.Header.Get("X-Xdr-Auth-Id") != testKeyID {
				t.Errorf("sent to %s with the ID %s", r.URL.Host, r.Header.Get("X-Xdr-Auth-Id"))
			}
			if signed := r.Header.Get("X-Xdr-Nonce") != ""; signed != tt.signed || !signed && r.Header.Get("Authorization") != testKey {
				t.Errorf("signed: %v, want %v", signed, tt.signed)
			}
		})
	}
}

func TestFromEnvRefuses(t *testing.T) {
	const secret = "hunter2-hunter2"
	all := map[string]string{"CORTEXCLOUD_API_URL": testTenant, "CORTEXCLOUD_API_KEY": secret, "CORTEXCLOUD_API_KEY_ID": "17"}
	for _, tt := range []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"everything is missing", map[string]string{"CORTEXCLOUD_API_URL": "", "CORTEXCLOUD_API_KEY": "", "CORTEXCLOUD_API_KEY_ID": ""},
			"set CORTEXCLOUD_API_URL, CORTEXCLOUD_API_KEY (or CORTEXCLOUD_API_KEY_FILE), CORTEXCLOUD_API_KEY_ID"},
		{"no URL", map[string]string{"CORTEXCLOUD_API_URL": " "}, "set CORTEXCLOUD_API_URL"},
		{"no key", map[string]string{"CORTEXCLOUD_API_KEY": "\u00a0"}, "set CORTEXCLOUD_API_KEY (or CORTEXCLOUD_API_KEY_FILE)"},
		{"key and key file", map[string]string{"CORTEXCLOUD_API_KEY_FILE": "/run/secrets/" + secret}, "CORTEXCLOUD_API_KEY and CORTEXCLOUD_API_KEY_FILE are both set"},
		{"no such key file", map[string]string{"CORTEXCLOUD_API_KEY": "", "CORTEXCLOUD_API_KEY_FILE": secret}, "no such key file"},
		{"an unknown key type", map[string]string{"CORTEXCLOUD_API_KEY_TYPE": "premium"}, `the key type "premium" is neither advanced nor standard (CORTEXCLOUD_API_KEY_TYPE)`},
		{"a key as key type", map[string]string{"CORTEXCLOUD_API_KEY_TYPE": secret}, "the key type is neither advanced nor standard"},
		{"control characters in the key type", map[string]string{"CORTEXCLOUD_API_KEY_TYPE": "a\x1b[mb"}, `"a[mb"`},
		{"a bad URL", map[string]string{"CORTEXCLOUD_API_URL": "https://ana:" + secret + "@acme.example.org"}, "user name or a password"},
		{"a bad key", map[string]string{"CORTEXCLOUD_API_KEY": secret + "\n" + secret}, "an HTTP header cannot have"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := maps.Clone(all)
			maps.Copy(env, tt.changes)
			setEnv(t, env)
			c, err := wrapper.FromEnv()
			if c != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, %v, want an error with %q", c, err, tt.want)
			}
			if strings.Contains(err.Error(), secret) || !isCleanLine(err.Error()) {
				t.Errorf("the error repeats a secret: %q", err)
			}
		})
	}
	setEnv(t, all)
	if _, err := wrapper.FromEnv(wrapper.WithUserAgent("a\nb")); err == nil {
		t.Error("the options are ignored")
	}
}

func TestKeyOfType(t *testing.T) {
	for kind, want := range map[string]string{
		"": "Credential(advanced, hidden)", "advanced": "Credential(advanced, hidden)", " ADVANCED ": "Credential(advanced, hidden)",
		"standard": "Credential(standard, hidden)", "Standard\n": "Credential(standard, hidden)",
	} {
		if cred, err := wrapper.KeyOfType(kind, "17", testKey); err != nil || cred.String() != want {
			t.Errorf("%q: %v, %v", kind, cred, err)
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

// keyFile writes a file with a mode and returns its path.
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
	for _, tt := range []struct {
		name, content string
		mode          fs.FileMode
	}{
		{"readable by its owner", testKey, 0o600},
		{"readable by its group, as container platforms mount it", testKey, 0o440},
		{"space around", "\u00a0 " + testKey + "\r\n\n", 0o600},
		{"as much space as fits", testKey + strings.Repeat("\n", 64<<10-len(testKey)), 0o600},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := wrapper.ReadKeyFile(keyFile(t, tt.content, tt.mode)); err != nil || got != testKey {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(keyFile(t, testKey, 0o600), link); err != nil {
		t.Skip(err)
	}
	if got, err := wrapper.ReadKeyFile(link); err != nil || got != testKey {
		t.Errorf("through a link: %q, %v", got, err)
	}
}

func TestWorldReadableKeyFileIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such mode")
	}
	for _, mode := range []fs.FileMode{0o604, 0o777} {
		path := keyFile(t, testKey, mode)
		key, err := wrapper.ReadKeyFile(path)
		command := "run chmod 600 '" + strings.ReplaceAll(path, "'", `'\''`) + "'"
		if key != "" || err == nil || !strings.Contains(err.Error(), command) || strings.Contains(err.Error(), testKey) {
			t.Errorf("mode %o: %q, %v, want %s", mode, key, err, command)
		}
	}
}

func TestInvalidKeyFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, path, want string }{
		{"the key itself", testKey, "is this the key itself"},
		{"below a file", filepath.Join(keyFile(t, "x", 0o600), testKey), "cannot be opened"},
		{"NUL in the path", testKey + "\x00", "cannot be opened"},
		{"a directory", dir, "a directory"},
		{"blank", keyFile(t, " \n\u00a0", 0o600), "is empty"},
		{"too large", keyFile(t, testKey+strings.Repeat("\n", 64<<10), 0o600), "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key, err := wrapper.ReadKeyFile(tt.path)
			if key != "" || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %q, %v, want an error with %q", key, err, tt.want)
			}
			if strings.Contains(err.Error(), testKey) || !isCleanLine(err.Error()) {
				t.Errorf("the error repeats the path, which may be the key: %q", err)
			}
		})
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 {
		if key, err := wrapper.ReadKeyFile(keyFile(t, testKey, 0)); key != "" || err == nil || !strings.Contains(err.Error(), "this user has no permission to read the key file") {
			t.Errorf("got %q, %v", key, err)
		}
	}
}
