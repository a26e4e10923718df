package wrapper

import (
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

// Names of the headers that authenticate a request, in the form in which net/http keeps them.
const (
	headerAuthorization = "Authorization"
	headerKeyID         = "X-Xdr-Auth-Id"
	headerNonce         = "X-Xdr-Nonce"
	headerTimestamp     = "X-Xdr-Timestamp"
)

// keyType is what the console calls the security level of a key.
type keyType string

const (
	standardKey keyType = "standard"
	advancedKey keyType = "advanced"
)

// Credential is an API key with its ID. Make one with [StandardKey] or [AdvancedKey]; the zero Credential is
// refused by [New]. It never shows the key: not under any verb of package fmt, nor in JSON, nor in a log,
// however deeply it is nested. The key is held in a closure, which reflection cannot look into.
type Credential struct {
	kind keyType
	// sign puts the headers that authenticate a request on it, and returns the redactor of what is secret in them. Nil in
	// the zero Credential.
	sign func(h http.Header, now time.Time) exchange.Redactor
	// fault says what is wrong with the key or its ID, without repeating either.
	fault string
}

// StandardKey returns a key of the type Standard, which is sent as it is. Space around key and ID is cut; [New] validates
// them. A key of less than 8 bytes is not removed from what the service sends back: it would blank ordinary words.
func StandardKey(id, key string) Credential {
	id, key, fault := checkKey(id, key)
	redactor := exchange.NewRedactor(key)
	return Credential{standardKey, func(h http.Header, _ time.Time) exchange.Redactor {
		setHeaders(h, headerKeyID, id, headerAuthorization, key)
		return redactor
	}, fault}
}

// AdvancedKey returns a key of the type Advanced, which never leaves this program: what is sent is the SHA-256
// of the key, a nonce and the time, fresh for each attempt. Space around key and ID is cut; [New] validates them.
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

// Sign adds the headers that authenticate a request, in place of any that it has. It is a gen.RequestEditorFn:
//
//	client, err := gen.NewClientWithResponses(url, gen.WithRequestEditorFn(cred.Sign))
//
// The generated client calls it once a call. To send the request again, sign it again: the service refuses a nonce that it has
// seen. Send a signed request over TLS alone: Sign does not see to that. It refuses a path with a segment "." or "..", as a path
// parameter may be. Its error repeats neither the key nor its ID.
func (c Credential) Sign(_ context.Context, r *http.Request) error {
	if err := c.check(); err != nil {
		return err
	}
	if r.URL != nil {
		if err := checkPath(r.URL); err != nil {
			return fmt.Errorf("cortexscan: %w", err)
		}
	}
	h := make(http.Header, len(r.Header)+4) // the old one may belong to other requests too
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

// check returns what keeps the credential from being used.
func (c Credential) check() error {
	switch {
	case c.sign == nil:
		return errors.New("cortexscan: the Credential is empty: make one with StandardKey or AdvancedKey")
	case c.fault != "":
		return errors.New("cortexscan: " + c.fault)
	}
	return nil
}

// signedWith returns the type of the key that signed a request, "" if that cannot be seen.
func signedWith(r *http.Request) keyType {
	switch {
	case r == nil || r.Header.Get(headerAuthorization) == "":
		return ""
	case r.Header.Get(headerNonce) != "":
		return advancedKey
	}
	return standardKey
}

// signature is the service's scheme for Advanced keys: hex(sha256(key + nonce + timestamp)), the timestamp in
// milliseconds since the Unix epoch.
func signature(key, nonce, timestamp string) string {
	var buf [256]byte
	sum := sha256.Sum256(append(append(append(buf[:0], key...), nonce...), timestamp...))
	return string(hex.AppendEncode(buf[:0], sum[:]))
}

// newNonce returns 64 random characters of A-Z and 2-7, 320 bits: what base32 makes of 40 bytes.
func newNonce() string {
	var raw [40]byte
	rand.Read(raw[:]) // never fails
	var nonce [64]byte
	return string(base32.StdEncoding.AppendEncode(nonce[:0], raw[:]))
}

// setHeaders sets canonical names to values, all in one allocation.
func setHeaders(h http.Header, pairs ...string) {
	values := make([]string, len(pairs)/2)
	for i := range values {
		values[i] = pairs[2*i+1]
		h[pairs[2*i]] = values[i : i+1 : i+1]
	}
}

// maxKey bounds key and ID, in bytes. The service's keys have 128.
const maxKey = 4 << 10

func checkKey(id, key string) (_, _, fault string) {
	id, key = strings.TrimSpace(id), strings.TrimSpace(key)
	switch {
	case key == "":
		fault = "the API key is empty"
	case id == "":
		fault = "the API key's ID is empty: it is the number in the column ID of the console's table of keys"
	case isUTF16(key):
		fault = "the API key is encoded in UTF-16, as PowerShell writes files: save it as UTF-8 without a byte order mark"
	case hasMark(key):
		fault = "the API key begins with a byte order mark, as some editors and PowerShell write one: save it as UTF-8 without one"
	case hasMark(id):
		fault = "the API key's ID begins with a byte order mark, as some editors and PowerShell write one: save it as UTF-8 without one"
	case isQuoted(key):
		fault = "the API key is in quotes, as some env files keep them: remove the quotes"
	case isQuoted(id):
		fault = "the API key's ID is in quotes, as some env files keep them: remove the quotes"
	case len(key) > len(bearer) && strings.EqualFold(key[:len(bearer)], bearer):
		fault = "the API key begins with \"Bearer \", which this service does not use: remove that word"
	case len(key) > maxKey || len(id) > maxKey:
		fault = "the API key or its ID is longer than 4096 bytes, which no key of the service is: copy it again"
	case !fitsHeader(key):
		fault = "the API key contains a character that cannot stand in an HTTP header, such as a line break: copy it again"
	case !fitsHeader(id):
		fault = "the API key's ID contains a character that cannot stand in an HTTP header: it is the number in the column ID of the console's table of keys"
	}
	return id, key, fault
}

const bearer = "Bearer "

// hasMark reports whether s begins with the byte order mark of UTF-8 or UTF-16.
func hasMark(s string) bool { return strings.HasPrefix(s, "\ufeff") || isUTF16(s) }

func isUTF16(s string) bool {
	return strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff")
}

func isQuoted(s string) bool {
	return len(s) > 1 && strings.IndexByte("\"'`", s[0]) >= 0 && s[len(s)-1] == s[0]
}

// fitsHeader reports whether s is printable ASCII, which is all that a header's value may be made of today
// (RFC 9110, section 5.5).
func fitsHeader(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// String names the type of the key, and no more.
func (c Credential) String() string {
	if c.kind == "" {
		return "Credential(none)"
	}
	return "Credential(" + string(c.kind) + ", hidden)"
}

// GoString is String, for %#v.
func (c Credential) GoString() string { return c.String() }

// Format writes String under every verb.
func (c Credential) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// MarshalText is String, for JSON and everything else that encodes.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue is String, for package log/slog.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }
