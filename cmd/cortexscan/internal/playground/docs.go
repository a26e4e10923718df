package playground

import (
	"html/template"
	"net/http"
	"strings"
)

var docsPages = template.Must(template.New("docs.html").ParseFS(files, "pages/docs.html"))

// docsPage is Swagger UI with the contract. The key is on it, so that its script can sign; no other site can
// read the page.
func (p *Playground) docsPage(w http.ResponseWriter, _ *http.Request) {
	version, _ := files.ReadFile("swaggerui/VERSION") // embedded, and looked for by a test
	render(w, docsPages, "docs.html", struct {
		Key     Key
		Version string
	}{p.key, strings.TrimSpace(string(version))})
}
