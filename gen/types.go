// Package gen is generated from api/openapi.yaml, except for the few types whose JSON has more than one form. Its client does not
// sign requests, retry them or limit the size of responses. The client of package wrapper does all three. To use gen
// without it, sign requests with Credential.Sign, and let CheckResponse turn error responses into errors:
//
//	client, err := gen.NewClientWithResponses("https://api-acme.xdr.us.paloaltonetworks.com", gen.WithRequestEditorFn(cred.Sign))
//	if err != nil { … }
//	result, err := client.GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{
//		ID: 789, Fields: []string{"status"}, UserAgent: "acme-soc/1.2",
//	})
//	if err == nil {
//		err = wrapper.CheckResponse(result.HTTPResponse, result.Body)
//	}
//	if err != nil { … }
//	fmt.Println(result.JSON200.DATA)
//
// The client does not check whether a request has all required properties. Package api has a validator that checks this.
package gen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file is written by hand for the schemas of api/openapi.yaml. If the compiler reports an undefined type here, the document
// no longer contains its schema: see "Another document" in CONTRIBUTING.md.

// below appends the path of an operation to the server's URL, for the generated client. Unlike URL.Parse, it does not resolve a
// path parameter that is "." or "..", because the result could be the path of another operation. wrapper.Client and
// wrapper.Credential.Sign refuse a URL with such a parameter.
func below(server *url.URL, path string) (*url.URL, error) {
	rest := strings.TrimPrefix(path, ".") // the generated client passes "./path"
	hasDots := strings.Contains(rest, "/./") || strings.Contains(rest, "/../") || strings.HasSuffix(rest, "/.") || strings.HasSuffix(rest, "/..")
	if !hasDots {
		return server.Parse(path)
	}
	u, err := url.Parse(rest)
	if err != nil {
		return nil, fmt.Errorf("insert the path parameters: %w", err)
	}
	u.Scheme, u.Host = server.Scheme, server.Host
	u.Path, u.RawPath = strings.TrimSuffix(server.Path, "/")+u.Path, ""
	return u, nil
}

const maxState = 64 // bytes

// State returns the state that DATA names: "Running" for "Scan is in Running state". It returns "" if s is nil, if DATA has
// another form, or if the state is empty, is longer than 64 bytes or contains invisible characters. Only Running is
// published; expect other states.
func (s *ScanRunStatus) State() string {
	if s == nil {
		return ""
	}
	rest, hasPrefix := strings.CutPrefix(strings.TrimSpace(s.DATA), "Scan is in ")
	state, hasSuffix := strings.CutSuffix(rest, " state")
	if !hasPrefix || !hasSuffix || len(state) > maxState || !isLine(state) {
		return ""
	}
	return state
}

// isLine reports whether s is one printable line of words with single spaces between them.
func isLine(s string) bool {
	isInvisible := func(r rune) bool {
		return !unicode.IsPrint(r) || r == '\u2800' || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) // blank letters
	}
	return s != "" && utf8.ValidString(s) && strings.Join(strings.Fields(s), " ") == s && !strings.ContainsFunc(s, isInvisible)
}

// Text is a string that the service sends as a JSON string or a JSON number. It does not record the JSON type:
// 22519813685366 and "22519813685366" are the same Text. It is encoded as a string.
type Text string

// UnmarshalJSON decodes a JSON string or number. Null leaves t unchanged; anything else is an error.
func (t *Text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && (b[0] == '-' || '0' <= b[0] && b[0] <= '9') {
		*t = Text(b)
		return nil
	}
	if isPlain(b) {
		*t = Text(b[1 : len(b)-1])
		return nil
	}
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("want a string or a number: %w", err)
	}
	*t = Text(s)
	return nil
}

// Int returns t as an integer. It returns an error if t is not an integer or does not fit in 64 bits.
func (t Text) Int() (int64, error) {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("convert the value to an integer: %w", err)
	}
	return n, nil
}

// isPlain reports whether b is a JSON string of printable ASCII without escapes, as nearly all are. Calling json.Unmarshal for each
// of these strings would take longer than decoding the rest of the response.
func isPlain(b []byte) bool {
	last := len(b) - 1
	if last < 1 || b[0] != '"' || b[last] != '"' {
		return false
	}
	for _, c := range b[1:last] {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// EndpointFilters selects endpoints. It is the string [AllEndpoints] or a []EndpointFilter. A list contains at least one filter, and
// selects the endpoints that match every filter. The zero value is sent as null, which the service refuses.
type EndpointFilters any

// AllEndpoints is the value of [EndpointFilters] that selects every endpoint of the tenant.
const AllEndpoints = "all"

// FilterValue is the value that a filter compares with: a []string, a string or an int64 of milliseconds since the Unix
// epoch, UTC.
type FilterValue any

// UnmarshalJSON decodes a list in Filters as a []EndpointFilter, and decodes IncidentID from a string or a number.
func (d *AbortScanRequestData) UnmarshalJSON(b []byte) error {
	type plain AbortScanRequestData
	raw := struct {
		*plain
		IncidentID *Text `json:"incident_id"`
	}{(*plain)(d), (*Text)(&d.IncidentID)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if _, isList := d.Filters.([]any); !isList {
		return nil
	}
	var list struct {
		Filters []EndpointFilter `json:"filters"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	d.Filters = list.Filters
	return nil
}

// UnmarshalJSON decodes Value as one of the types that [FilterValue] lists. Any other JSON becomes nil, a bool,
// a float64, a []any or a map[string]any.
func (f *EndpointFilter) UnmarshalJSON(b []byte) error {
	type plain EndpointFilter
	raw := struct {
		*plain
		Value json.RawMessage `json:"value"`
	}{plain: (*plain)(f)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	var list []string
	var millis int64
	switch {
	case len(raw.Value) == 0 || string(raw.Value) == "null":
		f.Value = nil
	case json.Unmarshal(raw.Value, &list) == nil:
		f.Value = list
	case json.Unmarshal(raw.Value, &millis) == nil:
		f.Value = millis
	default:
		return json.Unmarshal(raw.Value, &f.Value)
	}
	return nil
}

// ErrorDetails describes what is wrong with each field. The vendor documents a list. The service also sends null or a
// single string. The string becomes one detail without a field.
type ErrorDetails []ErrorDetail

// UnmarshalJSON decodes a list of details, a string or null.
func (d *ErrorDetails) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		*d = ErrorDetails{{Message: text}}
		return nil
	}
	return json.Unmarshal(b, (*[]ErrorDetail)(d))
}

// ErrorExtra is additional information about an error. The vendor documents a string. Objects, lists and null have also
// been observed.
type ErrorExtra = any
