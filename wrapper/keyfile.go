package wrapper

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper/internal/exchange"
)

// maxKeyFile is far more than a key, and little enough to read whatever the path leads to.
const maxKeyFile = 64 << 10

// ReadKeyFile returns the key that a file holds, as container platforms mount secrets; space around it is cut.
// A file that every user of the machine can read is refused, with the command that fixes it. (On Windows,
// where a file's mode says nothing, it is not looked at.) Where the file cannot be opened the error leaves its
// path out, since a key may have been given in its place.
func ReadKeyFile(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the path is the user's own
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("cortexscan: the key file does not exist: is its path right, and not the key itself?")
	case errors.Is(err, fs.ErrPermission):
		return "", errors.New("cortexscan: the key file may not be read by this user")
	case err != nil:
		return "", errors.New("cortexscan: the key file cannot be opened: is its path right, and not the key itself?")
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return "", errors.New("cortexscan: the key file is a directory, or cannot be examined")
	}
	if info.Mode().Perm()&0o004 != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("cortexscan: every user of this machine can read the key file: run chmod 600 %s", shellQuoted(path))
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return "", errors.New("cortexscan: the key file cannot be read")
	}
	key := strings.TrimSpace(string(raw))
	switch {
	case key == "":
		return "", errors.New("cortexscan: the key file is empty")
	case len(raw) > maxKeyFile:
		return "", errors.New("cortexscan: the key file is too large to be one: it holds nothing but the key")
	}
	return key, nil
}

// shellQuoted is s in single quotes, for a command to copy.
func shellQuoted(s string) string {
	return "'" + strings.ReplaceAll(text.Printable(s, exchange.MaxErrorText), "'", `'\''`) + "'"
}
