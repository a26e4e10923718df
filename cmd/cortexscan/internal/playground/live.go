package playground

import (
	"html/template"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/sandbox"
)

const shownRows = 30

// liveView is the data for the part of the live page that changes.
type liveView struct {
	Filter    filter
	Total     int // calls since the list was cleared
	Matching  int // calls in Total that match the filter
	Problems  int // calls in Total that have problems
	Cleared   bool
	Rows      []callView // latest first
	MoreRows  bool
	Runs      []sandbox.Run
	Endpoints []sandbox.Endpoint
}

// filter selects the calls to show.
type filter struct{ Text, Show string }

// showing lists the values of Show and their labels. The first value is the default.
var showing = []struct{ Value, Label string }{
	{"all", "all requests"},
	{"problems", "requests with problems"},
	{"errors", "error responses"},
}

func filterOf(r *http.Request) filter {
	f := filter{Text: printable(strings.TrimSpace(r.URL.Query().Get("q")), maxText), Show: showing[0].Value}
	for _, s := range showing {
		if r.URL.Query().Get("show") == s.Value {
			f.Show = s.Value
		}
	}
	return f
}

func (f filter) matches(c sandbox.Call) bool {
	switch {
	case f.Show == "problems" && len(c.Problems) == 0, f.Show == "errors" && c.Status < 400 && c.Status != 0:
		return false
	case f.Text == "":
		return true
	}
	wanted := strings.ToLower(f.Text)
	return slices.ContainsFunc([]string{target(c), statusText(c), checked(c), c.Body, c.Response}, func(s string) bool {
		return strings.Contains(strings.ToLower(s), wanted)
	})
}

func (p *Playground) live(f filter) liveView {
	v := liveView{Filter: f, Runs: p.tenant.Runs(), Endpoints: p.tenant.Endpoints()}
	cleared := p.cleared.Load()
	v.Cleared = cleared != 0
	var matching []sandbox.Call
	for _, c := range p.tenant.Calls() {
		if c.Time.UnixNano() <= cleared {
			continue
		}
		v.Total++
		if len(c.Problems) > 0 {
			v.Problems++
		}
		if f.matches(c) {
			matching = append(matching, c)
		}
	}
	v.Matching = len(matching)
	list := rows(matching)
	if extra := len(list) - shownRows; extra > 0 {
		list, v.MoreRows = list[extra:], true
	}
	for _, r := range slices.Backward(list) {
		v.Rows = append(v.Rows, r.view())
	}
	return v
}

// clear empties the list of calls on the page. It does not change the tenant's record of calls.
func (p *Playground) clear(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "To clear the list of requests, use POST.")
		return
	}
	if calls := p.tenant.Calls(); len(calls) > 0 {
		p.cleared.Store(calls[len(calls)-1].Time.UnixNano())
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

var livePages = template.Must(template.New("live.html").Funcs(template.FuncMap{
	"join":   strings.Join,
	"plural": terminal.Count,
	"clock":  func(t time.Time) string { return t.Format(time.TimeOnly) },
	"moment": func(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z07:00") },
}).ParseFS(files, "pages/live.html"))

func (p *Playground) livePage(w http.ResponseWriter, r *http.Request) {
	url := "http://" + r.Host
	render(w, livePages, "live.html", struct {
		URL, KeyID, KeyType, Exports string
		Showing                      any
		Live                         liveView
	}{url, p.key.ID, p.key.Type, Exports(p.key.Settings(url), runtime.GOOS), showing, p.live(filterOf(r))})
}

// liveFragment serves the part of the page that changes. The page's script requests this part.
func (p *Playground) liveFragment(w http.ResponseWriter, r *http.Request) {
	render(w, livePages, "live", p.live(filterOf(r)))
}
