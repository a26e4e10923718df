package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/route"
	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/internal/text"
)

// maxServedBody is the maximum length, in bytes, of a body that Middleware accepts. It is enough for about 25,000
// endpoint IDs.
const maxServedBody = 1 << 20

// Middleware returns a handler that passes valid requests to next, which can read the body again. The handler rejects
// other requests with the service's error envelopes:
//
//   - 404: unknown path
//   - 405: method not allowed for the path
//   - 401: a credential that the document requires is missing; next must verify the credentials
//   - 413: a body of more than 1 MiB
//   - 400: every other violation; the response lists the problems, but no values
//
// Because next can be a proxy such as [net/http/httputil.ReverseProxy], the handler also rejects, with 400, requests
// that a proxy, or a server behind the proxy, could interpret differently from the validator:
//
//   - CONNECT, Upgrade and announced trailers
//   - a Connection header that names a validated header
//   - a validated header spelled with underscores
//   - a credential header that is sent twice
//   - X-HTTP-Method-Override and similar headers
//   - a slash or backslash in a path parameter
//
// In the request that next receives, ContentLength is the exact length of the validated body.
//
// Responses with 400 and 413 use the envelope that the operation documents for a bad request. Other error responses use
// the platform's envelope, {"reply":{"err_code":…}}. Credentials are checked before the body is read.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, unknown := v.find(r)
		switch {
		case unknown != nil && m.Template == "":
			respond(w, nil, http.StatusNotFound, "Unknown operation", unknown.Problems)
			return
		case unknown != nil:
			w.Header().Set("Allow", strings.Join(m.Methods, ", "))
			respond(w, nil, http.StatusMethodNotAllowed, "Unknown operation", unknown.Problems)
			return
		case !m.Value.security.isMet(r):
			respond(w, nil, http.StatusUnauthorized, "Public API request unauthorized: the operation requires "+m.Value.security.String(), nil)
			return
		}
		checked := *r // a handler must not modify its request
		if r.Body != nil && r.Body != http.NoBody {
			checked.Body = http.MaxBytesReader(w, r.Body, maxServedBody)
		}
		rep := &report{}
		m.Value.checkAmbiguity(r, &m, rep)
		switch err := m.Value.check(&checked, &m, rep); {
		case errors.As(err, new(*http.MaxBytesError)):
			respond(w, m.Value, http.StatusRequestEntityTooLarge, "The request body is too long", []Problem{bodyProblem(err)})
			return
		case len(rep.problems) > 0:
			respond(w, m.Value, http.StatusBadRequest, "The request does not match the API's specification", rep.problems)
			return
		}
		if body, ok := checked.Body.(readBefore); ok {
			checked.ContentLength, checked.TransferEncoding = body.Size(), nil
		}
		next.ServeHTTP(w, &checked)
	})
}

// overrides lists the headers that make common frameworks and proxies replace the method or the path of a request.
var overrides = []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url"}

