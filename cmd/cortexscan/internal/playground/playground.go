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
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/cortexscan/api"
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

// Limits of the server, far above what a person and their programs need.
const (
	maxConnections = 64
	maxHeader      = 32 << 10
	headerTimeout  = 5 * time.Second
	requestTimeout = 30 * time.Second
	idleTimeout    = 60 * time.Second
	shutdownGrace  = 2 * time.Second
)

// Serve answers on l until ctx ends, finishes the requests in progress, and closes l. It then returns nil.
func (p *Playground) Serve(ctx context.Context, l *Listener) error {
	server := &http.Server{
		Handler:           p.handler(l.answersTo),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		// "OPTIONS *" is checked like everything else.
		DisableGeneralOptionsHandler: true,
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go p.simulation.run(ctx)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		if server.Shutdown(grace) != nil {
			_ = server.Close() // a request does not end
		}
	}()
	err := server.Serve(limited(l.Listener, maxConnections))
	stop()
	<-closed
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// handler is everything that is served. Whatever is none of the pages goes to the tenant as it came, and is
// recorded there, an unknown path too: that is something to learn from.
func (p *Playground) handler(answersTo func(host string) bool) http.Handler {
	pages := map[string]http.Handler{
		"/":             http.HandlerFunc(p.livePage),
		"/live":         http.HandlerFunc(p.liveFragment),
		"/docs":         http.HandlerFunc(p.docsPage),
		"/openapi.yaml": content("application/yaml", api.Document()),
		// Browsers request these on their own: they are not to appear among the calls.
		"/robots.txt": http.NotFoundHandler(),
		"/.well-known/appspecific/com.chrome.devtools.json": http.NotFoundHandler(),
	}
	for path, asset := range assets() {
		pages[path] = asset
	}
	return guard(answersTo, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/live/clear" {
			p.clear(w, r)
			return
		}
		if ours, ok := pages[r.URL.Path]; ok {
			page(ours).ServeHTTP(w, r)
			return
		}
		p.tenant.ServeHTTP(w, r)
	}))
}
