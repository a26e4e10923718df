package playground

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"example.com/cortexscan/api"
	"golang.org/x/net/netutil"
)

// These limits are far higher than one user needs.
const (
	maxConnections = 64
	maxHeader      = 32 << 10
	requestTimeout = 30 * time.Second
)

// Serve handles requests on l until ctx ends. It then closes l and all connections, and returns nil.
func (p *Playground) Serve(ctx context.Context, l *Listener) error {
	server := &http.Server{
		Handler:        p.handler(l.answersTo),
		ReadTimeout:    requestTimeout, // also of an idle connection
		WriteTimeout:   requestTimeout,
		MaxHeaderBytes: maxHeader,
		// Check "OPTIONS *" like any other request.
		DisableGeneralOptionsHandler: true,
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go p.simulation.run(ctx)
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(netutil.LimitListener(l.Listener, maxConnections)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// handler serves the pages, and passes every other request to the tenant. The tenant also records requests for
// unknown paths, so that the page shows them.
func (p *Playground) handler(answersTo func(host string) bool) http.Handler {
	pages := map[string]http.Handler{
		"/":             http.HandlerFunc(p.livePage),
		"/live":         http.HandlerFunc(p.liveFragment),
		"/docs":         http.HandlerFunc(p.docsPage),
		"/openapi.yaml": content("application/yaml", "", api.Document()),
		// Browsers request these paths automatically, so the page must not list these requests.
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

// policy lets the pages load only files from this server. It allows data URLs for images, because Swagger UI's style
// sheet contains them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard refuses requests that another site makes the user's browser send. A script on any site can send requests to a
// loopback address in two ways. It can use a name that resolves to the address (DNS rebinding); the Host header then
// contains that name. It can also send requests across origins; the browser then adds headers such as Sec-Fetch-Site.
func guard(answersTo func(host string) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		switch {
		case !answersTo(r.Host):
			refuse(w, http.StatusMisdirectedRequest,
				"The host in this request is not the sandbox's host. Use the URL that the sandbox printed when it started.")
		case foreign(r):
			refuse(w, http.StatusForbidden, "The sandbox refuses requests that a browser sends on behalf of another site.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// page adds security headers to a page. The tenant's responses do not have these headers.
func page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store") // pages change, and contain the key
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, "This is a page: only GET and HEAD are allowed.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

var crossOrigin = http.NewCrossOriginProtection()

// foreign reports whether a browser sends the request on behalf of another site. A request is not foreign if the user
// followed a link to a page.
func foreign(r *http.Request) bool {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	if read && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
		return false
	}
	asUnsafe := *r // Check allows every GET
	asUnsafe.Method = http.MethodPost
	return crossOrigin.Check(&asUnsafe) != nil
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, message+"\n") // the client may be gone
}
