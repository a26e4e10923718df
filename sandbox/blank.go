package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

const (
	maxRecorded = 64 << 10 // bytes kept of a body, a path, a query, and of all headers of a call together
	hidden      = "[hidden]"
)

func clip(s string) string {
	if len(s) > maxRecorded {
		s = strings.Clone(s[:maxRecorded]) // not to keep the rest in memory
	}
	return s
}

// blank hides the tenant's keys in a text, where somebody may have put one by mistake: as they are, and as a URL or a
// form encodes them.
func (k *keyring) blank(s string) string {
	for _, own := range k.keys {
		if key := own.key(); key != "" {
			s = blankEncoded(strings.ReplaceAll(s, key, hidden), key)
		}
	}
	return clip(s)
}

// blankEncoded hides a key in which any character is percent-encoded, or a space is a plus sign.
func blankEncoded(s, key string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if n := encodedPrefix(s[i:], key); n > 0 {
			b.WriteString(hidden)
			i += n
		} else {
			b.WriteByte(s[i])
			i++
		}
	}
	return b.String()
}

// encodedPrefix returns how many bytes of s encode the key, 0 if s does not begin with it.
func encodedPrefix(s, key string) int {
	n := 0
	for i := range len(key) {
		rest := s[n:]
		switch {
		case len(rest) >= 3 && rest[0] == '%' && isHexOf(rest[1:3], key[i]):
			n += 3
		case rest != "" && (rest[0] == key[i] || rest[0] == '+' && key[i] == ' '):
			n++
		default:
			return 0
		}
	}
	return n
}

func isHexOf(digits string, c byte) bool {
	v, err := strconv.ParseUint(digits, 16, 8)
	return err == nil && byte(v) == c
}

// blankName hides a header's name that contains a key, in upper or lower case: net/http changes the case of names.
func (k *keyring) blankName(name string) string {
	for _, own := range k.keys {
		if key := own.key(); key != "" && strings.Contains(strings.ToLower(name), strings.ToLower(key)) {
			return hidden
		}
	}
	return name
}

func (k *keyring) blankHeader(h http.Header) http.Header {
	kept, room := http.Header{}, maxRecorded
	for name, values := range h {
		for _, v := range values {
			switch name {
			case headerAuthorization, headerNonce, "Proxy-Authorization", "Cookie":
				v = hidden
			}
			v = k.blank(v)
			shown := k.blankName(name)
			if room -= len(shown) + len(v); room < 0 {
				return kept
			}
			kept[shown] = append(kept[shown], v)
		}
	}
	return kept
}
