package playground

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/sandbox"
)

const (
	shownCalls = 30
	shownBody  = 4 << 10 // of a body; the page is fetched again and again
	shownText  = 512     // of anything else
)

// liveView is what the page at / shows.
type liveView struct {
	Total, Problems int // calls, and how many of them have problems
	Calls           []callView
	Runs            []sandbox.Run
	Endpoints       []sandbox.Endpoint
}

// callView is a call in texts that are safe to show. html/template escapes them.
type callView struct {
	ID       string // the same at every refresh
	Time     time.Time
	Method   string
	Target   string
	Answer   string // "200 OK"
	Class    string // how the answer looks: good, bad or none
	Problems []string
	Header   [][2]string
	Body     string
}

func (p *Playground) live() liveView {
	calls := p.tenant.Calls()
	v := liveView{Total: len(calls), Runs: p.tenant.Runs(), Endpoints: p.tenant.Endpoints()}
	same := 0 // calls before this one that arrived at the same moment
	for i, c := range calls {
		if len(c.Problems) > 0 {
			v.Problems++
		}
		if i > 0 && calls[i-1].Time.Equal(c.Time) {
			same++
		} else {
			same = 0
		}
		if len(calls)-i <= shownCalls {
			v.Calls = append(v.Calls, viewOf(c, same))
		}
	}
	slices.Reverse(v.Calls)
	return v
}

func viewOf(c sandbox.Call, same int) callView {
	v := callView{
		ID:     fmt.Sprintf("call-%d-%d", c.Time.UnixNano(), same),
		Time:   c.Time,
		Method: shown(c.Method, shownText),
		Target: shown(c.Path, shownText),
		Answer: "no answer",
		Class:  "none",
		Body:   shown(indented(c.Body), shownBody),
	}
	if c.Query != "" {
		v.Target += "?" + shown(c.Query, shownText)
	}
	if c.Status != 0 {
		v.Answer = strings.TrimSpace(fmt.Sprint(c.Status, " ", http.StatusText(c.Status)))
		v.Class = "good"
	}
	if c.Status >= 400 {
		v.Class = "bad"
	}
	for _, p := range c.Problems {
		v.Problems = append(v.Problems, shown(p.String(), shownText))
	}
	for name, values := range c.Header {
		for _, value := range values {
			v.Header = append(v.Header, [2]string{shown(name, shownText), shown(value, shownText)})
		}
	}
	slices.SortFunc(v.Header, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return v
}

// indented is JSON made legible, and any other text as it is.
func indented(body string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(body), "", "  ") != nil {
		return body
	}
	return b.String()
}

// shown is a text as it may stand on the page: cut, and without characters that are not seen or change how their
// neighbours are, such as those that turn the direction of writing.
func shown(s string, limit int) string {
	cut := len(s) > limit
	if cut {
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		s = s[:limit]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\n' || r == '\t' {
			return r
		}
		return unicode.ReplacementChar
	}, s)
	if cut {
		s += "… (cut here)"
	}
	return s
}

var livePages = template.Must(template.New("live.html").Funcs(template.FuncMap{
	"join":   strings.Join,
	"plural": plural,
}).ParseFS(files, "pages/live.html"))

// plural is a number with its noun: "1 problem", "2 problems".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprint(n, " ", noun, "s")
}

func (p *Playground) livePage(w http.ResponseWriter, r *http.Request) {
	render(w, livePages, "live.html", struct {
		Host, KeyID, KeyType string
		Live                 liveView
	}{r.Host, p.key.ID, p.key.Type, p.live()})
}

// liveFragment is the part of the page that changes, for its script to put in place.
func (p *Playground) liveFragment(w http.ResponseWriter, _ *http.Request) {
	render(w, livePages, "live", p.live())
}

// render makes the whole page before it sends any of it.
func render(w http.ResponseWriter, pages *template.Template, name string, data any) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		refuse(w, http.StatusInternalServerError, "The page could not be made.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = page.WriteTo(w) // a client that has gone cannot be told
}
