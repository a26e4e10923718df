package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/internal/text"
)

// KeyKind is the type of an API key. It determines how requests with the key are authenticated.
type KeyKind int

const (
	// Standard keys are sent unchanged, in the Authorization header.
	Standard KeyKind = iota + 1
	// Advanced keys are not sent. The Authorization header contains the SHA-256 hash of the key, a nonce and a
	// timestamp, in lowercase hexadecimal.
	Advanced
)

// maxSkew is the largest accepted difference between a signature's timestamp and the tenant's clock. The service's own limit is not
// published.
const maxSkew = 5 * time.Minute

const (
	headerKeyID         = "X-Xdr-Auth-Id"
	headerNonce         = "X-Xdr-Nonce"
	headerTimestamp     = "X-Xdr-Timestamp"
	headerAuthorization = "Authorization"
)

// keyring contains a tenant's keys and the nonces that were used with them.
type keyring struct {
	keys map[string]apiKey // keys by ID; if the map is empty, any well-formed credentials are valid

	mu        sync.Mutex
	nonces    map[string]time.Time // used nonces, with the times at which to delete them
	nextSweep time.Time
}

type apiKey struct {
	kind KeyKind
	key  func() string // a closure, so that printing a Tenant does not print the key
}

func (k *keyring) add(id, key string, kind KeyKind) {
	id, key = strings.TrimSpace(id), strings.TrimSpace(key)
	k.keys[id] = apiKey{kind: kind, key: func() string { return key }}
}

// authenticate checks the credentials, and uses up the nonce of a valid signature. The response must not contain the
// problems, because the service never reports what is wrong with the credentials.
func (k *keyring) authenticate(h http.Header, now time.Time) []api.Problem {
	c, problems := readCredentials(h)
	if len(problems) > 0 || len(k.keys) == 0 {
		return problems
	}
	own, known := k.keys[c.id]
	switch {
	case !known:
		return headerProblem(headerKeyID, "is not the ID of one of this tenant's keys")
	case text.IsBlank(own.key()):
		return headerProblem(headerAuthorization, "cannot be valid: the sandbox has an empty key for this ID")
	case own.kind == Standard:
		return c.verifyStandard(own.key())
	case own.kind == Advanced:
		if problems := c.verifyAdvanced(own.key(), now); len(problems) > 0 {
			return problems
		}
		return k.useNonce(c, now)
	}
	return headerProblem(headerAuthorization, "cannot be valid: the sandbox has a key of an unknown kind for this ID")
}

// credentials contains a request's unverified credentials.
type credentials struct {
	id, authorization, nonce, timestamp string

	signed bool      // the request has a nonce or a timestamp
	at     time.Time // the parsed timestamp
}

func readCredentials(h http.Header) (c credentials, problems []api.Problem) {
	bad := func(name, reason string) { problems = append(problems, headerProblem(name, reason)...) }
	read := func(name string, required bool) string {
		v := h.Values(name)
		switch {
		case len(v) > 1:
			bad(name, "is sent more than once")
		case len(v) == 1 && v[0] != "":
			return v[0]
		case required:
			bad(name, "is required")
		}
		return ""
	}
	c.signed = h.Get(headerNonce) != "" || h.Get(headerTimestamp) != ""
	c.id = read(headerKeyID, true)
	c.authorization = read(headerAuthorization, true)
	c.nonce = read(headerNonce, c.signed) // the nonce and the timestamp require each other
	c.timestamp = read(headerTimestamp, c.signed)
	if !c.signed {
		return c, problems
	}
	if c.nonce != "" && !isNonce(c.nonce) {
		bad(headerNonce, "is not 64 characters of A-Z, a-z and 0-9")
	}
	if c.timestamp != "" {
		ms, err := strconv.ParseInt(c.timestamp, 10, 64)
		if err != nil {
			bad(headerTimestamp, "is not a whole number of milliseconds since the Unix epoch")
		}
		c.at = time.UnixMilli(ms)
	}
	if c.authorization != "" && !isSHA256(c.authorization) {
		bad(headerAuthorization, "is not a signature (64 lowercase hexadecimal digits), but a nonce or a timestamp was sent")
	}
	return c, problems
}

func (c credentials) verifyStandard(key string) []api.Problem {
	if c.authorization == key {
		return nil
	}
	if c.signed {
		return headerProblem(headerAuthorization, "is a signature, but the key with this ID is Standard: send the key itself, without a nonce and a timestamp")
	}
	return headerProblem(headerAuthorization, "is not the key with this ID")
}

func (c credentials) verifyAdvanced(key string, now time.Time) []api.Problem {
	if !c.signed {
		return headerProblem(headerAuthorization, "is not a signature, but the key with this ID is Advanced: send a nonce, a timestamp and a signature")
	}
	sum := sha256.Sum256([]byte(key + c.nonce + c.timestamp))
	if c.authorization != hex.EncodeToString(sum[:]) {
		return headerProblem(headerAuthorization, "is not the signature of the key, the nonce and the timestamp")
	}
	if now.Sub(c.at).Abs() > maxSkew {
		return headerProblem(headerTimestamp, "differs from the tenant's clock by more than 5 minutes (the timestamp must be in milliseconds since the Unix epoch)")
	}
	return nil
}

// useNonce accepts the nonce of a valid signature once. It deletes nonces after their signatures have expired.
func (k *keyring) useNonce(c credentials, now time.Time) []api.Problem {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.After(k.nextSweep) {
		maps.DeleteFunc(k.nonces, func(_ string, until time.Time) bool { return now.After(until) })
		k.nextSweep = now.Add(maxSkew)
	}
	if _, used := k.nonces[c.nonce]; used {
		return headerProblem(headerNonce, "was used before: every request, including each retry, needs a new nonce")
	}
	k.nonces[c.nonce] = c.at.Add(maxSkew)
	return nil
}

func headerProblem(name, reason string) []api.Problem {
	return []api.Problem{{In: "header", Name: name, Reason: reason}}
}

func isNonce(s string) bool {
	return len(s) == 64 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
