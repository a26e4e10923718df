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
	"net/http"
	"sync"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen/server"
)

// Tenant is a tenant in memory and an [http.Handler]. Create one with [New]. It is safe for concurrent use, also while it
// serves.
type Tenant struct {
	clock    func() time.Time
	log      func(Call)        // nil: none
	keys     map[string]apiKey // by ID; empty: any well-formed credentials pass
	contract *api.Validator
	refuse   http.Handler // answers an invalid request
	serve    http.Handler // executes a valid request

	mu         sync.Mutex
	nonces     map[string]time.Time // until when a used nonce has to be remembered
	nextSweep  time.Time
	failures   []*Failure
	calls      []*Call
	runs       map[int64]*run
	endpoints  []*Endpoint
	unnamed    int // endpoints added without an ID
	lastAction int64
}

// Option sets up a Tenant in [New]. There are [WithKey], [WithClock] and [WithCallLog].
type Option func(*Tenant)

// WithClock sets the tenant's clock: for the age of a signature, for the Date of its answers, and for [Call].Time. Default,
// also for nil: [time.Now]. It is called from many goroutines. The delay of a [Failure] runs on the real clock.
func WithClock(now func() time.Time) Option {
	return func(t *Tenant) {
		if now != nil {
			t.clock = now
		}
	}
}

// loadContract reads the document once for all tenants: that takes milliseconds, and a test may make hundreds.
var loadContract = sync.OnceValues(api.NewValidator)

// New returns a tenant without scan runs and endpoints. It accepts any well-formed credentials unless [WithKey] is among
// the options.
func New(opts ...Option) *Tenant {
	t := &Tenant{
		clock:  time.Now,
		keys:   map[string]apiKey{},
		nonces: map[string]time.Time{},
		runs:   map[int64]*run{},
	}
	for _, o := range opts {
		if o != nil {
			o(t)
		}
	}
	t.useContract(loadContract())
	return t
}

// useContract puts the generated server behind the validator. The document is embedded and tested, so no err is expected;
// if there is one, the tenant says so in every answer, which is better than a panic.
func (t *Tenant) useContract(v *api.Validator, err error) {
	if err != nil {
		t.refuse = contractUnusable(err)
		t.serve = t.refuse
		return
	}
	strict := server.NewStrictHandlerWithOptions(operations{t}, nil, server.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  badRequest,
		ResponseErrorHandlerFunc: serverError,
	})
	t.contract = v
	t.serve = t.onlyImplemented(server.HandlerWithOptions(strict, server.StdHTTPServerOptions{ErrorHandlerFunc: badRequest}))
	t.refuse = v.Middleware(t.serve)
}

// operations is the tenant as the generated server calls it, kept apart so that its methods are not the Tenant's.
type operations struct{ *Tenant }

// The interface has a method for each of include-operation-ids in api/server.cfg.yaml.
var _ server.StrictServerInterface = operations{}

// ServeHTTP answers one request: it is recorded, checked, and then executed, rejected, or failed as scripted.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, r := t.arrive(w, r)
	defer a.end()
	a.Header().Set("Date", t.clock().UTC().Format(http.TimeFormat)) // so that a client can tell how far its clock is off

	failure, failing := t.takeFailure(r)
	if failing && failure.Reset { // as if lost on the way: its nonce is not used up
		if failure.wait(r.Context()) {
			reset(a)
		}
		return
	}
	next, problems := t.admit(r, a.oversized)
	a.note(problems)
	if failing {
		if !failure.wait(r.Context()) {
			return // nobody is left to answer
		}
		if failure.answers() {
			failure.answer(a)
			return
		}
	}
	next.ServeHTTP(a, withAnswer(r, a))
}

// admit checks a request without executing it. It returns the handler to go on with, and what is wrong.
func (t *Tenant) admit(r *http.Request, oversized bool) (http.Handler, []api.Problem) {
	if problems := t.authenticate(r.Header); len(problems) > 0 {
		return http.HandlerFunc(unauthorized), problems
	}
	if t.contract == nil {
		return t.refuse, nil
	}
	if oversized {
		return t.refuse, []api.Problem{{In: "body", Reason: "is longer than 1 MiB"}}
	}
	if err := t.contract.ValidateRequest(r); err != nil {
		return t.refuse, problemsOf(err)
	}
	return t.serve, nil
}
