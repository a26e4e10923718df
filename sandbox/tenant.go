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
	clock     func() time.Time
	keys      *keyring
	record    *recorder
	failures  failures
	runs      *runs
	endpoints *endpoints

	contract *api.Validator
	refuse   http.Handler // answers an invalid request
	serve    http.Handler // executes a valid request
}

// Option sets up a Tenant in [New]. There are [WithKey], [WithClock] and [WithCallLog].
type Option func(*Tenant)

// loadContract reads the document once for all tenants: that takes milliseconds, and a test may make hundreds.
var loadContract = sync.OnceValues(api.NewValidator)

// New returns a tenant without scan runs and endpoints. It accepts any well-formed credentials unless [WithKey] is among
// the options.
func New(opts ...Option) *Tenant {
	keys := &keyring{keys: map[string]apiKey{}, nonces: map[string]time.Time{}}
	t := &Tenant{
		clock:     time.Now,
		keys:      keys,
		record:    &recorder{keys: keys},
		runs:      &runs{byID: map[int64]*run{}},
		endpoints: &endpoints{},
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
	strict := server.NewStrictHandlerWithOptions(operations{t.runs, t.endpoints}, nil, server.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  badRequest,
		ResponseErrorHandlerFunc: serverError,
	})
	t.contract = v
	t.serve = onlyImplemented(v, server.HandlerWithOptions(strict, server.StdHTTPServerOptions{ErrorHandlerFunc: badRequest}))
	t.refuse = v.Middleware(t.serve)
}

// operations are what the generated server calls: GetScanRunStatus of runs, and AbortScan of endpoints.
type operations struct {
	*runs
	*endpoints
}

// The interface has a method for each of include-operation-ids in api/server.cfg.yaml.
var _ server.StrictServerInterface = operations{}

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

// Fail makes the next calls of an operation fail. Failures queue up: a call takes the first one that is meant for
// its operation, so one without end hides those behind it.
func (t *Tenant) Fail(f Failure) { t.failures.add(f) }

// Calls returns copies of the requests in their order, rejected and failed ones included. The last 1,000 are kept.
func (t *Tenant) Calls() []Call { return t.record.list() }

// ServeHTTP answers one request: it is recorded, checked, and then executed, rejected, or failed as scripted.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, r := t.record.arrive(w, r, t.clock())
	defer a.end()
	a.Header().Set("Date", t.clock().UTC().Format(http.TimeFormat)) // so that a client can tell how far its clock is off

	failure, failing := t.failures.take(t.operationID(r), r.Method+" "+r.URL.Path)
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

// operationID is the operationId of the contract that a request is for, "" if there is none.
func (t *Tenant) operationID(r *http.Request) string {
	if t.contract == nil {
		return ""
	}
	id, _ := t.contract.Operation(r)
	return id
}

// admit checks a request without executing it. It returns the handler to go on with, and what is wrong.
func (t *Tenant) admit(r *http.Request, oversized bool) (http.Handler, []api.Problem) {
	if problems := t.keys.authenticate(r.Header, t.clock()); len(problems) > 0 {
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
