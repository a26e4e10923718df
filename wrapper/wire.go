package wrapper

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"syscall"
)

// wire watches, through net/http's own trace, whether a request may have left.
type wire struct {
	told, left, refused, wrote, stopped atomic.Bool
	connections                         atomic.Int32
	// onReplay is called when net/http is about to send the request again by itself, which it does where a
	// kept-alive connection proves dead.
	onReplay func()
	// stop ends an attempt whose request must not be sent twice. Nil where that does no harm.
	stop  context.CancelFunc
	hooks httptrace.ClientTrace
	// http2 is the request's first connection, where stop may be needed: one over HTTP/2.
	http2 atomic.Pointer[net.Conn]
}

func (w *wire) trace() *httptrace.ClientTrace {
	w.hooks = httptrace.ClientTrace{
		GetConn: func(string) {
			w.told.Store(true)
			// net/http itself asks for a second connection only where nothing was written on the first, or where
			// the method makes a repetition harmless; but see mustStop. Of what wraps it that is not known.
			if w.onReplay != nil && !w.wroteHTTP2() {
				w.left.Store(false)
			}
		},
		// Nothing is written before this, and anything may be after it.
		GotConn: func(info httptrace.GotConnInfo) {
			w.left.Store(true)
			switch again := w.connections.Add(1) > 1; {
			case !again && w.stop != nil && isHTTP2(info.Conn):
				conn := info.Conn
				w.http2.Store(&conn)
			case again && w.mustStop(info.Conn):
				w.stopped.Store(true)
				w.stop()
			case again && w.onReplay != nil:
				w.onReplay()
			}
		},
		WroteHeaders: func() { w.wrote.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			w.refused.Store(err != nil && !isNetworkError(err))
		},
	}
	return &w.hooks
}

// mustStop reports whether a request that must not be sent twice is about to be. Over HTTP/1 net/http repeats
// such a request only where nothing of it was written. Over HTTP/2 it also repeats what the server says it did
// not process (RFC 9113, section 8.7), and what it broke off with a PROTOCOL_ERROR, which says nothing of the
// kind. The two cannot be told apart, but for a refused stream, which alone is repeated on the same connection.
func (w *wire) mustStop(next net.Conn) bool {
	return w.wroteHTTP2() && *w.http2.Load() != next
}

func (w *wire) wroteHTTP2() bool { return w.wrote.Load() && w.http2.Load() != nil }

func isHTTP2(conn net.Conn) bool {
	c, ok := conn.(*tls.Conn)
	return ok && c.ConnectionState().NegotiatedProtocol == "h2"
}

// isNetworkError tells a connection that broke during the handshake from a handshake that was refused.
func isNetworkError(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// isCertificateError knows a refused certificate even where a transport tells nothing.
func isCertificateError(err error) bool {
	var refused *tls.CertificateVerificationError
	return errors.As(err, &refused)
}
