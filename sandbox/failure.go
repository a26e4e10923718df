package sandbox

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Failure simulates a failing network or gateway: it replaces the tenant's response to one or more calls. The zero value
// applies to one call and does not change it.
//
// A failed call is not executed: no scan is aborted and no run advances. Invalid requests, such as those with wrong
// credentials, fail in the same way. A failed call uses up the nonce of a valid signature, and [Call].Problems lists
// what is wrong with the request. Reset is an exception: it simulates a request that was lost on its way to the
// service, so the tenant does not check the request.
type Failure struct {
	// Operation selects calls by an operationId, such as "abortScan", or by method and path, such as
	// "POST /public_api/v1/endpoints/abort_scan". Default: any call.
	Operation string
	// Skip is the number of selected calls that are handled as usual before the first one fails. Negative means 0.
	Skip int
	// Times is the number of calls that fail. 0 means one; a negative number means every call after the skipped ones.
	Times int
	// Status is the HTTP status of the response. 0 means 200 if Header, Body or CutOff is set. If Status, Header,
	// Body and CutOff are all zero, the call is handled as usual after Delay. A number that is not a final status
	// (200 to 999) is sent as 500.
	Status int
	// Header is added to the response. If it has no Content-Type, the type is detected from Body. To send no
	// Content-Type, set Header["Content-Type"] to nil.
	Header http.Header
	// Body is sent unchanged. Default: empty.
	Body string
	// Delay is the time to wait before the response or the reset. The wait ends early if the client disconnects.
	Delay time.Duration
	// CutOff sends a Content-Length that exceeds the length of Body, and closes the connection after Body.
	CutOff bool
	// Reset closes the connection (TCP RST) without a response. If the connection cannot be reset, as with HTTP/2,
	// the handler aborts with http.ErrAbortHandler. If Reset is set, Status, Header, Body and CutOff have no effect.
	Reset bool
}

// failures is the queue of a tenant's scripted failures.
type failures struct {
	mu    sync.Mutex
	queue []*Failure
}

func (q *failures) add(f Failure) {
	f.Header = f.Header.Clone()
	if f.Times == 0 {
		f.Times = 1
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = append(q.queue, &f)
}

// take returns the failure for a call, if there is one, and counts the call. id is the call's operationId, and name
// is its method and path. A trailing slash in the path is ignored.
func (q *failures) take(id, name string) (Failure, bool) {
	name = strings.TrimSuffix(name, "/")
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.queue, func(f *Failure) bool {
		return f.Operation == "" || f.Operation == id || strings.TrimSuffix(f.Operation, "/") == name
	})
	if i < 0 {
		return Failure{}, false
	}
	f := q.queue[i]
	if f.Skip > 0 {
		f.Skip--
		return Failure{}, false
	}
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			q.queue = slices.Delete(q.queue, i, i+1)
		}
	}
	return *f, true // its Header is shared, but never changed
}

// wait waits until the delay has passed. It returns false if the client disconnects first.
func (f Failure) wait(ctx context.Context) bool {
	if f.Delay <= 0 {
		return true
	}
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// responds reports whether f has a response to send.
func (f Failure) responds() bool {
	return f.Status != 0 || f.Body != "" || len(f.Header) > 0 || f.CutOff
}

func (f Failure) respond(w http.ResponseWriter) {
	h := w.Header()
	switch {
	case f.Body == "":
	case json.Valid([]byte(f.Body)):
		h.Set("Content-Type", "application/json") // net/http would detect text/plain
	default:
		h.Set("Content-Type", http.DetectContentType([]byte(f.Body)))
	}
	for name, values := range f.Header {
		h[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	if f.CutOff { // net/http closes the connection if a handler writes less than it announced
		h.Set("Content-Length", strconv.Itoa(len(f.Body)+1024))
	}
	status := f.Status
	switch {
	case status == 0:
		status = http.StatusOK
	case status < 200 || status > 999:
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, f.Body) // the client may have disconnected, or the status may have no body
}

// reset closes the connection so that the client sees a reset instead of a normal close.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http closes the connection, or the HTTP/2 stream, without logging it
	}
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn() // TLS would send a close notification first
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close with RST, not FIN
	}
	_ = conn.Close()
}
