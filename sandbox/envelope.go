package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"

	"example.com/cortexscan/gen"
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

// badRequest and serverError answer for the generated server. What it has to say stays unsaid, since it may
// repeat what was sent.
func badRequest(w http.ResponseWriter, r *http.Request, _ error) {
	refuse(w, r, http.StatusBadRequest, "The request contains invalid or missing parameters")
}

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
	if strings.HasPrefix(r.URL.Path, "/public_api/netscan/") {
		sendJSON(w, status, gen.NetscanError{ErrMsg: message})
		return
	}
	sendJSON(w, status, replyError(status, message, nil))
}

func sendJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte("null")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a client that has gone cannot be told
}
