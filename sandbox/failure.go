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
	"sync"
	"time"
)

// Failure is an answer that a network or a gateway gives in place of the tenant, once or more often. The zero
// value is consumed by one call and changes nothing about it.
//
// A failed call is not executed: no scan is aborted, no run moves on. The failure comes before the checks, so a request with
// bad credentials fails the same way; what is wrong with it is in [Call].Problems. The nonce of a valid signature is used
// up, except by Reset, which loses the request on its way.
type Failure struct {
	// Operation says which calls fail: an operationId of the contract, such as "abortScan", or method and path, as in
	// "POST /public_api/v1/endpoints/abort_scan". Default: any call.
	Operation string
	// Times is how many calls fail. 0 means one, negative means all from now on.
	Times int
	// Status is the HTTP status. 0 means 200 where there is a Header, a Body or a CutOff; else the call goes
	// on as usual after Delay. What is no final status (200 to 999) is sent as 500.
	Status int
	// Header is added to the answer. Where it does not name Content-Type, that is guessed from Body; with a nil
	// list in its place, none is sent.
	Header http.Header
	// Body is sent as it is. Default: empty.
	Body string
	// Delay passes before anything else happens. It ends early when the client goes away.
	Delay time.Duration
	// CutOff announces more bytes than are sent, and closes the connection after Body.
	CutOff bool
	// Reset closes the connection (TCP RST) without an answer. What cannot be reset so, such as HTTP/2, is
	// aborted with http.ErrAbortHandler. The fields that describe an answer have no effect then.
	Reset bool
}

// failures are the scripted failures of a tenant that are still to come.
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

// take takes the first failure for an operation off the queue, where there is one. The operation is given by its ID, and
// by its method and path.
func (q *failures) take(id, name string) (Failure, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.queue, func(f *Failure) bool {
		return f.Operation == "" || f.Operation == name || f.Operation == id
	})
	if i < 0 {
		return Failure{}, false
	}
	f := q.queue[i]
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			q.queue = slices.Delete(q.queue, i, i+1)
		}
	}
	return *f, true // its Header is shared, and only read
}

// wait lets the delay pass. It is false when the client has gone away.
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

// responds reports whether there is anything to respond with, or only a delay.
func (f Failure) responds() bool {
	return f.Status != 0 || f.Body != "" || len(f.Header) > 0 || f.CutOff
}

func (f Failure) respond(w http.ResponseWriter) {
	h := w.Header()
	switch {
	case f.Body == "":
	case json.Valid([]byte(f.Body)):
		h.Set("Content-Type", "application/json") // net/http would call it text
	default:
		h.Set("Content-Type", http.DetectContentType([]byte(f.Body)))
	}
	for name, values := range f.Header {
		h[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	if f.CutOff { // net/http closes the connection of a handler that wrote less than it announced
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
	_, _ = io.WriteString(w, f.Body) // to a client that has gone, or with a status that has no body: nothing to be done
}

// reset closes the connection so that the client sees a reset, not an orderly end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http closes the connection, or HTTP/2's stream, in silence
	}
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn() // closed below the TLS, which would say goodbye
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // unsent data is dropped, and RST takes the place of FIN
	}
	_ = conn.Close()
}
