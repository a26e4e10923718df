package playground

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	// The files alone: the handler beside them has its script and style inside the page, which the policy of
	// these pages does not allow.
	swaggerui "github.com/swaggest/swgui/v5/static"
)

//go:embed pages
var files embed.FS

// assets returns the files that the pages consist of, by the path that they are served at. All are in the
// program: nothing is fetched from elsewhere.
func assets() map[string]http.Handler {
	read := func(from embed.FS, name string) []byte {
		b, _ := from.ReadFile(name) // embedded, and requested by a test
		return b
	}
	list := map[string]http.Handler{"/favicon.ico": content("image/svg+xml", read(files, "pages/icon.svg"))}
	for _, name := range []string{"common.css", "live.css", "live.js", "docs.css", "docs.js", "sign.js", "licenses.txt"} {
		list["/assets/"+name] = content(mime.TypeByExtension(path.Ext(name)), read(files, "pages/"+name))
	}
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css"} {
		list["/assets/"+name] = compressed(mime.TypeByExtension(path.Ext(name)), read(swaggerui.FS, name+".gz"))
	}
	return list
}

// content answers with a file.
func content(mediaType string, file []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(file) // a client that has gone gets nothing
	})
}

// compressed answers with a file that is kept compressed.
func compressed(mediaType string, file []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(file)
			return
		}
		plain, err := gzip.NewReader(bytes.NewReader(file))
		if err != nil {
			refuse(w, http.StatusInternalServerError, "The file cannot be decompressed.")
			return
		}
		_, _ = io.Copy(w, plain) //nolint:gosec // from a module whose checksum is in go.sum
	})
}
