package playground

import (
	"html/template"
	"net/http"
)

var docsPages = template.Must(template.New("docs.html").ParseFS(files, "pages/docs.html"))

// docsPage is Swagger UI with the contract. The key is on the page, so that its script can sign; no other site can
// read the page.
func (p *Playground) docsPage(w http.ResponseWriter, _ *http.Request) {
	render(w, docsPages, "docs.html", struct{ Key Key }{p.key})
}
