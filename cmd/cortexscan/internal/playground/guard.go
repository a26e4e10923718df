package playground

import (
	"io"
	"net/http"
)

// policy is what the pages may load: their own files. The pictures of Swagger UI are data URLs in its style sheet.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard passes on requests that name this server and that no other site caused. A browser runs the scripts of every
// site that its user visits, and those can reach loopback addresses: through a name of their own that they resolve
// to this address (DNS rebinding, which the Host header shows), or across origins (which the browser declares).
func guard(answersTo func(host string) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		switch {
		case !answersTo(r.Host):
			refuse(w, http.StatusMisdirectedRequest,
				"This sandbox does not answer to the host name in this request. Use the URL that it printed when it started.")
		case foreign(r):
			refuse(w, http.StatusForbidden, "This sandbox does not answer requests that another site makes a browser send.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// page adds the security headers to a page. The tenant's answers stay as they are.
func page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store") // pages change, and one holds the key
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

// foreign reports whether a browser sends the request on behalf of another site. Following a link to a page does
// not count.
func foreign(r *http.Request) bool {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	if read && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
		return false
	}
	asUnsafe := *r // the library passes every GET
	asUnsafe.Method = http.MethodPost
	return crossOrigin.Check(&asUnsafe) != nil
}

// refuse answers with one line of plain text.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // a client that has gone gets nothing
}
