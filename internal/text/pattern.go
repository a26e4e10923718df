package text

import "strings"

// GoPattern replaces each escape \uXXXX in a JavaScript pattern with \x{XXXX}, which Go's regexp requires. It does not check
// whether Go supports the rest of the pattern.
func GoPattern(pattern string) string {
	const escape = len(`\uXXXX`)
	var b strings.Builder
	for rest := pattern; rest != ""; {
		n := 1
		switch {
		case len(rest) >= escape && strings.HasPrefix(rest, `\u`) && isHex(rest[2:escape]):
			n = escape
			b.WriteString(`\x{` + rest[2:escape] + `}`)
		case len(rest) > 1 && rest[0] == '\\': // skip both characters: the second one can be a backslash
			n = 2
			b.WriteString(rest[:n])
		default:
			b.WriteString(rest[:n])
		}
		rest = rest[n:]
	}
	return b.String()
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }
