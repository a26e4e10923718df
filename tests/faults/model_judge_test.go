package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/cortexscan/wrapper"
)

// judge holds what became of a call to what a client promises, and returns the promises that were broken.
func (w *world) judge(c *call) (broken []string) {
	fail := func(format string, args ...any) {
		broken = append(broken, fmt.Sprintf("%s, through %s: ", c, w.kind.name)+fmt.Sprintf(format, args...))
	}
	if len(c.executed) > c.limit() {
		fail("executed %d times, at most %d are allowed", len(c.executed), c.limit())
	}
	for _, e := range c.executed {
		got := validated{e.method, e.target, e.contentType, string(e.body)}
		if path := strings.Index(got.target, "/public_api"); path > 0 { // a proxy gets the whole URL
			got.target = got.target[path:]
		}
		if len(c.validated) != 1 || c.validated[0] != got {
			fail("what was executed is not what was validated: %q, and %q", got, c.validated)
		}
	}
	switch {
	case c.err == nil && !w.isOwnReply(c):
		fail("the result %q is not the service's reply to it", c.answer)
	case errors.Is(c.err, wrapper.ErrInvalidRequest) && c.arrivals+len(c.executed) > 0:
		fail("refused, and sent: %v", c.err)
	case c.err != nil && len(c.executed) > 0 && !c.apart() && notSent(c.err):
		fail("executed, and reported as not sent: %v", c.err)
	case c.err != nil && len(c.executed) > 0 && !(c.apart() && notSent(c.err)) && !errors.Is(c.err, wrapper.ErrOutcomeUnknown) && !c.gotReply():
		fail("executed and not answered, and the error is not ErrOutcomeUnknown: %v", c.err)
	}
	if c.err != nil && errors.Is(c.ended, context.DeadlineExceeded) && !errors.Is(c.err, wrapper.ErrInvalidRequest) && !errors.Is(c.err, context.DeadlineExceeded) {
		fail("its deadline has passed, and the error does not say so: %v", c.err)
	}
	if neverConnected := len(w.links) == 0 && w.kind.own(); errors.Is(c.err, wrapper.ErrOutcomeUnknown) && (c.get() || neverConnected) {
		fail("nothing was sent that could have an effect, and the error is ErrOutcomeUnknown: %v", c.err)
	}
	if lost := (*wrapper.TransportError)(nil); errors.As(c.err, &lost) && !c.get() && lost.Sent != errors.Is(c.err, wrapper.ErrOutcomeUnknown) {
		fail("Sent is %v: %v", lost.Sent, c.err)
	}
	return broken
}

// isOwnReply reports whether the result of a call is what the service answered to this call and no other.
func (w *world) isOwnReply(c *call) bool {
	if c.get() {
		return c.answer == fmt.Sprintf("Scan is in %s state", c) || len(c.answer) == 3 && c.answer[0] == '2'
	}
	return slices.ContainsFunc(c.executed, func(e execution) bool {
		return c.answer == e.action || c.answer == fmt.Sprint(e.reply.status) && !e.reply.isError()
	})
}

// gotReply reports whether the error of a call tells the answer that the service gave when it executed the call. A
// request that was repeated behind the client's back may be answered by another.
func (c *call) gotReply() bool {
	return slices.ContainsFunc(c.executed, func(e execution) bool {
		var answered *wrapper.APIError
		var decoding *json.UnmarshalTypeError // the generated client's own
		if errors.As(c.err, &answered) && !c.apart() && answered.StatusCode == e.reply.status {
			whole := string(answered.Body) == e.reply.body(e.arrival, e.action)
			return whole && e.reply.definite() || !whole && definiteStatus(e.reply.status) // of a part the status is known
		}
		return errors.As(c.err, &answered) && c.apart() ||
			e.reply.form == "another shape" && errors.As(c.err, &decoding)
	})
}

// limit is how often a call may be executed. That is once, but for calls that count apart.
func (c *call) limit() int {
	if c.apart() {
		return max(1, c.transport.repeats) * 8 // which is net/http's own bound over HTTP/2
	}
	return 1
}

// apart reports whether a client cannot keep a call from being executed twice: where a transport repeats requests
// by itself, or gives net/http the means to; and where one that reports nothing sends a request without a body.
func (c *call) apart() bool {
	bodiless := slices.ContainsFunc(c.executed, func(e execution) bool { return len(e.body) == 0 })
	return c.transport.repeats > 0 || c.transport.silent && bodiless
}

// notSent reports whether an error says that the request never left.
func notSent(err error) bool {
	var lost *wrapper.TransportError
	return errors.As(err, &lost) && !lost.Sent
}

// isError reports whether the reply consists of error fields alone.
func (r reply) isError() bool {
	return r.status != 204 && (r.code != "" || r.form == "error" || r.form == "errors" || r.form == "detail")
}
