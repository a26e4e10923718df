package wrapper

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/wrapper/internal/exchange"
)

// The canonical names of the headers that authenticate a request.
const (
	headerAuthorization = "Authorization"
	headerKeyID         = "X-Xdr-Auth-Id"
	headerNonce         = "X-Xdr-Nonce"
	headerTimestamp     = "X-Xdr-Timestamp"
)

// keyType is the type of a key. The console calls it the security level.
type keyType string

const (
	standardKey keyType = "standard"
	advancedKey keyType = "advanced"
)

// Credential is an API key with its ID. Create one with [StandardKey] or [AdvancedKey]; [New] refuses the zero Credential. The
// key does not appear in the output of fmt, in JSON or in a log, however deeply the Credential is nested. A closure contains the
// key, so that reflection cannot find it.
type Credential struct {
	kind keyType
	// sign sets the headers that authenticate a request, and returns a redactor for the secrets in them. It is nil in the zero
	// Credential.
	sign func(h http.Header, now time.Time) exchange.Redactor
	// fault describes what is wrong with the key or its ID, without repeating either.
	fault string
}

// StandardKey returns a Credential for a key of type Standard, which is sent unchanged. StandardKey removes space around the
// key and the ID; [New] validates both. A key shorter than 8 bytes is not redacted in responses, because it could be an
// ordinary word.
func StandardKey(id, key string) Credential {
	id, key, fault := checkKey(id, key)
	redactor := exchange.NewRedactor(key)
	return Credential{standardKey, func(h http.Header, _ time.Time) exchange.Redactor {
		setHeaders(h, headerKeyID, id, headerAuthorization, key)
		return redactor
	}, fault}
}

// AdvancedKey returns a Credential for a key of type Advanced, which is never sent. Each attempt sends a new nonce, a
// timestamp, and the SHA-256 hash of the key, the nonce and the timestamp. AdvancedKey removes space around the key
// and the ID; [New] validates both.
func AdvancedKey(id, key string) Credential {
	id, key, fault := checkKey(id, key)
	return Credential{advancedKey, func(h http.Header, now time.Time) exchange.Redactor {
		nonce := newNonce()
		timestamp := strconv.FormatInt(now.UnixMilli(), 10)
		signed := signature(key, nonce, timestamp)
		setHeaders(h, headerKeyID, id, headerAuthorization, signed, headerNonce, nonce, headerTimestamp, timestamp)
		return exchange.Redactor{signed, nonce}
	}, fault}
}

// Sign sets the headers that authenticate a request. It is a gen.RequestEditorFn:
//
//	client, err := gen.NewClientWithResponses(url, gen.WithRequestEditorFn(cred.Sign))
//
// The generated client calls Sign once per call. To retry a request, sign it again: the service refuses a nonce that
// was used before. Sign does not check that the request is sent over TLS. It refuses a path with the segment "." or
// "..", which may come from a path parameter. Its errors do not contain the key or the ID.
func (c Credential) Sign(_ context.Context, r *http.Request) error {
	if err := c.check(); err != nil {
		return err
	}
	if r.URL != nil {
		if err := checkPath(r.URL); err != nil {
			return fmt.Errorf("cortexscan: %w", err)
		}
	}
	h := make(http.Header, len(r.Header)+4) // requests may share r.Header
	for name, values := range r.Header {
		switch http.CanonicalHeaderKey(name) {
		case headerAuthorization, headerKeyID, headerNonce, headerTimestamp:
		default:
			h[name] = values
		}
	}
	c.sign(h, time.Now())
	r.Header = h
	return nil
}

// check returns an error if the credential cannot be used.
func (c Credential) check() error {
	switch {
	case c.sign == nil:
		return errors.New("cortexscan: the Credential is empty: create one with StandardKey or AdvancedKey")
	case c.fault != "":
		return errors.New("cortexscan: " + c.fault)
	}
	return nil
}

// signedWith returns the type of the key that authenticates r. It returns "" if r is nil or has no Authorization header.
func signedWith(r *http.Request) keyType {
	switch {
	case r == nil || r.Header.Get(headerAuthorization) == "":
		return ""
	case r.Header.Get(headerNonce) != "":
		return advancedKey
	}
	return standardKey
}

// signature returns hex(sha256(key + nonce + timestamp)), with the timestamp in milliseconds since the Unix epoch.
func signature(key, nonce, timestamp string) string {
	var buf [256]byte
	sum := sha256.Sum256(append(append(append(buf[:0], key...), nonce...), timestamp...))
	return string(hex.AppendEncode(buf[:0], sum[:]))
}

// newNonce returns 64 random characters of A-Z and 2-7: 40 bytes in base32.
func newNonce() string {
	var raw [40]byte
	rand.Read(raw[:]) // never fails
	var nonce [64]byte
	return string(base32.StdEncoding.AppendEncode(nonce[:0], raw[:]))
}

// setHeaders sets headers from pairs of a canonical name and a value, with one allocation.
func setHeaders(h http.Header, pairs ...string) {
	values := make([]string, len(pairs)/2)
	for i := range values {
		values[i] = pairs[2*i+1]
		h[pairs[2*i]] = values[i : i+1 : i+1]
	}
}

// maxKey is the maximum length of a key or an ID, in bytes. The service's keys are 128 bytes long.
const maxKey = 4 << 10

func checkKey(id, key string) (_, _, fault string) {
	id, key = strings.TrimSpace(id), strings.TrimSpace(key)
	const bearer, whereID = "bearer ", ": it is the number in the ID column of the console's table of API keys"
	for _, v := range []struct{ name, value, advice string }{{"the API key", key, ""}, {"the API key's ID", id, whereID}} {
		quoted := len(v.value) > 1 && strings.IndexByte("\"'`", v.value[0]) >= 0 && v.value[len(v.value)-1] == v.value[0]
		switch {
		case v.value == "":
			fault = " is empty" + v.advice
		case strings.HasPrefix(v.value, "\xff\xfe"), strings.HasPrefix(v.value, "\xfe\xff"):
			fault = " is encoded in UTF-16, which some versions of PowerShell write: save it as UTF-8 without a byte order mark"
		case strings.HasPrefix(v.value, "\ufeff"):
			fault = " begins with a byte order mark, which some editors add: save it as UTF-8 without that mark"
		case quoted:
			fault = " is in quotes, which some programs keep when they read an env file: remove the quotes"
		case strings.HasPrefix(strings.ToLower(v.value), bearer):
			fault = ` begins with "Bearer ", which this service does not use: remove that word`
		case len(v.value) > maxKey:
			fault = " is longer than 4096 bytes, so it cannot be a key of this service: copy it again"
		case !fitsHeader(v.value):
			fault = " contains a character that an HTTP header cannot contain, such as a line break" + cmp.Or(v.advice, ": copy it again")
		}
		if fault != "" {
			return id, key, v.name + fault
		}
	}
	return id, key, ""
}

// fitsHeader reports whether s is printable ASCII, as the value of a header should be (RFC 9110, section 5.5).
func fitsHeader(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// String returns the type of the key but not the key, such as "Credential(advanced, hidden)".
func (c Credential) String() string {
	if c.kind == "" {
		return "Credential(none)"
	}
	return "Credential(" + string(c.kind) + ", hidden)"
}

// GoString returns the same as String, for %#v.
func (c Credential) GoString() string { return c.String() }

// Format writes the same as String, for every verb.
func (c Credential) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// MarshalText returns the same as String, for JSON and other encoders.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue returns the same as String, for package log/slog.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }
