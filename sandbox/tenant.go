// Package sandbox is a Cortex tenant in memory that serves the two operations of the contract, for demonstrations and for
// tests of programs that call them.
//
//	tenant := sandbox.New(sandbox.WithKey("1", "secret", sandbox.Advanced))
//	tenant.AddScanRun(789, "Pending", "Running", "Completed")
//	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
//	server := httptest.NewServer(tenant)
//	defer server.Close()
//
//	client, err := wrapper.New(server.URL, wrapper.AdvancedKey("1", "secret"))
//	if err != nil { … }
//	run, err := client.WaitScanRun(ctx, 789, wrapper.WaitOptions{Every: time.Millisecond})
//	reply, err := client.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")))
//
// A request is checked as the service checks it: first its credentials (401), then the contract (400; 404 or 405 for an
// unknown operation, 413 over 1 MiB). Only then is it executed, or answered 501 if it is for an operation of the contract
// that the sandbox does not implement. [Tenant.Calls] lists the requests and why they were rejected; [Tenant.Fail] scripts
// failures of the network and of gateways.
//
// Where the behavior of the service is not published, the sandbox is lenient about what grows on the service (fields of a
// scan run, platforms, states) and rejects what could reach more endpoints than was meant (an unknown filter). The service
// may do neither.
package sandbox

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"example.com/cortexscan/api"
)

// Tenant is a tenant in memory and an [http.Handler]. Create one with [New]. It is safe for concurrent use, also while it
// serves.
type Tenant struct {
	clock     func() time.Time
	keys      *keyring
	record    *recorder
	failures  failures
	runs      *runs
	endpoints *endpoints

	spec    *api.Validator
	specErr error        // why there is no spec
	refuse  http.Handler // responds to an invalid request
}

// Option sets up a Tenant in [New]: [WithKey], [WithClock] or [WithCallLog].
type Option func(*Tenant)

// WithKey makes the tenant verify credentials: a request is accepted only with this key, or that of another WithKey. The
// signature of an [Advanced] key may be up to 5 minutes off the tenant's clock, and its nonce is valid for one request.
// Space around id and key is removed. If one is then empty, as after an unset variable, every request with it is
// rejected. A second key with the same id replaces the first.
func WithKey(id, key string, kind KeyKind) Option {
	return func(t *Tenant) { t.keys.add(id, key, kind) }
}

// WithClock sets the tenant's clock: for the age of a signature, for the Date of its responses, and for [Call].Time.
// Default, also for nil: [time.Now]. It is called from many goroutines. The delay of a [Failure] runs on the real clock.
func WithClock(now func() time.Time) Option {
	return func(t *Tenant) {
		if now != nil {
			t.clock = now
		}
	}
}

// WithCallLog calls log with each call once it has ended, with or without a response. It is called from many goroutines,
// before the connection accepts the next request.
func WithCallLog(log func(Call)) Option {
	return func(t *Tenant) { t.record.log = log }
}

// loadSpec compiles the OpenAPI document once for all tenants: that takes milliseconds, and a test may make hundreds.
var loadSpec = sync.OnceValues(api.NewValidator)

// New returns a tenant without scan runs and endpoints. It accepts any well-formed credentials unless [WithKey] is among
// the options.
func New(opts ...Option) *Tenant {
	t := &Tenant{
		clock:     time.Now,
		keys:      &keyring{keys: map[string]apiKey{}, nonces: map[string]time.Time{}},
		record:    &recorder{},
		runs:      &runs{byID: map[int64]*run{}},
		endpoints: &endpoints{},
	}
	for _, o := range opts {
		if o != nil {
			o(t)
		}
	}
	t.useSpec(loadSpec())
	return t
}

// useSpec validates requests with v. The document is embedded and tested, so err is not expected; if there is one, every
// response reports it, which is better than a panic.
func (t *Tenant) useSpec(v *api.Validator, err error) {
	t.spec, t.specErr = v, err
	if v == nil {
		return
	}
	// The middleware responds in the operation's own envelope. It refuses what ValidateRequest has refused, so the handler
	// behind it is not reached.
	t.refuse = v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		send(w, replyError(http.StatusBadRequest, invalidParameters, nil))
	}))
}

// AddScanRun adds a scan run, or restarts the one with this ID. Each status call answers one state and moves on to the next;
// the last one stays. States are words such as "Pending", "Running" or "Completed"; any text is accepted, because the
// service publishes none but "Running". Default: "Running".
func (t *Tenant) AddScanRun(id int64, states ...string) { t.runs.add(id, states) }

// Runs returns copies of the scan runs as they are now, by ascending ID. It moves none of them on.
func (t *Tenant) Runs() []Run { return t.runs.list() }

// AddEndpoint adds an endpoint, or replaces the one with the same ID. Without an ID it gets one: endpoint-1, endpoint-2 and
// so on.
func (t *Tenant) AddEndpoint(e Endpoint) { t.endpoints.add(e) }

// Endpoints returns the endpoints as they are now, in the order in which they were added. They are copies.
func (t *Tenant) Endpoints() []Endpoint { return t.endpoints.list() }

// MoveScan moves an endpoint's scan from one state to another, as the scan's own progress does. It returns false and
// changes nothing if no endpoint has this ID, or if its scan is not, or no longer, in the state from: an abort may
// have come first, and must not be undone.
func (t *Tenant) MoveScan(id, from, to string) bool { return t.endpoints.move(id, from, to) }

// Fail makes calls fail. Failures queue up: a call is up to the first one for its operation, which lets it pass while it
// skips, so a later one counts only once those before it are used up.
func (t *Tenant) Fail(f Failure) { t.failures.add(f) }

// Calls returns copies of the requests in their order, rejected and failed ones included. The last 1,000 are kept.
func (t *Tenant) Calls() []Call { return t.record.list() }

// ServeHTTP records and checks a request, and then executes it, rejects it, or fails it as scripted.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, r := t.record.arrive(w, r, t.clock())
	defer x.end()
	x.Header().Set("Date", t.clock().UTC().Format(http.TimeFormat)) // lets a client see how far its clock is off

	var id string
	if t.spec != nil {
		id, _ = t.spec.Operation(r)
	}
	failure, failing := t.failures.take(id, r.Method+" "+r.URL.Path)
	if failing && failure.Reset { // as if lost on the way: its nonce is not used up
		if failure.wait(r.Context()) {
			reset(x)
		}
		return
	}
	refuse, problems := t.check(r, x.oversized)
	x.note(problems)
	if failing {
		if !failure.wait(r.Context()) {
			return // the client is gone
		}
		if failure.responds() {
			failure.respond(x)
			return
		}
	}
	if refuse != nil {
		refuse.ServeHTTP(x, r)
		return
	}
	t.execute(x, r, id)
}

// check validates a request without executing it. It returns nil for a valid one, else the handler that refuses it and
// what is wrong.
func (t *Tenant) check(r *http.Request, oversized bool) (refuse http.Handler, problems []api.Problem) {
	if problems := t.keys.authenticate(r.Header, t.clock()); len(problems) > 0 {
		return refusal(http.StatusUnauthorized, "Public API request unauthorized"), problems
	}
	if t.spec == nil {
		return refusal(http.StatusInternalServerError, "the sandbox cannot use its OpenAPI document: "+t.specErr.Error()), nil
	}
	if oversized {
		return t.refuse, []api.Problem{{In: "body", Reason: "is longer than 1 MiB"}}
	}
	var violation *api.Violation
	switch err := t.spec.ValidateRequest(r); {
	case errors.As(err, &violation):
		return t.refuse, violation.Problems
	case err != nil:
		return t.refuse, []api.Problem{{In: "request", Reason: "does not match the OpenAPI document"}}
	}
	return nil, nil
}

// refusal gives no detail of what is wrong, as the service does.
func refusal(status int, message string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { send(w, replyError(status, message, nil)) })
}
