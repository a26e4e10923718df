package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
)

// operations maps an operationId to its implementation. The OpenAPI document may contain more operations.
var operations = map[string]operation{
	"getScanRunStatus": (*Tenant).getScanRunStatus,
	"abortScan":        (*Tenant).abortScan,
}

// operation executes a request that the validator has accepted, and returns the response.
type operation func(*Tenant, *exchange, *http.Request) response

type response struct {
	status int
	body   any // encoded as JSON
}

// Operations returns the operationIds of the operations that a [Tenant] executes, in alphabetical order. A Tenant
// responds with 501 to every other operation in the OpenAPI document.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

const maxOperation = 256 // maximum length of an operation in a response, in bytes

func (t *Tenant) execute(x *exchange, r *http.Request, id string) {
	run, ok := operations[id]
	if !ok {
		if id == "" { // operationId is optional
			id = r.Method + " " + r.URL.Path
		}
		send(x, replyError(http.StatusNotImplemented, "The sandbox does not implement the operation "+text.Printable(id, maxOperation), nil))
		return
	}
	send(x, run(t, x, r))
}

// getScanRunStatus ignores the requested fields, because only status is published.
func (t *Tenant) getScanRunStatus(x *exchange, r *http.Request) response {
	value := r.URL.Query().Get("id")
	id, err := strconv.ParseInt(value, 10, 64)
	ok := err == nil
	if number, err := strconv.ParseFloat(value, 64); err == nil && !ok { // a number such as 1e3 or 1000.0
		id, ok = wholeNumber(number)
	}
	if !ok {
		x.note([]api.Problem{{In: "query", Name: "id", Reason: undecodable}})
		return netscanError(http.StatusBadRequest, invalidParameters, "id", undecodable)
	}
	state, known := t.runs.next(id)
	if !known {
		return netscanError(http.StatusNotFound, "Run ID not found", "id", "no scan run has this ID")
	}
	return response{http.StatusOK, gen.ScanRunStatus{DATA: "Scan is in " + state + " state"}}
}

// abortScan aborts the pending and in-progress scans of the selected endpoints, or none if a filter is invalid. It
// ignores the incident ID.
func (t *Tenant) abortScan(x *exchange, r *http.Request) response {
	var request gen.AbortScanRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		x.note([]api.Problem{{In: "body", Reason: undecodable}})
		return replyError(http.StatusBadRequest, invalidParameters, "body: "+undecodable)
	}
	selected, err := selectionOf(request.RequestData.Filters)
	if err != nil { // the service responds with 500, not 400, to an unknown parameter
		return replyError(http.StatusInternalServerError, processingFailed+"invalid parameter name or value", err.Error())
	}
	action, result := t.endpoints.abort(selected)
	x.noteAbort(result)
	if result.Aborted == 0 {
		return replyError(http.StatusInternalServerError, processingFailed+"No endpoint was found for creating the requested action", nil)
	}
	return response{http.StatusOK, gen.AbortScanResponse{Reply: gen.AbortScanReply{
		ActionID:       gen.Text(strconv.FormatInt(action, 10)),
		Status:         "1",
		EndpointsCount: gen.Text(strconv.Itoa(result.Aborted)),
	}}}
}

const (
	processingFailed  = "An error occurred while processing XDR public API - "
	invalidParameters = "The request contains invalid or missing parameters"
	undecodable       = "has a value that the sandbox cannot decode"
)

// xdrReply is the platform's error envelope. It replaces the generated type, because the service sends err_code as a
// number, and err_extra even if it is null.
type xdrReply struct {
	Reply struct {
		Code    int    `json:"err_code"`
		Message string `json:"err_msg"`
		Extra   any    `json:"err_extra"`
	} `json:"reply"`
}

func replyError(status int, message string, extra any) response {
	var e xdrReply
	e.Reply.Code, e.Reply.Message, e.Reply.Extra = status, message, extra
	return response{status, e}
}

func netscanError(status int, message, field, reason string) response {
	return response{status, gen.NetscanError{ErrMsg: message, Metadata: gen.NetscanErrorMetadata{
		ErrExtra: gen.ErrorDetails{{Field: gen.Text(field), Message: reason}},
	}}}
}

func send(w http.ResponseWriter, res response) {
	b, _ := json.Marshal(res.body) // the types above can always be encoded
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(res.status)
	_, _ = w.Write(append(b, '\n')) // the client may have disconnected
}
