package playground

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/sandbox"
)

// callView is one row of the live page: a call, or a poll that was repeated. html/template escapes its texts.
type callView struct {
	ID    string // the same at every refresh
	Count int    // of calls with the same request and the same answer; the row shows the last one
	First time.Time

	Time       time.Time
	Target     string
	Answer     string // "200 OK"
	Class      string // how the answer looks: good, bad or none
	Verdict    string
	Took       string
	Outcome    string // of an abort
	Selection  string // of an abort
	Problems   []string
	Header     []headerView
	Incidental []headerView // headers that no reader looks for
	Body       string
	AnswerBody string
}

type headerView struct{ Name, Value string }

// rows groups calls into rows, in the order in which they came. Polls that repeat each other share a row, also
// where two of them take turns; whatever is no successful poll starts anew, so that the order of events shows.
func rows(calls []sandbox.Call) []callView {
	var list []callView
	polls := map[string]int{} // the latest row of each poll
	arrived := map[int64]int{}
	for _, c := range calls {
		at := c.Time.UnixNano()
		id := fmt.Sprintf("call-%d-%d", at, arrived[at])
		arrived[at]++
		if !isPoll(c) {
			clear(polls)
			list = append(list, callView{ID: id, Count: 1, First: c.Time}.with(c))
			continue
		}
		key := target(c) + "\x00" + c.Response
		if i, repeated := polls[key]; repeated {
			list[i].Count++
			list[i] = list[i].with(c)
			continue
		}
		polls[key] = len(list)
		list = append(list, callView{ID: id, Count: 1, First: c.Time}.with(c))
	}
	return list
}

func isPoll(c sandbox.Call) bool {
	return c.Method == "GET" && c.Status >= 200 && c.Status < 300 && len(c.Problems) == 0
}

// with is the row, showing the call c.
func (v callView) with(c sandbox.Call) callView {
	v.Time = c.Time
	v.Target = text.Visible(target(c), maxText)
	v.Answer, v.Class = answered(c), class(c.Status)
	v.Verdict, v.Took = verdict(c), took(c.Duration)
	v.Outcome, v.Selection = outcome(c), selection(c)
	v.Problems, v.Header, v.Incidental = nil, nil, nil
	for _, p := range c.Problems {
		v.Problems = append(v.Problems, text.Visible(p.String(), maxText))
	}
	for name, values := range c.Header {
		for _, value := range values {
			h := headerView{text.Visible(name, maxText), text.Visible(value, maxText)}
			if isIncidental(name) {
				v.Incidental = append(v.Incidental, h)
			} else {
				v.Header = append(v.Header, h)
			}
		}
	}
	for _, list := range [][]headerView{v.Header, v.Incidental} {
		slices.SortFunc(list, func(a, b headerView) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
		})
	}
	v.Body, v.AnswerBody = printable(indented(c.Body), maxBody), printable(indented(c.Response), maxBody)
	return v
}

func class(status int) string {
	switch {
	case status == 0:
		return "none"
	case status < 400:
		return "good"
	}
	return "bad"
}

// isIncidental reports whether browsers and HTTP libraries add the header on their own.
func isIncidental(name string) bool {
	if strings.HasPrefix(name, "Sec-") || strings.HasPrefix(name, "Accept") {
		return true
	}
	switch name {
	case "Cache-Control", "Connection", "Content-Length", "Dnt", "Origin", "Pragma", "Priority", "Referer":
		return true
	}
	return false
}

// indented is JSON made legible, and any other text as it is.
func indented(body string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(body), "", "  ") != nil {
		return body
	}
	return b.String()
}

// printable is a text of several lines as it may stand on the page: cut, and without characters that are not seen
// or change how their neighbors are, such as those that turn the direction of writing.
func printable(s string, limit int) string {
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
