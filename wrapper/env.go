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

// The environment variables that [FromEnv] reads. The vendor's Go SDK and Terraform provider use the same names,
// except for EnvKeyFile.
const (
	EnvURL     = "CORTEXCLOUD_API_URL"
	EnvKey     = "CORTEXCLOUD_API_KEY"
	EnvKeyFile = "CORTEXCLOUD_API_KEY_FILE"
	EnvKeyID   = "CORTEXCLOUD_API_KEY_ID"
	EnvKeyType = "CORTEXCLOUD_API_KEY_TYPE"
)

// FromEnv calls [New] with settings from the environment: the tenant in [EnvURL], the key in [EnvKey] or in the file that
// [EnvKeyFile] names (see [ReadKeyFile]), and the key's ID in [EnvKeyID]. [EnvKeyType] is "advanced" (the default) or "standard".
// If variables are missing, the error names all of them.
func FromEnv(opts ...Option) (*Client, error) {
	key, file := os.Getenv(EnvKey), os.Getenv(EnvKeyFile)
	var missing []string
	for _, v := range []struct{ name, value string }{
		{EnvURL, os.Getenv(EnvURL)},
		{EnvKey + " (or " + EnvKeyFile + ")", key + file},
		{EnvKeyID, os.Getenv(EnvKeyID)},
	} {
		if text.IsBlank(v.value) {
			missing = append(missing, v.name)
		}
	}
	if missing != nil {
		return nil, errors.New("cortexscan: settings are missing: set " + strings.Join(missing, ", "))
	}
	if !text.IsBlank(file) {
		if !text.IsBlank(key) {
			return nil, fmt.Errorf("cortexscan: %s and %s are both set: unset one", EnvKey, EnvKeyFile)
		}
		var err error
		if key, err = ReadKeyFile(file); err != nil {
			return nil, fmt.Errorf("%w (%s)", err, EnvKeyFile)
		}
	}
	cred, err := KeyOfType(os.Getenv(EnvKeyType), os.Getenv(EnvKeyID), key)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, EnvKeyType)
	}
	return New(os.Getenv(EnvURL), cred, opts...)
}

// KeyOfType calls [AdvancedKey] if kind is "advanced" or empty, and [StandardKey] if kind is "standard". The case of kind does
// not matter. Any other kind is an error.
func KeyOfType(kind, id, key string) (Credential, error) {
	kind = strings.TrimSpace(kind)
	switch strings.ToLower(kind) {
	case "", string(advancedKey):
		return AdvancedKey(id, key), nil
	case string(standardKey):
		return StandardKey(id, key), nil
	}
	// A user may have entered the key instead of its type.
	if len(kind) > 12 || strings.ContainsAny(kind, "0123456789") || strings.Contains(key, kind) {
		return Credential{}, errors.New("cortexscan: the key type must be advanced or standard")
	}
	return Credential{}, fmt.Errorf("cortexscan: the key type must be advanced or standard, not %q", text.Printable(kind, maxFieldText))
}

// maxKeyFile is the maximum size of a key file in bytes, far more than a key needs.
const maxKeyFile = 64 << 10

// ReadKeyFile reads a key from a file, such as a secret that a container platform mounts, and removes space around
// the key. If every user of the machine can read the file, ReadKeyFile returns an error with the command that
// corrects the file's permissions. On Windows, ReadKeyFile does not check who can read the file. If the file cannot
// be opened, the error does not contain the path, which may be the key itself.
func ReadKeyFile(path string) (string, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("cortexscan: no such key file (is this the key itself instead of its path?)")
	case errors.Is(err, fs.ErrPermission):
		return "", errors.New("cortexscan: this user has no permission to read the key file")
	case err != nil:
		return "", errors.New("cortexscan: the key file cannot be opened (is this the key itself instead of its path?)")
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", errors.New("cortexscan: the permissions of the key file cannot be read")
	case info.IsDir():
		return "", errors.New("cortexscan: the key file is a directory")
	}
	if info.Mode().Perm()&0o004 != 0 && runtime.GOOS != "windows" {
		quoted := strings.ReplaceAll(text.Printable(path, exchange.MaxErrorText), "'", `'\''`)
		return "", fmt.Errorf("cortexscan: every user of this machine can read the key file: run chmod 600 '%s'", quoted)
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
		return "", errors.New("cortexscan: the key file is too large: it must contain only the key")
	}
	return key, nil
}
