package faults_test

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

// The growth tests hold the work for an answer or a request to its size: eight times as much may cost about eight times
// the work, whatever it consists of. What costs the square of it stops a program for minutes, and no deadline ends that.

// mostGrowth is how much more work eight times the size may be. A square would be 64.
const mostGrowth = 12

// growth compares the work of a small and a large run, the least of several of each. Where that is disturbed it tries
// again: only a ratio that is never good is returned as one that is not.
func growth(small, large func()) (ratio float64) {
	spent := func(f func()) time.Duration {
		before := work()
		f()
		return work() - before
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection is counted for whoever runs when it comes
	small()                                          // what is made once
	leastSmall, leastLarge := time.Hour, time.Hour
	for round := range 40 {
		runtime.GC()
		for range 2 {
			leastSmall, leastLarge = min(leastSmall, spent(small)), min(leastLarge, spent(large))
		}
		ratio = float64(leastLarge) / float64(leastSmall)
		if clear := ratio > 3*mostGrowth && round > 0; ratio <= mostGrowth || clear {
			return ratio
		}
	}
	return ratio
}

func wantLinear(t *testing.T, small, large func()) {
	t.Helper()
	if ratio := growth(small, large); ratio > mostGrowth {
		t.Errorf("eight times the size took %.1f times the work", ratio)
	}
}

// TestGrowthNoticesASquare shows that growth tells apart what it is there to tell apart.
func TestGrowthNoticesASquare(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	sum := 0
	for name, tt := range map[string]struct {
		steps  func(n int) int
		square bool
	}{
		"line":   {func(n int) int { return 1000 * n }, false},
		"square": {func(n int) int { return n * n }, true},
	} {
		run := func(n int) func() {
			return func() {
				for i := range tt.steps(n) {
					sum += i
				}
			}
		}
		if ratio := growth(run(1000), run(8000)); (ratio > mostGrowth) != tt.square {
			t.Errorf("%s: a growth of %.1f", name, ratio)
		}
	}
}

// sized makes a text of about n bytes.
type sized func(n int) string

// of repeats a text up to the size.
func of(piece string) sized {
	return func(n int) string { return strings.Repeat(piece, max(1, n/len(piece))) }
}

// in puts a text of that size between two others.
func (s sized) in(before, after string) sized {
	return func(n int) string { return before + s(n) + after }
}

// listOf joins numbered pieces, in which %d stands for the number.
func listOf(piece, separator string) sized {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			if i > 0 {
				b.WriteString(separator)
			}
			fmt.Fprintf(&b, piece, i)
		}
		return b.String()
	}
}

// nesting opens and closes as often as fits.
func nesting(open, inner, closing string) sized {
	return func(n int) string {
		depth := n / (len(open) + len(closing))
		return strings.Repeat(open, depth) + inner + strings.Repeat(closing, depth)
	}
}

// texts are what a string in JSON can consist of.
var texts = map[string]sized{
	"letters":            of("a"),
	"escaped letters":    of(`\u0041`),
	"escaped quotes":     of(`\"`),
	"escaped newlines":   of(`\n`),
	"escaped escapes":    of(`\\u0041`),
	"control characters": of(`\u0001`),
	"terminal sequences": of(`\u001b[31m`),
	"surrogate pairs":    of(`\ud83d\ude00`),
	"half pairs":         of(`\ud83d`),
	"invisible":          of("\u200b"),
	"invisible, escaped": of(`\u200b`),
	"invalid UTF-8":      of("\xff"),
	"spaces":             of(" "),
	"words":              of("a b "),
	"three bytes each":   of("\u754c"),
	"entities":           of("&amp;"),
	"JSON":               listOf(`{\"line\":%d,\"column\":1,\"message\":\"m\"}`, ","),
	"the key":            of(secretKey),
	"the key, nearly":    of(secretKey[:len(secretKey)-1]),
	"the key, split":     of(secretKey[:9] + "\u200b" + secretKey[9:]),
	"the key, escaped":   of(`\u0061` + secretKey[1:]),
}

