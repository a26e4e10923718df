package sandbox

import "time"

// WithKey makes the tenant verify credentials: a request passes only with this key, or that of another WithKey. The
// signature of an [Advanced] key may be up to 5 minutes off the tenant's clock, and its nonce is valid for one request.
// Space around id and key is removed. If one is then empty, as after an unset variable, every request with it is
// rejected. The same id again replaces its key.
func WithKey(id, key string, kind KeyKind) Option {
	return func(t *Tenant) { t.keys.add(id, key, kind) }
}

// WithClock sets the tenant's clock: for the age of a signature, for the Date of its answers, and for [Call].Time. Default,
// also for nil: [time.Now]. It is called from many goroutines. The delay of a [Failure] runs on the real clock.
func WithClock(now func() time.Time) Option {
	return func(t *Tenant) {
		if now != nil {
			t.clock = now
		}
	}
}

// WithCallLog has log called with each call once it has been answered, or has ended without an answer. It is
// called from many goroutines, before the connection takes the next request.
func WithCallLog(log func(Call)) Option {
	return func(t *Tenant) { t.record.log = log }
}
