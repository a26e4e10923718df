package playground

import (
	"context"
	"errors"
	"net/http"
	"time"

	"example.com/cortexscan/api"
)

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