// envelopes are where a text can stand in an error.
var envelopes = map[string][2]string{
	"err_msg":          {`{"reply":{"err_code":500,"err_msg":"`, `","err_extra":null}}`},
	"err_extra":        {`{"reply":{"err_code":500,"err_msg":"m","err_extra":"`, `"}}`},
	"err_code":         {`{"reply":{"err_code":"`, `","err_msg":"m"}}`},
	"a detail":         {`{"err_msg":"m","metadata":{"err_extra":[{"field":"f","message":"`, `"}]}}`},
	"a field":          {`{"err_msg":"m","metadata":{"err_extra":[{"field":"`, `","message":"m"}]}}`},
	"detail":           {`{"detail":"`, `"}`},
	"a string":         {`"`, `"`},
	"an unknown name":  {`{"`, `":1,"err_msg":"m"}`},
	"an unknown value": {`{"x":"`, `","err_msg":"m"}`},
}

// errorBodies are the other forms of an error.
var errorBodies = map[string]sized{
	"details":                 listOf(`{"field":"f%d","message":"m"}`, ",").in(`{"err_msg":"m","metadata":{"err_extra":[`, `]}}`),
	"details by field":        listOf(`"f%d":"m"`, ",").in(`{"reply":{"err_msg":"m","err_extra":{`, `}}}`),
	"details by field, lists": listOf(`"f%d":["m","n"]`, ",").in(`{"reply":{"err_msg":"m","err_extra":{`, `}}}`),
	"validation details":      listOf(`{"type":"missing","loc":["body","filters",%d],"msg":"m"}`, ",").in(`{"detail":[`, `]}`),
	"a long place":            listOf(`"p%d"`, ",").in(`{"detail":[{"type":"missing","loc":[`, `],"msg":"m"}]}`),
	"errors":                  listOf(`{"code":"c%d","message":"m"}`, ",").in(`{"errors":[`, `]}`),
	"texts of errors":         listOf(`"m%d"`, ",").in(`{"errors":[`, `]}`),
	"members":                 listOf(`"m%d":1`, ",").in(`{`, `,"err_msg":"m"}`),
	"one member repeated":     of(`"err_msg":"m",`).in(`{"reply":{`, `"err_code":500}}`),
	"replies repeated":        of(`"reply":{"err_msg":"m"},`).in(`{`, `"err_code":500}`),
	"numbers":                 listOf(`%d`, ",").in(`{"err_extra":[`, `],"err_msg":"m"}`),
	"a long number":           of("1").in(`{"err_code":`, `,"err_msg":"m"}`),
	"a long fraction":         of("0").in(`{"err_code":0.`, `1,"err_msg":"m"}`),
	"lists in lists":          nesting("[", "", "]").in(`{"err_msg":"m","err_extra":`, `}`),
	"objects in objects":      nesting(`{"a":`, "1", "}").in(`{"err_msg":"m","err_extra":`, `}`),
	"errors in errors":        nesting(`{"error":`, `"m"`, "}"),
	"replies in replies":      nesting(`{"reply":`, `"m"`, "}"),
	"open brackets":           of("["),
	"open replies":            of(`{"reply":`),
	"white space":             of(" \n").in("", `{"err_msg":"m"}`),
	"one line":                of("m"),
	"lines":                   of("m\n"),
	"blank lines":             of(" \r\n"),
	"control characters":      of("\x1b"),
	"NUL":                     of("\x00"),
	"byte order marks":        of("\ufeff"),
	"no UTF-8":                of("\xff\xfe"),
	"a title":                 of("m ").in("<html><title>", "</title></html>"),
	"a title of entities":     of("&amp;").in("<html><title>", "</title></html>"),
	"half entities":           of("&am").in("<html><title>", "</title></html>"),
	"a title of tags":         of("<b>").in("<html><title>", "</title></html>"),
	"open titles":             of("<title>").in("<html>", ""),
	"open tags":               of("<").in("<html>", ""),
	"headings":                of("<h1>m</h1>").in("<html>", ""),
	"comments":                of("<!-- m -->").in("<html>", "<title>m</title>"),
	"open comments":           of("<!--").in("<html>", "<title>m</title>"),
}

