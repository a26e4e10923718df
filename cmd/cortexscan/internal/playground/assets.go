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
)

//go:embed pages swaggerui/*.gz swaggerui/LICENSE swaggerui/NOTICE swaggerui/VERSION
var files embed.FS

// assets are the files that the pages are made of, by the path that they are served at. All are in the program:
// nothing is fetched from elsewhere.
func assets() map[string]http.Handler {
	read := func(name string) []byte {
		b, _ := files.ReadFile(name) // embedded, and requested by a test
		return b
	}
	list := map[string]http.Handler{"/favicon.ico": content("image/svg+xml", read("pages/icon.svg"))}
	for _, name := range []string{"common.css", "live.css", "live.js", "docs.css", "docs.js"} {
		list["/assets/"+name] = content(mime.TypeByExtension(path.Ext(name)), read("pages/"+name))
	}
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css"} {
		list["/assets/swagger-ui/"+name] = packed(mime.TypeByExtension(path.Ext(name)), read("swaggerui/"+name+".gz"))
	}
	for _, name := range []string{"LICENSE", "NOTICE"} {
		list["/assets/swagger-ui/"+name] = content("text/plain; charset=utf-8", read("swaggerui/"+name))
	}
	return list
}

// content answers with a file.
func content(kind string, file []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(file) // a client that has gone cannot be told
	})
}

// packed answers with a file that is kept compressed.
func packed(kind string, file []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(file)
			return
		}
		unpacked, err := gzip.NewReader(bytes.NewReader(file))
		if err != nil {
			refuse(w, http.StatusInternalServerError, "The file cannot be unpacked.")
			return
		}
		_, _ = io.Copy(w, unpacked) //nolint:gosec // ours, and held to its checksum by a test
	})
}
