package wrapper

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// The variables that [FromEnv] reads. Users of the vendor's own Go SDK and Terraform provider have them already.
const (
	EnvURL     = "CORTEXCLOUD_API_URL"
	EnvKey     = "CORTEXCLOUD_API_KEY"
	EnvKeyID   = "CORTEXCLOUD_API_KEY_ID"
	EnvKeyType = "CORTEXCLOUD_API_KEY_TYPE"
)

// FromEnv is [New] with the tenant and the key taken from the environment: [EnvURL], [EnvKey], [EnvKeyID], and
// [EnvKeyType], which is "advanced", the default, or "standard". Its error names all variables that are missing
// at once.
func FromEnv(opts ...Option) (*Client, error) {
	var missing []string
	for _, name := range []string{EnvURL, EnvKey, EnvKeyID} {
		if isBlank(os.Getenv(name)) {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, errors.New("cortexscan: set " + strings.Join(missing, ", "))
	}
	cred, err := credentialOfType(os.Getenv(EnvKeyType), os.Getenv(EnvKeyID), os.Getenv(EnvKey))
	if err != nil {
		return nil, err
	}
	return New(os.Getenv(EnvURL), cred, opts...)
}

func credentialOfType(kind, id, key string) (Credential, error) {
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "", string(advancedKey):
		return AdvancedKey(id, key), nil
	case string(standardKey):
		return StandardKey(id, key), nil
	}
	return Credential{}, fmt.Errorf("cortexscan: %s is neither advanced nor standard", EnvKeyType)
}