// checkAmbiguity reports the parts of a request that a proxy, or a server behind the proxy, could interpret differently from
// the validator.
func (op *operation) checkAmbiguity(r *http.Request, m *route.Match[*operation], rep *report) {
	refuse := func(name, reason string) {
		rep.add(Problem{In: openapi3.ParameterInHeader, Name: name, Reason: reason})
	}
	if r.Method == http.MethodConnect {
		rep.add(Problem{In: "method", Reason: "must not be CONNECT, which would open a tunnel that bypasses the validator"})
	}
	if r.Header["Upgrade"] != nil {
		refuse("Upgrade", "must be left out: it would open a tunnel that bypasses the validator")
	}
	if r.Trailer != nil {
		refuse("Trailer", "must be left out: trailers arrive after validation")
	}
	for _, name := range tokens(r.Header, "Connection") {
		if op.isChecked(name) {
			refuse("Connection", "must not name "+http.CanonicalHeaderKey(name)+", because a proxy would remove that header after validation")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		plain := strings.ReplaceAll(name, "_", "-")
		switch {
		case plain != name && op.isChecked(plain):
			refuse(name, "must be left out: some servers treat it as "+http.CanonicalHeaderKey(plain))
		case slices.Contains(overrides, http.CanonicalHeaderKey(plain)):
			refuse(name, "must be left out: some servers use its value as the method or the path")
		}
	}
	for _, c := range slices.Concat(op.security...) {
		if n := len(r.Header.Values(c.name)); c.in == openapi3.ParameterInHeader && n > 1 {
			refuse(c.name, givenTimes(n))
		}
	}
	for _, name := range m.Names {
		if value, _ := m.Param(name); strings.ContainsAny(value, `/\`) {
			rep.add(Problem{In: openapi3.ParameterInPath, Name: name, Reason: "must not contain a slash or a backslash, which servers decode in different ways"})
		}
	}
}

// isChecked reports whether a header affects validation, authentication or how a server reads the request.
func (op *operation) isChecked(header string) bool {
	header = http.CanonicalHeaderKey(header)
	switch header {
	case "Authorization", "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Host", "Transfer-Encoding", "Upgrade":
		return true
	}
	return strings.HasPrefix(header, "X-Xdr-") ||
		slices.ContainsFunc(op.parameters, func(p *parameter) bool {
			return p.in == openapi3.ParameterInHeader && strings.EqualFold(p.name, header)
		}) ||
		slices.ContainsFunc(op.fallbacks, func(f *fallback) bool { return strings.EqualFold(f.described.Name, header) }) ||
		slices.ContainsFunc(slices.Concat(op.security...), func(c credential) bool { return strings.EqualFold(c.name, header) })
}

// security lists alternative sets of credentials. A request needs all credentials of one set.
type security [][]credential

// credential is the header, query parameter or cookie that a security scheme requires.
type credential struct {
	in, name string
	scheme   string // the prefix of the header's value, such as "Bearer "
}

func newSecurity(doc *openapi3.T, o *openapi3.Operation) (security, error) {
	requirements := doc.Security
	if o.Security != nil {
		requirements = *o.Security
	}
	var s security
	for _, requirement := range requirements {
		needed := []credential{}
		for name := range requirement {
			if doc.Components == nil || doc.Components.SecuritySchemes[name] == nil {
				return nil, fmt.Errorf("the security scheme %s is not defined", name)
			}
			needed = append(needed, newCredential(doc.Components.SecuritySchemes[name].Value))
		}
		slices.SortFunc(needed, func(a, b credential) int { return cmp.Compare(a.name, b.name) })
		s = append(s, needed)
	}
	return s, nil
}

func newCredential(scheme *openapi3.SecurityScheme) credential {
	switch {
	case scheme.Type == "apiKey":
		return credential{in: scheme.In, name: scheme.Name}
	case scheme.Type == "http" && !strings.EqualFold(scheme.Scheme, "bearer"):
		return credential{openapi3.ParameterInHeader, "Authorization", scheme.Scheme + " "}
	}
	return credential{openapi3.ParameterInHeader, "Authorization", "Bearer "} // also used by OAuth and OpenID Connect
}

// isMet reports whether the request contains every credential of at least one alternative.
func (s security) isMet(r *http.Request) bool {
	return len(s) == 0 || slices.ContainsFunc(s, func(needed []credential) bool {
		return !slices.ContainsFunc(needed, func(c credential) bool { return !c.isIn(r) })
	})
}

func (c credential) isIn(r *http.Request) bool {
	value := r.Header.Get(c.name)
	switch c.in {
	case openapi3.ParameterInQuery:
		value = r.URL.Query().Get(c.name)
	case openapi3.ParameterInCookie:
		value = ""
		if cookie, err := r.Cookie(c.name); err == nil {
			value = cookie.Value
		}
	}
	value = strings.Trim(value, " \t")
	n := len(c.scheme)
	return len(value) > n && strings.EqualFold(value[:n], c.scheme)
}

// String lists the credentials of the first alternative.
func (s security) String() string {
	var names []string
	for _, c := range s[0] {
		names = append(names, "the "+c.in+" "+c.name)
	}
	return text.List(names, " and ")
}

func (s security) isInQuery(name string) bool {
	return slices.ContainsFunc(slices.Concat(s...), func(c credential) bool { return c.in == openapi3.ParameterInQuery && c.name == name })
}

// respond writes an error response in the envelope that op documents for status 400, or in the platform's usual envelope if op is
// nil. It recognizes an envelope by its properties.
func respond(w http.ResponseWriter, op *operation, status int, message string, problems []Problem) {
	var documented *schema.Schema
	if op != nil {
		if bad := op.responses["400"]; bad != nil && bad.content.json() != nil {
			documented = bad.content.json().schema
		}
	}
	var body, extra any
	if len(problems) > 0 {
		extra = joined(problems)
	}
	switch {
	case documented.Property("metadata") != nil: // as for the network scan operations
		var details []map[string]string
		for _, p := range problems {
			details = append(details, map[string]string{"field": cmp.Or(p.Name+p.Pointer, p.In), "message": p.Reason})
		}
		body = map[string]any{"err_msg": message, "metadata": map[string]any{"err_extra": details}}
	case documented.Property("err_code") != nil && documented.Property("reply") == nil: // as documented for the endpoint operations
		body = xdrError{ErrCode: strconv.Itoa(status), ErrMsg: message, ErrExtra: extra}
	default:
		body = map[string]any{"reply": xdrError{ErrCode: status, ErrMsg: message, ErrExtra: extra}}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // an error means that the client has disconnected
}

type xdrError struct {
	ErrCode  any    `json:"err_code"`
	ErrMsg   string `json:"err_msg"`
	ErrExtra any    `json:"err_extra"`
}
