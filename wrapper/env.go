package wrapper

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"example.com/cortexscan/internal/text"
)

// The variables that [FromEnv] reads. Users of the vendor's own Go SDK and Terraform provider have them
// already, but for EnvKeyFile.
const (
	EnvURL     = "CORTEXCLOUD_API_URL"
	EnvKey     = "CORTEXCLOUD_API_KEY"
	EnvKeyFile = "CORTEXCLOUD_API_KEY_FILE"
	EnvKeyID   = "CORTEXCLOUD_API_KEY_ID"
	EnvKeyType = "CORTEXCLOUD_API_KEY_TYPE"
)

// FromEnv is [New] with the tenant and the key taken from the environment: [EnvURL]; the key itself in [EnvKey],
// or the path of a file that holds it (see [ReadKeyFile]) in [EnvKeyFile]; [EnvKeyID]; and [EnvKeyType], which
// is "advanced", the default, or "standard". Its error names all variables that are missing at once.
func FromEnv(opts ...Option) (*Client, error) {
	key, file := os.Getenv(EnvKey), os.Getenv(EnvKeyFile)
	var missing []string
	for _, v := range []struct{ name, value string }{
		{EnvURL, os.Getenv(EnvURL)},
		{EnvKey + " or " + EnvKeyFile, key + file},
		{EnvKeyID, os.Getenv(EnvKeyID)},
	} {
		if text.IsBlank(v.value) {
			missing = append(missing, v.name)
		}
	}
	if missing != nil {
		return nil, errors.New("cortexscan: set " + strings.Join(missing, ", "))
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

// KeyOfType is [AdvancedKey] or [StandardKey], chosen by a word from a setting: "advanced" (also for ""),
// or "standard", without regard to case.
func KeyOfType(kind, id, key string) (Credential, error) {
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "", string(advancedKey):
		return AdvancedKey(id, key), nil
	case string(standardKey):
		return StandardKey(id, key), nil
	}
	if looksLikeKey(kind) || strings.Contains(key, strings.TrimSpace(kind)) {
		return Credential{}, errors.New("cortexscan: the key type is neither advanced nor standard")
	}
	return Credential{}, fmt.Errorf("cortexscan: the key type %q is neither advanced nor standard", text.Printable(kind, maxFieldText))
}

// looksLikeKey keeps a key that was put in the place of a word out of the error.
func looksLikeKey(s string) bool { return len(s) > 12 || strings.ContainsAny(s, "0123456789") }
