package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// maxServedBody is the longest body that Middleware lets in: some 25,000 endpoint IDs.
const maxServedBody = 1 << 20

// Middleware lets through to next what the contract describes, with its body to be read again. The rest it
// answers itself, in the service's own error envelopes:
//
//   - 404 a path that the contract does not know, 405 a method that the path does not;
//   - 401 without the headers of one of the contract's authentication schemes. What they hold is next's to verify;
//   - 413 a body of more than 1 MiB;
//   - 400 every other violation, with all its problems, and without any value out of the request.
//
// 400 and 413 come in the envelope that the operation documents for a bad request, the others in the platform's,
// {"reply":{"err_code":…}}. Credentials are looked for before the body is read.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, err := v.find(r)
		switch {
		case err != nil && m.path == nil:
			replyEnvelope(w, http.StatusNotFound, "There is no such operation", problemsOf(err))
			return
		case err != nil:
			w.Header().Set("Allow", m.path.allow)
			replyEnvelope(w, http.StatusMethodNotAllowed, "There is no such operation", problemsOf(err))
			return
		case !m.authenticated(r):
			replyEnvelope(w, http.StatusUnauthorized, "Public API request unauthorized: it needs "+m.wanted(), nil)
			return
		}
		checked := *r // a handler leaves the request that it was given as it is
		if r.Body != nil && r.Body != http.NoBody {
			checked.Body = http.MaxBytesReader(w, r.Body, maxServedBody)
		}
		rep := &report{}
		body, err := readBody(&checked)
		if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
			m.envelope(w, http.StatusRequestEntityTooLarge, "The request is too long", []Problem{tooLong(over.Limit)})
			return
		} else if err != nil {
			rep.add(unreadable)
		}
		m.checkRequest(&checked, body, err == nil, rep)
		if len(rep.problems) > 0 {
			m.envelope(w, http.StatusBadRequest, "The request does not match the API's contract", rep.problems)
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

// texts is the problems in one text, as the envelopes with room for only one have it.
func texts(problems []Problem) any {
	if len(problems) == 0 {
		return nil
	}
	lines := make([]string, 0, len(problems))
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "; ")
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // the client is gone
}