// successes are the forms of a documented success.
var successes = map[string]sized{
	"letters":              of("a").in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"escapes":              of(`\u0041`).in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"escaped quotes":       of(`\"`).in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"invisible":            of("\u200b").in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"a long number":        of("1").in(`{"DATA":"x","reply":{"action_id":`, `}}`),
	"members":              listOf(`"m%d":1`, ",").in(`{`, `,"DATA":"x","reply":{"action_id":"7"}}`),
	"members of the reply": listOf(`"m%d":1`, ",").in(`{"DATA":"x","reply":{"action_id":"7",`, `}}`),
	"lists":                listOf(`[%d]`, ",").in(`{"m":[`, `],"DATA":"x","reply":{"action_id":"7"}}`),
	"white space":          of(" \n").in(`{"DATA":"x",`, `"reply":{"action_id":"7"}}`),
	"the key":              of(secretKey).in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"one member repeated":  of(`"DATA":"x",`).in(`{`, `"reply":{"action_id":"7"}}`),
}

const growthSize = 32 << 10 // bytes of the smaller of two

// TestGrowthOfErrors is about error answers.
func TestGrowthOfErrors(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	for text, s := range texts {
		for envelope, e := range envelopes {
			wantLinearAnswers(t, envelope+" of "+text, http.StatusInternalServerError, s.in(e[0], e[1]), nil)
		}
	}
	for name, s := range errorBodies {
		for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
			wantLinearAnswers(t, fmt.Sprint(status, " ", name), status, s, nil)
		}
	}
}

// TestGrowthOfSuccesses is about documented answers, as they come and with a validator.
func TestGrowthOfSuccesses(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	v := newValidator(t)
	for name, s := range successes {
		wantLinearAnswers(t, name, http.StatusOK, s, nil)
		wantLinearAnswers(t, name+", validated", http.StatusOK, s, nil, wrapper.WithResponseValidator(v))
	}
	for name, s := range errorBodies { // and whatever else a validator may get to see
		wantLinearAnswers(t, name+", validated", http.StatusOK, s, nil, wrapper.WithResponseValidator(v))
	}
}

// TestGrowthOfHeaders is about the headers of an answer.
func TestGrowthOfHeaders(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	for _, name := range []string{"Retry-After", "Content-Type", "Location", "X-Other"} {
		for form, s := range map[string]sized{
			"digits": of("1"), "a fraction": of("0").in("0.", "1"), "an exponent": of("9").in("1e", ""), "spaces": of(" ").in("", "7"),
			"a date": of(" ").in("Sat, 01 Jan", " 2000 00:00:00 GMT"), "letters": of("a"), "parameters": listOf("a%d=b", ";").in("application/json;", ""),
			"quotes": of(`\"`).in(`application/json;a="`, `"`),
		} {
			wantLinearAnswers(t, name+" of "+form, http.StatusTooManyRequests, of("m"), func(h http.Header, n int) { h.Set(name, s(n)) })
		}
	}
	wantLinearAnswers(t, "many", http.StatusTooManyRequests, of("m"), func(h http.Header, n int) {
		for i := range n / 16 {
			h.Add("X-Other-"+strconv.Itoa(i%1000), "4711")
		}
	})
	wantLinearAnswers(t, "many times Retry-After", http.StatusTooManyRequests, of("m"), func(h http.Header, n int) {
		for range n / 16 {
			h.Add("Retry-After", "4711")
		}
	})
}

// wantLinearAnswers makes calls through every door that get a small and a large answer.
func wantLinearAnswers(t *testing.T, name string, status int, body sized, header func(http.Header, int), opts ...wrapper.Option) {
	for _, d := range doors[1:3] { // one of each operation, one through the generated client
		if status >= 300 && d.get {
			continue // an error is the same to both
		}
		t.Run(name+"/"+d.name, func(t *testing.T) {
			calls := func(n int) func() {
				answer := body(n)
				h := http.Header{"Content-Type": {"application/json"}}
				if header != nil {
					header(h, n)
				}
				c := newClient(t, anyHost, roundTrip(func(r *http.Request) (*http.Response, error) {
					res := response(status, answer)
					res.Header = h
					return res, nil
				}), append(opts, once())...)
				return func() {
					if err := d.call(t.Context(), c); err != nil && !errors.As(err, new(*wrapper.APIError)) {
						t.Fatal(err)
					}
				}
			}
			wantLinear(t, calls(growthSize), calls(8*growthSize))
		})
	}
}

func newValidator(t testing.TB) *api.Validator {
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	return v
}
