package api

import (
	"errors"
	"net/http"
	"strings"
)

// maxServedBody is the longest body that Middleware accepts: some 25,000 endpoint IDs.
const maxServedBody = 1 << 20

// Middleware passes requests that match the contract on to next, with a body that can be read again. The others it answers
// itself, in the service's own error envelopes:
//
//   - 404 an unknown path, 405 a method that the path does not have;
//   - 401 without the headers of one of the contract's security schemes, whose values are next's to verify;
//   - 413 a body of more than 1 MiB;
//   - 400 every other violation, with all its problems, and without any value out of the request.
//
// 400 and 413 come in the envelope that the operation documents for a bad request, the others in the platform's,
// {"reply":{"err_code":…}}. The credentials are checked before the body is read.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, err := v.find(r)
		switch {
		case err != nil && m.Template == "":
			replyEnvelope(w, http.StatusNotFound, "Unknown operation", problemsOf(err))
			return
		case err != nil:
			w.Header().Set("Allow", strings.Join(m.Methods, ", "))
			replyEnvelope(w, http.StatusMethodNotAllowed, "Unknown operation", problemsOf(err))
			return
		case !authenticated(r, m.Value.security):
			replyEnvelope(w, http.StatusUnauthorized, "Public API request unauthorized: it requires "+wanted(m.Value.security), nil)
			return
		}
		checked := *r // a handler leaves the request that it was given as it is
		if r.Body != nil && r.Body != http.NoBody {
			checked.Body = http.MaxBytesReader(w, r.Body, maxServedBody)
		}
		rep := &report{}
		body, err := readBody(&checked)
		if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
			m.Value.envelope(w, http.StatusRequestEntityTooLarge, "The request is too long", []Problem{bodyProblem(err)})
			return
		} else if err != nil {
			rep.add(bodyProblem(err))
		}
		m.Value.check(&checked, m.Param, body, err == nil, rep)
		if len(rep.problems) > 0 {
			m.Value.envelope(w, http.StatusBadRequest, "The request does not match the API's contract", rep.problems)
			return
		}
		next.ServeHTTP(w, &checked)
	})
}

func problemsOf(err error) []Problem {
	var violation *Violation
	if errors.As(err, &violation) {
		return violation.Problems
	}
	return nil
}
