// Package wrapper is the client that people use: it signs the requests of the generated client, limits and
// retries them, and makes one kind of error out of everything that the service, or something in front of it,
// may answer.
//
//	c, err := wrapper.New("acme.xdr.us.paloaltonetworks.com", wrapper.AdvancedKey("17", key))
//	if err != nil { … }
//	status, err := c.GetScanRunStatus(ctx, 789)
//	fmt.Println(status.State()) // Running
//	reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")))
//	if errors.Is(err, wrapper.ErrNoEndpoints) { … }
//	fmt.Println(reply.ActionID, reply.EndpointsCount)
//
// # Calls
//
// A call goes through these stages, in this order: the request is validated (where a validator is set); then,
// for each attempt, the rate limit is awaited, the request is signed, sent, and at most the limit of its answer
// read; the answer is classified; another attempt follows, or the call returns; a good answer is validated
// (where a validator is set). Calls through [Client.API] go the same way.
//
// # Errors
//
// Every answer that is not the documented success is an [*APIError], which keeps the HTTP status and the body.
// No answer at all is another error, which names the operation and wraps its cause, so that errors.Is finds
// context.Canceled and context.DeadlineExceeded. What went wrong is told by the Err values of this package, for
// errors.Is; the HTTP status decides, whatever the body looks like. A failure is never a nil error, and a nil
// error never comes with a nil result.
//
// A request other than GET that left, and to which no definite answer came, is an [ErrOutcomeUnknown] beside
// whatever else it is: it may have been carried out. That is so where the answer was lost, timed out or
// cancelled, for 502, 503 and 504, and for a success that cannot be read.
//
// Every text of an error is one clean line, bounded, without control characters, and free of credentials.
//
// # Retries
//
//	                                        GET       any other method
//	the request never left                  retried   retried
//	  (not for a refused TLS handshake)
//	connection lost or timed out later      retried   no: it may have been carried out
//	429                                     retried   retried: it was refused
//	502 503 504                             retried   no
//	everything else, 500 and 401 included   no        no
//
// By default a request is sent three times at most. The waits are random (full jitter) below a bound that
// doubles from 500 ms to 30 s. A Retry-After is honoured up to [Retry].MaxDelay; one that asks for more ends
// the call at once, with its value in [APIError].RetryAfter. Every attempt has a fresh nonce and timestamp, and
// the same body. Whether a request had left is known from net/http's trace; of a transport that does not
// report to it, every request counts as having left.
//
// # Timeouts
//
// [WithTimeout] bounds an attempt, the reading of its body included; the context bounds the call, with its
// attempts and waits. A wait ends with its context, and a wait for the rate limit that would outlast the
// context's deadline is not begun.
//
// # Connections
//
// Redirects are never followed, since that would hand the signed headers to another host, and cookies are never
// kept. Where net/http repeats a request by itself, because a kept-alive connection proved dead, the repetition
// is signed anew, as long as the transport is an *http.Transport; a transport that wraps another one repeats
// the same signature, which the service may refuse. Over HTTP/2 net/http would also repeat a request other than
// GET that a server broke off; such an attempt ends instead, with [ErrOutcomeUnknown], even where the server may
// have said that it did not process it.
//
// OpenTelemetry works through [WithHTTPClient]: give it an http.Client whose Transport is
// otelhttp.NewTransport(http.DefaultTransport). Each attempt is then a span of its own, below the span in the
// call's context, and the trace headers are not part of what is signed.
//
// # Concurrency
//
// A [Client] and a [Credential] are safe for concurrent use and share their connections. Targets, filters and
// options are values: using them twice is fine.
package wrapper
