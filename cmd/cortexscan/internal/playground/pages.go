package playground

import (
	"bytes"
	"embed"
	"html/template"
	"mime"
	"net/http"
	"path"

	// Import only the files. The module's handler uses inline scripts and styles, which the pages'
	// Content-Security-Policy forbids.
	swaggerui "github.com/swaggest/swgui/v5/static"
)

//go:embed pages
var files embed.FS

var docsPages = template.Must(template.New("docs.html").ParseFS(files, "pages/docs.html"))

// docsPage serves Swagger UI. The page contains the key, so that its script can sign requests. The function guard and
// the security headers prevent other sites from reading the page.
func (p *Playground) docsPage(w http.ResponseWriter, _ *http.Request) {
	render(w, docsPages, "docs.html", struct{ Key Key }{p.key})
}

// render executes the template into a buffer first, so that an error can still become a response with status 500.
func render(w http.ResponseWriter, pages *template.Template, name string, data any) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		refuse(w, http.StatusInternalServerError, "The page cannot be rendered.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = page.WriteTo(w) // the client may be gone
}

// assets returns the files that the pages load, by path. All files are embedded, so that the pages work offline.
func assets() map[string]http.Handler {
	read := func(from embed.FS, name string) []byte {
		b, _ := from.ReadFile(name) // cannot fail: the file is embedded
		return b
	}
	list := map[string]http.Handler{"/favicon.ico": content("image/svg+xml", "", read(files, "pages/icon.svg"))}
	for _, name := range []string{"common.css", "live.css", "live.js", "docs.css", "docs.js", "sign.js", "licenses.txt"} {
		list["/assets/"+name] = content(mime.TypeByExtension(path.Ext(name)), "", read(files, "pages/"+name))
	}
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css"} {
		list["/assets/"+name] = content(mime.TypeByExtension(path.Ext(name)), "gzip", read(swaggerui.FS, name+".gz"))
	}
	return list
}

// content serves a file. It does not negotiate the encoding, because every browser accepts gzip.
func content(mediaType, encoding string, file []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		_, _ = w.Write(file) // the client may be gone
	})
}
