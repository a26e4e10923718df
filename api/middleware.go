package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"example.com/cortexscan/api/internal/schema"
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
		m, unknown := v.find(r)
		switch {
		case unknown != nil && m.Template == "":
			replyEnvelope(w, http.StatusNotFound, "Unknown operation", unknown.Problems)
			return
		case unknown != nil:
			w.Header().Set("Allow", strings.Join(m.Methods, ", "))
			replyEnvelope(w, http.StatusMethodNotAllowed, "Unknown operation", unknown.Problems)
			return
		case !m.Value.security.isMet(r):
			replyEnvelope(w, http.StatusUnauthorized, "Public API request unauthorized: it requires "+m.Value.security.String(), nil)
			return
		}
		checked := *r // a handler leaves the request that it was given as it is
		if r.Body != nil && r.Body != http.NoBody {
			checked.Body = http.MaxBytesReader(w, r.Body, maxServedBody)
		}
		rep := &report{}
		switch err := m.Value.check(&checked, m.Param, rep); {
		case errors.As(err, new(*http.MaxBytesError)):
			envelopeOf(m.Value)(w, http.StatusRequestEntityTooLarge, "The request is too long", []Problem{bodyProblem(err)})
			return
		case len(rep.problems) > 0:
			envelopeOf(m.Value)(w, http.StatusBadRequest, "The request does not match the API's contract", rep.problems)
			return
		}
		next.ServeHTTP(w, &checked)
	})
}

// envelope writes an error in one of the service's forms.
type envelope func(w http.ResponseWriter, status int, message string, problems []Problem)

// envelopeOf returns the form that an operation documents for a bad request, recognized by its members.
func envelopeOf(op *operation) envelope {
	var documented *schema.Schema
	if bad := op.responses["400"]; bad != nil && bad.content.json() != nil {
		documented = bad.content.json().schema
	}
	switch {
	case documented.Names("metadata"):
		return metadataEnvelope
	case documented.Names("err_code") && !documented.Names("reply"):
		return flatEnvelope
	}
	return replyEnvelope
}

// replyEnvelope is what the platform answers most: {"reply":{"err_code":400,"err_msg":…,"err_extra":…}}.
func replyEnvelope(w http.ResponseWriter, status int, message string, problems []Problem) {
	answer(w, status, map[string]any{"reply": xdrError{ErrCode: status, ErrMsg: message, ErrExtra: texts(problems)}})
}

// flatEnvelope is the same without reply, and with the code as text.
func flatEnvelope(w http.ResponseWriter, status int, message string, problems []Problem) {
	answer(w, status, xdrError{ErrCode: strconv.Itoa(status), ErrMsg: message, ErrExtra: texts(problems)})
}

type xdrError struct {
	ErrCode  any    `json:"err_code"`
	ErrMsg   string `json:"err_msg"`
	ErrExtra any    `json:"err_extra"`
}

// metadataEnvelope is that of the network scans: {"err_msg":…,"metadata":{"err_extra":[{"field":…,"message":…}]}}.
func metadataEnvelope(w http.ResponseWriter, status int, message string, problems []Problem) {
	var details []map[string]string
	for _, p := range problems {
		details = append(details, map[string]string{"field": cmp.Or(p.Name+p.Pointer, p.In), "message": p.Reason})
	}
	answer(w, status, map[string]any{"err_msg": message, "metadata": map[string]any{"err_extra": details}})
}

// texts returns the problems in one text, for the envelopes that have room for only one.
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
