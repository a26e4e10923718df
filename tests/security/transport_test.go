package security_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"testing"

	"example.com/cortexscan/wrapper"
)

// leak is an error that prints the headers of a request.
type leak struct{ Request *http.Request }

func (e *leak) Error() string { return fmt.Sprint("failed: ", e.Request.Header) }

type timeoutLeak struct{ leak }

func (*timeoutLeak) Timeout() bool   { return true }
func (*timeoutLeak) Temporary() bool { return true }

// TestTransportErrorsHideTheRequest checks that errors.As finds only a few types in a RoundTripper's error, and that
// these errors contain no credential.
func TestTransportErrorsHideTheRequest(t *testing.T) {
	for name, fail := range map[string]func(r *http.Request) error{
		"its own error":         func(r *http.Request) error { return errors.Join(errors.New("a"), &leak{r}) },
		"a net.Error":           func(r *http.Request) error { return &timeoutLeak{leak{r}} },
		"a url.Error":           func(r *http.Request) error { return &url.Error{Op: "Post", URL: r.URL.String(), Err: net.ErrClosed} },
		"a net.OpError":         func(r *http.Request) error { return &net.OpError{Op: "write", Net: "tcp", Err: &leak{r}} },
		"a textproto error":     func(r *http.Request) error { return textproto.ProtocolError((&leak{r}).Error()) },
		"a DNS error":           func(r *http.Request) error { return &net.DNSError{Err: (&leak{r}).Error()} },
		"a certificate error":   func(r *http.Request) error { return &tls.CertificateVerificationError{Err: &leak{r}} },
		"a record header error": func(r *http.Request) error { return tls.RecordHeaderError{Msg: (&leak{r}).Error()} },
	} {
		for keyType, cred := range credentials {
			for call, do := range calls {
				t.Run(name+"/"+keyType+"/"+call, func(t *testing.T) {
					var received recorder
					failing := roundTripper(func(r *http.Request) (*http.Response, error) {
						received.requests = append(received.requests, r)
						return nil, fail(r)
					})
					c, log := client(t, "https://gateway.example.org", cred, wrapper.WithHTTPClient(&http.Client{Transport: failing}))
					err := do(t.Context(), c)
					shown := append(printed(err), log.String())
					for _, e := range []error{
						found[net.Error](err), found[*net.OpError](err), found[*net.DNSError](err),
						found[*tls.CertificateVerificationError](err), found[tls.RecordHeaderError](err),
					} {
						shown = append(shown, printed(e)...)
					}
					wantHidden(t, "error or log", received.secrets(), shown...)
					for _, e := range []error{
						found[*leak](err), found[*timeoutLeak](err), found[*url.Error](err), found[textproto.ProtocolError](err),
						found[interface {
							error
							Timeout() bool
						}](err),
					} {
						if e != nil {
							t.Errorf("errors.As finds a %T", e)
						}
					}
				})
			}
		}
	}
}

// found returns the error of type E that errors.As finds in err, or nil.
func found[E error](err error) error {
	if e, ok := errors.AsType[E](err); ok {
		return e
	}
	return nil
}
