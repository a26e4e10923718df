// Package sandbox provides an in-memory Cortex tenant, for demonstrations and for tests of programs that call the API. It
// implements the operations that [Operations] lists.
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
// The sandbox first verifies a request's credentials; if they are wrong, it responds with 401. Then it validates the
// request against the OpenAPI document. An invalid request gets a 400, an unknown operation a 404 or 405, and a body
// over 1 MiB a 413. Finally, it executes the request, or responds with 501 if it does not implement the operation.
// [Tenant.Calls] returns the recorded requests and the problems in them. [Tenant.Fail] simulates failures of the
// network and of gateways.
//
// Where the service's behavior is not published, the sandbox accepts values that the spec does not list, such as
// additional scan run fields, platforms and states. It rejects unknown filter fields, because ignoring one would
// select more endpoints than intended. In these cases, the service may behave differently from the sandbox.
package sandbox

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"example.com/cortexscan/api"
)

// Tenant is an in-memory tenant, and an [http.Handler]. Create one with [New]. It is safe for concurrent use, even while it
// serves requests.
type Tenant struct {
	clock     func() time.Time
	keys      *keyring
	record    *recorder
	failures  failures
	runs      *runs
	endpoints *endpoints

	spec   *api.Validator
	refuse http.Handler // responds to an invalid request
}

// Option configures the Tenant that [New] returns: [WithKey], [WithClock] or [WithCallLog].
type Option func(*Tenant)

// WithKey makes the tenant verify credentials: it accepts only requests with this key, or with a key from another
// WithKey option. The timestamp of a signature may differ from the tenant's clock by up to 5 minutes, and its nonce
// is valid for one request. Space around id and key is removed. If either is then empty, for instance because a
// variable was unset, every request with this key is rejected. A second key with the same id replaces the first.
func WithKey(id, key string, kind KeyKind) Option {
	return func(t *Tenant) { t.keys.add(id, key, kind) }
}

// WithClock sets the tenant's clock, which is used for the age of a signature, the Date header of a response and
// [Call].Time. now is called from many goroutines. If now is nil, the clock is [time.Now], the default.
// [Failure].Delay uses the real clock.
func WithClock(now func() time.Time) Option {
	return func(t *Tenant) {
		if now != nil {
			t.clock = now
		}
	}
}

// WithCallLog sets a function that receives each call once the call has ended, with or without a response. log is
// called from many goroutines, each time before the connection accepts its next request.
func WithCallLog(log func(Call)) Option {
	return func(t *Tenant) { t.record.log = log }
}

// loadSpec compiles the OpenAPI document once for all tenants. Compiling takes milliseconds, and a test may create
// hundreds of tenants.
var loadSpec = sync.OnceValues(api.NewValidator)

// New returns a tenant without scan runs or endpoints. It accepts any well-formed credentials unless [WithKey] is among
// the options. It panics if the OpenAPI document is invalid.
func New(opts ...Option) *Tenant {
	spec, err := loadSpec()
	if err != nil {
		panic("sandbox: the OpenAPI document is invalid: " + err.Error())
	}
	t := &Tenant{
		clock:     time.Now,
		keys:      &keyring{keys: map[string]apiKey{}, nonces: map[string]time.Time{}},
		record:    &recorder{},
		runs:      &runs{byID: map[int64]*run{}},
		endpoints: &endpoints{},
		spec:      spec,
		// The middleware responds in the operation's own envelope. It refuses every request that ValidateRequest refuses, so
		// its next handler is not expected to run.
		refuse: spec.Middleware(http.NotFoundHandler()),
	}
	for _, o := range opts {
		if o != nil {
			o(t)
		}
	}
	return t
}

// AddScanRun adds a scan run, or replaces the one with this ID. Each status call returns the current state and then
// advances to the next, but never past the last one. States are words such as "Pending", "Running" or "Completed".
// Any string is accepted, because "Running" is the only published state. If no states are given, the only state is
// "Running".
func (t *Tenant) AddScanRun(id int64, states ...string) { t.runs.add(id, states) }

// Runs returns copies of the scan runs, sorted by ID. It does not advance them.
func (t *Tenant) Runs() []Run { return t.runs.list() }

// AddEndpoint adds an endpoint, or replaces the one with the same ID. Endpoints without an ID get the IDs endpoint-1,
// endpoint-2 and so on.
func (t *Tenant) AddEndpoint(e Endpoint) { t.endpoints.add(e) }

// Endpoints returns copies of the endpoints, in the order in which they were added.
func (t *Tenant) Endpoints() []Endpoint { return t.endpoints.list() }

// MoveScan changes the state of an endpoint's scan, to simulate its progress. It returns false and changes nothing if
// no endpoint has this ID, or if the scan's state is not from. It therefore never undoes an abort.
func (t *Tenant) MoveScan(id, from, to string) bool { return t.endpoints.move(id, from, to) }

// Fail makes calls fail as f describes. Failures for the same operation form a queue: only the first one applies, until
// all of its calls have failed.
func (t *Tenant) Fail(f Failure) { t.failures.add(f) }

// Calls returns copies of the last 1,000 requests in order of arrival, rejected and failed ones included.
func (t *Tenant) Calls() []Call { return t.record.list() }

// ServeHTTP records and checks a request. Then it executes the request, rejects it or simulates a failure.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, r := t.record.arrive(w, r, t.clock())
	defer x.end()
	x.Header().Set("Date", t.clock().UTC().Format(http.TimeFormat)) // lets a client see how far its clock is off

	id, _ := t.spec.Operation(r)
	failure, failing := t.failures.take(id, r.Method+" "+r.URL.Path)
	if failing && failure.Reset { // the request counts as lost: its nonce is not used up
		if failure.wait(r.Context()) {
			reset(x)
		}
		return
	}
	refuse, problems := t.check(r, x.oversized)
	x.note(problems)
	if failing {
		if !failure.wait(r.Context()) {
			return // the client has disconnected
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

// check validates a request. If the request is invalid, check returns its problems and the handler that refuses it.
func (t *Tenant) check(r *http.Request, oversized bool) (refuse http.Handler, problems []api.Problem) {
	if problems := t.keys.authenticate(r.Header, t.clock()); len(problems) > 0 {
		return http.HandlerFunc(unauthorized), problems
	}
	if oversized {
		return t.refuse, []api.Problem{{In: "body", Reason: "is longer than 1 MiB"}}
	}
	if err := t.spec.ValidateRequest(r); err != nil {
		violation := &api.Violation{}
		errors.As(err, &violation)
		return t.refuse, violation.Problems
	}
	return nil, nil
}

// unauthorized responds without details, as the service does.
func unauthorized(w http.ResponseWriter, _ *http.Request) {
	send(w, replyError(http.StatusUnauthorized, "Public API request unauthorized", nil))
}
