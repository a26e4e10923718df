package wrapper_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// keyFile writes a file of that mode and returns its path.
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
		{"for its owner", testKey, 0o600},
		{"for its owner to read", testKey, 0o400},
		{"for its group", testKey, 0o640},
		{"a group's, as container platforms mount it", testKey, 0o440},
		{"space around", "\u00a0 " + testKey + "\r\n\n", 0o600},
		{"as much space as fits", testKey + strings.Repeat("\n", 64<<10-len(testKey)), 0o600},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := wrapper.ReadKeyFile(keyFile(t, tt.content, tt.mode)); err != nil || got != testKey {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestReadKeyFileThroughALink(t *testing.T) {
	target := keyFile(t, testKey, 0o600)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if got, err := wrapper.ReadKeyFile(link); err != nil || got != testKey {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestKeyFilesThatEveryUserCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file's mode says nothing there")
	}
	for _, mode := range []fs.FileMode{0o604, 0o644, 0o444, 0o666, 0o777} {
		path := keyFile(t, testKey, mode)
		key, err := wrapper.ReadKeyFile(path)
		command := "run chmod 600 '" + strings.ReplaceAll(path, "'", `'\''`) + "'"
		if key != "" || err == nil || !strings.Contains(err.Error(), command) || strings.Contains(err.Error(), testKey) {
			t.Errorf("mode %o: %q, %v, want %s", mode, key, err, command)
		}
	}
}

func TestKeyFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, path, want string }{
		{"missing", filepath.Join(dir, testKey), "no such key file"},
		{"empty path", "", "no such key file"},
		{"the key itself", testKey, "is this the key itself"},
		{"below a file", filepath.Join(keyFile(t, "x", 0o600), testKey), "cannot be opened"},
		{"NUL in the path", testKey + "\x00", "cannot be opened"},
		{"a directory", dir, "a directory"},
		{"empty", keyFile(t, "", 0o600), "is empty"},
		{"blank", keyFile(t, " \n\u00a0", 0o600), "is empty"},
		{"too large", keyFile(t, testKey+strings.Repeat("\n", 64<<10), 0o600), "too large"},
		{"a large file of something else", keyFile(t, strings.Repeat("x", 1<<20), 0o600), "too large"},
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
		if key, err := wrapper.ReadKeyFile(keyFile(t, testKey, 0)); key != "" || err == nil || !strings.Contains(err.Error(), "this user may not read the key file") {
			t.Errorf("got %q, %v", key, err)
		}
	}
}
