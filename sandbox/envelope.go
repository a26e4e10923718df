package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/gen/server"
)

// reply is an error in the platform's envelope. It is written by hand because its err_code is a number and its
// err_extra is there even when null, as on the real service; the generated type is made for reading either.
type reply struct {
	Reply struct {
		Code    int    `json:"err_code"`
		Message string `json:"err_msg"`
		Extra   any    `json:"err_extra"`
	} `json:"reply"`
}

func replyError(status int, message string, extra any) reply {
	var e reply
	e.Reply.Code, e.Reply.Message, e.Reply.Extra = status, message, extra
	return e
}

// VisitAbortScanResponse lets the generated server send it.
func (e reply) VisitAbortScanResponse(w http.ResponseWriter) error {
	sendJSON(w, e.Reply.Code, e)
	return nil
}

// unauthorized says the same whatever was wrong, as the service does.
func unauthorized(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, http.StatusUnauthorized, replyError(http.StatusUnauthorized, "Public API request unauthorized", nil))
}

// badRequest answers for the generated server if a valid request does not fit the Go types, such as text where the
// contract asks for a UUID. It names the field and nothing else of err, which may repeat a value.
func badRequest(w http.ResponseWriter, r *http.Request, err error) {
	const message, reason = "The request contains invalid or missing parameters", "cannot be decoded"
	field := fieldOf(err)
	noteProblem(r.Context(), api.Problem{In: "request", Name: field, Reason: reason})
	if isNetscan(r) {
		sendJSON(w, http.StatusBadRequest, gen.NetscanError{ErrMsg: message, Metadata: gen.NetscanErrorMetadata{
			ErrExtra: gen.ErrorDetails{{Field: gen.Text(field), Message: reason}},
		}})
		return
	}
	sendJSON(w, http.StatusBadRequest, replyError(http.StatusBadRequest, message, field+": "+reason))
}

// fieldOf returns the parameter, or the member of the body, that the generated server could not decode; "body" if
// its error does not say more.
func fieldOf(err error) string {
	var (
		format    *server.InvalidParamFormatError
		missing   *server.RequiredParamError
		header    *server.RequiredHeaderError
		tooMany   *server.TooManyValuesForParamError
		cookie    *server.UnescapedCookieParamError
		unmarshal *server.UnmarshalingParamError
		member    *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &format):
		return format.ParamName
	case errors.As(err, &missing):
		return missing.ParamName
	case errors.As(err, &header):
		return header.ParamName
	case errors.As(err, &tooMany):
		return tooMany.ParamName
	case errors.As(err, &cookie):
		return cookie.ParamName
	case errors.As(err, &unmarshal):
		return unmarshal.ParamName
	case errors.As(err, &member) && member.Field != "":
		return member.Field
	}
	return "body"
}

// serverError answers for the generated server without its err, which may repeat what was sent.
func serverError(w http.ResponseWriter, r *http.Request, _ error) {
	refuse(w, r, http.StatusInternalServerError, "Internal server error")
}

// contractUnusable answers every request with the reason for which there is no contract to check it by.
func contractUnusable(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusInternalServerError, "the sandbox cannot use its contract: "+err.Error())
	})
}

// refuse answers in the envelope of the operation's family.
func refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	if isNetscan(r) {
		sendJSON(w, status, gen.NetscanError{ErrMsg: message})
		return
	}
	sendJSON(w, status, replyError(status, message, nil))
}

func isNetscan(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/public_api/netscan/") }

func sendJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte("null")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a client that has gone gets nothing
}
