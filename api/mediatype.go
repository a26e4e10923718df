package api

import (
	"cmp"
	"errors"
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/schema"
)

// mediaType is the value of a Content-Type, or the name of a media type in the contract, which may be a range.
type mediaType struct {
	name       string // type and subtype in lower case, "application/json" or "application/*"
	parameters map[string]string
}

// parseMediaType reads a media type. A broken parameter is an error, and leaves the name.
func parseMediaType(s string) (mediaType, error) {
	if s == "application/json" || s == "" { // nearly always
		return mediaType{name: s}, nil
	}
	name, parameters, err := mime.ParseMediaType(s)
	if err != nil {
		name, _, _ = strings.Cut(s, ";")
		name = strings.ToLower(strings.TrimSpace(name))
	}
	return mediaType{name: name, parameters: parameters}, err
}

// isJSON reports whether bodies of the type are JSON text.
func (m mediaType) isJSON() bool {
	return m.name == "application/json" || m.name == "text/json" || strings.HasSuffix(m.name, "+json")
}

func (m mediaType) isRange() bool { return strings.HasSuffix(m.name, "/*") }

// covers reports whether m is other's type or a range that contains it. The parameters do not matter.
func (m mediaType) covers(other mediaType) bool {
	family, _, _ := strings.Cut(other.name, "/")
	return m.name == other.name || m.name == family+"/*" || m.name == "*/*"
}

// documented is one media type of a body in the contract.
type documented struct {
	mediaType
	key    string // as the contract writes it
	media  *openapi3.MediaType
	schema *schema.Schema // nil if there is none
}

// content is what the contract says of a body, the more specific media type first.
type content []documented

func newContent(described openapi3.Content, c *schema.Compiler) content {
	var out content
	for _, key := range slices.Sorted(maps.Keys(described)) {
		parsed, _ := parseMediaType(key) // a broken parameter of the contract does not matter either
		media := cmp.Or(described[key], &openapi3.MediaType{})
		out = append(out, documented{mediaType: parsed, key: key, media: media, schema: c.Compile(media.Schema)})
	}
	slices.SortStableFunc(out, func(a, b documented) int {
		return cmp.Compare(strings.Count(a.name, "*"), strings.Count(b.name, "*"))
	})
	return out
}

// find returns the entry that covers the type.
func (c content) find(given mediaType) *documented {
	return c.first(func(d documented) bool { return d.covers(given) })
}

// json returns the first entry that is JSON and no range, or nil.
func (c content) json() *documented { return c.first(func(d documented) bool { return d.isJSON() }) }

func (c content) first(is func(documented) bool) *documented {
	if i := slices.IndexFunc(c, is); i >= 0 {
		return &c[i]
	}
	return nil
}

// keys returns the media types as the contract writes them, for a sentence.
func (c content) keys() string {
	keys := make([]string, len(c))
	for i, d := range c {
		keys[i] = d.key
	}
	return schema.List(keys, " or ")
}

// contentType reads the Content-Type of a request whose body c describes. Its errors are fit to be a reason.
func (c content) contentType(header []string) (mediaType, error) {
	switch {
	case len(header) > 1:
		return mediaType{}, errors.New(givenTimes(len(header)))
	case len(header) == 0 || strings.Trim(header[0], " \t") == "":
		return mediaType{}, errors.New("is required, and must be " + c.keys())
	}
	given, err := parseMediaType(header[0])
	charset := cmp.Or(strings.ToLower(given.parameters["charset"]), "utf-8")
	switch {
	case c.find(given) == nil:
		return mediaType{}, errors.New("must be " + c.keys())
	case err != nil:
		return given, errors.New("has a parameter that is not valid")
	case given.isJSON() && charset != "utf-8" && charset != "utf8":
		return given, errors.New("must have the charset utf-8 or none: JSON is sent as UTF-8")
	}
	return given, nil
}
