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

// leak is an error of a RoundTripper that shows the request.
type leak struct{ Request *http.Request }

func (e *leak) Error() string { return fmt.Sprint("failed: ", e.Request.Header) }

// timeoutLeak is the same as a net.Error.
type timeoutLeak struct{ leak }

func (*timeoutLeak) Timeout() bool   { return true }
func (*timeoutLeak) Temporary() bool { return true }

// TestTransportErrorsHideTheRequest checks what errors.As finds in the error of a RoundTripper: a short list of types, none of
// which shows a credential.
func TestTransportErrorsHideTheRequest(t *testing.T) {
	for name, fail := range map[string]func(r *http.Request) error{
		"its own error":           func(r *http.Request) error { return &leak{r} },
		"a net.Error":             func(r *http.Request) error { return &timeoutLeak{leak{r}} },
		"wrapped":                 func(r *http.Request) error { return fmt.Errorf("a: %w", &leak{r}) },
		"joined":                  func(r *http.Request) error { return errors.Join(errors.New("a"), &leak{r}) },
		"in a url.Error":          func(r *http.Request) error { return &url.Error{Op: "Post", URL: r.URL.String(), Err: &leak{r}} },
		"in a net.OpError":        func(r *http.Request) error { return &net.OpError{Op: "write", Net: "tcp", Err: &leak{r}} },
		"a textproto error":       func(r *http.Request) error { return textproto.ProtocolError((&leak{r}).Error()) },
		"another textproto error": func(r *http.Request) error { return &textproto.Error{Code: 400, Msg: (&leak{r}).Error()} },
		"a DNS error": func(r *http.Request) error {
			return &net.DNSError{Err: (&leak{r}).Error(), Name: r.Header.Get("Authorization")}
		},
		"a certificate error": func(r *http.Request) error { return &tls.CertificateVerificationError{Err: &leak{r}} },
		"a record header error": func(r *http.Request) error {
			return tls.RecordHeaderError{Msg: (&leak{r}).Error()}
		},
	} {
		for keyType, cred := range credentials {
			for call, do := range calls {
				t.Run(name+"/"+keyType+"/"+call, func(t *testing.T) {
					var secrets []string
					c, log := client(t, "https://gateway.example.org", cred, wrapper.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
						secrets = append(secrets, r.Header.Get("Authorization"), r.Header.Get("X-Xdr-Nonce"))
						if secrets[len(secrets)-1] == "" {
							secrets = secrets[:len(secrets)-1]
						}
						return nil, fail(r)
					})}))
					err := do(t.Context(), c)
					wantHidden(t, "error", secrets, printed(err)...)
					wantHidden(t, "log", secrets, log.String())
					for what, e := range map[string]error{
						"net.Error": found[net.Error](err), "*net.OpError": found[*net.OpError](err), "*net.DNSError": found[*net.DNSError](err),
						"*tls.CertificateVerificationError": found[*tls.CertificateVerificationError](err),
						"tls.RecordHeaderError":             found[tls.RecordHeaderError](err),
					} {
						wantHidden(t, what, secrets, printed(e)...)
					}
					for what, e := range map[string]error{
						"the RoundTripper's own type": errors.Join(found[*leak](err), found[*timeoutLeak](err)),
						"*url.Error":                  found[*url.Error](err),
						"textproto.ProtocolError":     found[textproto.ProtocolError](err),
						"*textproto.Error":            found[*textproto.Error](err),
						"any error with Timeout": found[interface {
							error
							Timeout() bool
						}](err),
					} {
						if e != nil {
							t.Errorf("errors.As finds %s", what)
						}
					}
				})
			}
		}
	}
}

// found returns what errors.As finds in err, or nil.
func found[E error](err error) error {
	if e, ok := errors.AsType[E](err); ok {
		return e
	}
	return nil
}
