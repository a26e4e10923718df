// Package wrapper is the client that people use. It adds credentials to the requests of the generated client, retries
// what is safe to retry, and turns everything that the service, or something in front of it, may answer into one kind of
// error.
//
//	c, err := wrapper.New("acme.xdr.us.paloaltonetworks.com", wrapper.AdvancedKey("17", key))
//	if err != nil { … }
//	status, err := c.GetScanRunStatus(ctx, 789)
//	fmt.Println(status.State()) // Running
//
//	for status, err := range c.WatchScanRun(ctx, 789, wrapper.WaitOptions{Until: []string{"Completed"}}) {
//		fmt.Println(status.State(), err) // every state as it is read, and every poll that failed
//	}
//
//	reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17", "laptop-18")))
//	fmt.Println(reply.ActionID, reply.EndpointsCount)
//
// Cancel the scans of many endpoints in one call with many values: the filters of a call select endpoints that match all of
// them, the values of a filter those that match any of them, and the action is one to follow. Make several calls where the
// endpoints have nothing in common but OR, which filters cannot say, or where one part failing must not stop the rest.
//
// # Errors
//
// An answer that is not the documented success is an [*APIError], which keeps the HTTP status and the body. No answer is a
// [*TransportError], which wraps its cause: errors.Is finds [context.Canceled] and [context.DeadlineExceeded]. A failure is
// never a nil error, and a nil error never comes with a nil result.
//
// What went wrong is a kind, one of the Err values, for errors.Is. One error can be of several kinds: test for them in this
// order.
//
//	switch {
//	case errors.Is(err, wrapper.ErrOutcomeUnknown): // may have been executed: check before sending it again
//	case errors.Is(err, wrapper.ErrNoEndpoints):    // nothing matched, or nothing was left to cancel
//	case errors.Is(err, wrapper.ErrRateLimited):    // refused; errors.As an *APIError for its RetryAfter
//	case errors.Is(err, wrapper.ErrInvalidRequest): // nothing was sent: a mistake in the program or its input
//	case err != nil:                                // its text says what happened, and mostly what to do
//	}
//
// ErrOutcomeUnknown comes first because it stands beside another kind or cause: a request other than GET was sent, and no
// definite answer came. The answer was lost, timed out or canceled, was 502, 503 or 504, or was a 2xx that cannot be read.
//
// The HTTP status decides the kind, whatever the body says; the body gives the message. An HTTP 200 that carries an error
// envelope is an error. Every text of an error is one printable line, bounded, and without the credentials of the request.
//
// # Retries
//
//	                                        GET       any other method
//	the request was not sent                retried   retried
//	  (a refused certificate aside)
//	connection lost or timed out later      retried   no: it may have been executed
//	429                                     retried   retried: it was refused
//	502 503 504                             retried   no
//	everything else, 500 and 401 included   no        no
//
// A request is sent three times at most, unless [WithRetry] says otherwise. The waits are random (full jitter), below a
// bound that doubles from 500 ms to 30 s. A Retry-After is honored up to [Retry].MaxDelay; one that asks for more ends the
// call at once, with its value in [APIError].RetryAfter. Every attempt has a fresh nonce, timestamp and signature, and the
// same body.
//
// net/http sends some requests again by itself. One other than GET, HEAD, OPTIONS and TRACE is kept from that once it may
// have been executed: such a call ends with ErrOutcomeUnknown, even where the server refused the request over HTTP/2. A
// transport that repeats requests by itself cannot be stopped in every case: see [WithHTTPClient].
//
// # Time limits
//
// [WithTimeout] bounds an attempt, the reading of its body included. The context bounds the call, with its attempts and the
// waits between them. A wait ends with its context, and one for the rate limit that would outlast the deadline is not begun.
//
// # Connections
//
// Redirects are never followed, which would hand the signed headers to another host, and cookies are never kept. Calls
// through [Client.API] go the same way as those of this package.
//
// OpenTelemetry works through [WithHTTPClient], with an http.Client whose Transport is
// otelhttp.NewTransport(http.DefaultTransport). Each attempt is then a span of its own, below the span in the call's context.
//
// # Concurrency
//
// A [Client] and a [Credential] are safe for concurrent use; a program needs one Client for a tenant. Targets, filters and
// options are values, and can be used more than once.
package wrapper
