package playground

import (
	"io"
	"net/http"
)

// policy is what the pages may load: their own files. The pictures of Swagger UI are data URLs in its style sheet.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard lets through what is meant for this server and sent by somebody who may. A browser runs the scripts of
// every site that its owner visits, and those can reach loopback addresses: by a name of theirs that they make
// lead here (DNS rebinding, which the Host gives away), or across origins (which the browser says itself).
func guard(answersTo func(host string) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		switch {
		case !answersTo(r.Host):
			refuse(w, http.StatusMisdirectedRequest,
				"This sandbox does not go by the host in this request. Use the URL that it printed when it started.")
		case foreign(r):
			refuse(w, http.StatusForbidden, "This sandbox does not answer requests that another site makes a browser send.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// page adds to a page of ours what it is to be shown with. The tenant's answers stay as they are.
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
			refuse(w, http.StatusMethodNotAllowed, "This is a page: it can only be read.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

var crossOrigin = http.NewCrossOriginProtection()

// foreign tells whether a browser sends the request on behalf of another site. To follow a link to a page is no
// such thing.
func foreign(r *http.Request) bool {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	if read && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
		return false
	}
	asUnsafe := *r // the library lets every GET pass
	asUnsafe.Method = http.MethodPost
	return crossOrigin.Check(&asUnsafe) != nil
}

// refuse answers in plain text, one line.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // a client that has gone cannot be told
}
