// Package playground serves the sandbox to people: the tenant itself at the paths of its operations, with
// endpoints and scan runs that progress on their own, a page of the requests at /, the contract at /openapi.yaml,
// and a reference page at /docs from which each operation can be tried.
//
//	listener, err := playground.Listen(ctx, "127.0.0.1:0", false)
//	if err != nil { … }
//	p := playground.New(playground.Key{ID: "1", Secret: rand.Text(), Type: "advanced"})
//	err = p.Serve(ctx, listener) // until ctx ends
//
// It is made for the machine that it runs on: it listens on loopback unless public is true, answers only requests that
// name its own address, and refuses those that a browser sends on behalf of another site.
package playground

import (
	"sync/atomic"
	"time"

	"example.com/cortexscan/sandbox"
)

// Playground is a tenant with its pages. Make one with [New].
type Playground struct {
	key        Key
	tenant     *sandbox.Tenant
	simulation *simulation
	cleared    atomic.Int64 // when the last call came that the live page does not show any more, in Unix nanoseconds
}

// New returns a playground with some endpoints and scan runs, which progress on their own while it serves. The
// options are for its tenant.
func New(key Key, opts ...sandbox.Option) *Playground {
	tenant := sandbox.New(append([]sandbox.Option{sandbox.WithKey(key.ID, key.Secret, key.kind())}, opts...)...)
	return &Playground{key: key, tenant: tenant, simulation: newSimulation(tenant, time.Now())}
}

// Tenant is the tenant that the playground serves.
func (p *Playground) Tenant() *sandbox.Tenant { return p.tenant }
