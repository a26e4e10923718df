package route

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"
)

// template is a path of a document, such as /files/{name}.{ext}.
type template struct {
	text    string
	names   []string       // of its parameters, in the order of the pattern's groups
	pattern *regexp.Regexp // nil without parameters
}

var placeholder = regexp.MustCompile(`\{([^{}/]+)\}`)

func newTemplate(text string) template {
	t := template{text: text}
	var pattern strings.Builder
	rest := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		pattern.WriteString(regexp.QuoteMeta(canonical(text[rest:at[0]])) + "([^/]*)")
		t.names = append(t.names, text[at[2]:at[3]])
		rest = at[1]
	}
	if len(t.names) > 0 {
		t.pattern = regexp.MustCompile("^" + pattern.String() + regexp.QuoteMeta(canonical(text[rest:])) + "$")
	}
	return t
}

// compare sorts the more concrete template first: fewer parameters, then more text.
func (t template) compare(other template) int {
	return cmp.Or(cmp.Compare(len(t.names), len(other.names)), -cmp.Compare(len(t.text), len(other.text)), cmp.Compare(t.text, other.text))
}

// match returns the values of the parameters in a canonical path.
func (t template) match(path string) ([]string, bool) {
	groups := t.pattern.FindStringSubmatch(path)
	if groups == nil {
		return nil, false
	}
	for i, group := range groups {
		groups[i] = showSlash.Replace(group)
	}
	return groups[1:], true
}

// canonical returns a percent-encoded path with each segment decoded, but for slashes and percent signs in it. A document
// may write a template encoded or not.
func canonical(escaped string) string {
	if !strings.Contains(escaped, "%") {
		return escaped
	}
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = plain
		}
		segments[i] = hideSlash.Replace(segment)
	}
	return strings.Join(segments, "/")
}

// canonicalPath is canonical for the path of a request.
func canonicalPath(u *url.URL) string {
	if u.RawPath == "" {
		return strings.ReplaceAll(u.Path, "%", "%25")
	}
	return canonical(u.EscapedPath())
}

var (
	hideSlash = strings.NewReplacer("%", "%25", "/", "%2F")
	showSlash = strings.NewReplacer("%25", "%", "%2F", "/")
)
