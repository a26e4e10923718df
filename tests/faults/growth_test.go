package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// The growth tests check that the work for a response or a request grows with its size, whatever it consists of. Work that
// grows with the square of the size stops a program for minutes, and no deadline ends that. They compare the processor time
// of two sizes in one process, so that the speed of the machine does not matter.

const (
	growthSize = 12 << 10 // bytes of the smaller size; the larger is eight times that
	mostGrowth = 14       // times the work for eight times the size; a square would be 64
)

// growth returns the ratio of the work of two runs, the least of several each. It tries again while the ratio is too large:
// a busy machine disturbs some runs, but not all.
func growth(small, large func()) (ratio float64) {
	spent := func(f func()) time.Duration {
		before := work()
		f()
		return work() - before
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would be counted for whatever runs then
	small()                                          // work that is done only once
	leastSmall, leastLarge := time.Hour, time.Hour
	for round := range 40 {
		if round%4 == 3 {
			runtime.GC()
		}
		for range 2 {
			leastSmall, leastLarge = min(leastSmall, spent(small)), min(leastLarge, spent(large))
		}
		ratio = float64(leastLarge) / float64(max(leastSmall, 1))
		if ratio <= mostGrowth || ratio > 3*mostGrowth && round >= 3 {
			break
		}
	}
	return ratio
}

// wantLinear compares run(growthSize) with eight times that.
func wantLinear(t *testing.T, run func(n int) func()) {
	t.Helper()
	if ratio := growth(run(growthSize), run(8*growthSize)); ratio > mostGrowth {
		t.Errorf("eight times the size took %.1f times the work", ratio)
	}
}

func TestGrowthNoticesASquare(t *testing.T) {
	sum := 0
	steps := func(count func(n int) int) func(n int) func() {
		return func(n int) func() {
			return func() {
				for i := range count(n / 64) {
					sum += i
				}
			}
		}
	}
	line, square := steps(func(n int) int { return 2000 * n }), steps(func(n int) int { return n * n })
	if ratio := growth(line(growthSize), line(8*growthSize)); ratio > mostGrowth {
		t.Errorf("a line grows by %.1f", ratio)
	}
	if ratio := growth(square(growthSize), square(8*growthSize)); ratio <= mostGrowth {
		t.Errorf("a square grows by %.1f", ratio)
	}
}

// sized makes a string of about n bytes.
type sized func(n int) string

// of repeats a piece.
func of(piece string) sized {
	return func(n int) string { return strings.Repeat(piece, max(1, n/len(piece))) }
}

// in puts a string of the size between two others.
func (s sized) in(before, after string) sized {
	return func(n int) string { return before + s(n) + after }
}

// listOf joins numbered pieces, whose %d is the number.
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

func nesting(open, inner, closing string) sized {
	return func(n int) string {
		depth := n / (len(open) + len(closing))
		return strings.Repeat(open, depth) + inner + strings.Repeat(closing, depth)
	}
}

// contents of a JSON string.
var contents = map[string]sized{
	"letters": of("a"), "escaped letters": of(`\u0041`), "escaped quotes": of(`\"`), "escaped newlines": of(`\n`),
	"escaped escapes": of(`\\u0041`), "control characters": of(`\u0001`), "terminal sequences": of(`\u001b[31m`),
	"surrogate pairs": of(`\ud83d\ude00`), "half pairs": of(`\ud83d`), "invisible": of("\u200b"), "invisible, escaped": of(`\u200b`),
	"invalid UTF-8": of("\xff"), "spaces": of(" "), "words": of("a b "), "three bytes each": of("\u754c"), "entities": of("&amp;"),
	"JSON":    listOf(`{\"line\":%d,\"column\":1,\"message\":\"m\"}`, ","),
	"the key": of(secretKey), "most of the key": of(secretKey[:len(secretKey)-1]), "the key, escaped": of(`\u0061` + secretKey[1:]),
}

// places of a string in an error.
var places = map[string][2]string{
	"err_msg":   {`{"reply":{"err_code":500,"err_msg":"`, `","err_extra":null}}`},
	"err_extra": {`{"reply":{"err_code":500,"err_msg":"m","err_extra":"`, `"}}`},
	"err_code":  {`{"reply":{"err_code":"`, `","err_msg":"m"}}`},
	"a message": {`{"err_msg":"m","metadata":{"err_extra":[{"field":"f","message":"`, `"}]}}`},
	"a field":   {`{"err_msg":"m","metadata":{"err_extra":[{"field":"`, `","message":"m"}]}}`},
	"detail":    {`{"detail":"`, `"}`},
	"a string":  {`"`, `"`},
	"a name":    {`{"`, `":1,"err_msg":"m"}`},
	"a value":   {`{"x":"`, `","err_msg":"m"}`},
}

// bodies are other responses.
var bodies = map[string]sized{
	"details":                 listOf(`{"field":"f%d","message":"m"}`, ",").in(`{"err_msg":"m","metadata":{"err_extra":[`, `]}}`),
	"details by field":        listOf(`"f%d":"m"`, ",").in(`{"reply":{"err_msg":"m","err_extra":{`, `}}}`),
	"details by field, lists": listOf(`"f%d":["m","n"]`, ",").in(`{"reply":{"err_msg":"m","err_extra":{`, `}}}`),
	"validation details":      listOf(`{"type":"missing","loc":["body","filters",%d],"msg":"m"}`, ",").in(`{"detail":[`, `]}`),
	"a long location":         listOf(`"p%d"`, ",").in(`{"detail":[{"type":"missing","loc":[`, `],"msg":"m"}]}`),
	"errors":                  listOf(`{"code":"c%d","message":"m"}`, ",").in(`{"errors":[`, `]}`),
	"errors, strings":         listOf(`"m%d"`, ",").in(`{"errors":[`, `]}`),
	"fields":                  listOf(`"m%d":1`, ",").in(`{`, `,"DATA":"x","reply":{"action_id":"7"}}`),
	"fields of an error":      listOf(`"m%d":1`, ",").in(`{`, `,"err_msg":"m"}`),
	"fields of the reply":     listOf(`"m%d":1`, ",").in(`{"DATA":"x","reply":{"action_id":"7",`, `}}`),
	"one field repeated":      of(`"err_msg":"m",`).in(`{"reply":{`, `"err_code":500}}`),
	"DATA repeated":           of(`"DATA":"x",`).in(`{`, `"reply":{"action_id":"7"}}`),
	"replies repeated":        of(`"reply":{"err_msg":"m"},`).in(`{`, `"err_code":500}`),
	"numbers":                 listOf(`%d`, ",").in(`{"err_extra":[`, `],"err_msg":"m"}`),
	"a long code":             of("1").in(`{"err_code":`, `,"err_msg":"m"}`),
	"a long action ID":        of("1").in(`{"DATA":"x","reply":{"action_id":`, `}}`),
	"a long fraction":         of("0").in(`{"err_code":0.`, `1,"err_msg":"m"}`),
	"lists":                   listOf(`[%d]`, ",").in(`{"m":[`, `],"DATA":"x","reply":{"action_id":"7"}}`),
	"lists in lists":          nesting("[", "", "]").in(`{"err_msg":"m","err_extra":`, `}`),
	"objects in objects":      nesting(`{"a":`, "1", "}").in(`{"err_msg":"m","err_extra":`, `}`),
	"errors in errors":        nesting(`{"error":`, `"m"`, "}"),
	"replies in replies":      nesting(`{"reply":`, `"m"`, "}"),
	"open brackets":           of("["),
	"open replies":            of(`{"reply":`),
	"white space":             of(" \n").in("", `{"err_msg":"m"}`),
	"white space, success":    of(" \n").in(`{"DATA":"x",`, `"reply":{"action_id":"7"}}`),
	"a long success":          of("a").in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"an escaped success":      of(`\u0041`).in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"the key":                 of(secretKey).in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"one line":                of("m"),
	"lines":                   of("m\n"),
	"blank lines":             of(" \r\n"),
	"control characters":      of("\x1b"),
	"NUL":                     of("\x00"),
	"byte order marks":        of("\ufeff"),
	"invalid UTF-8":           of("\xff\xfe"),
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

func TestGrowthOfResponses(t *testing.T) {
	for name, s := range contents {
		at := places["err_msg"]
		wantLinearResponse(t, "err_msg of "+name, abort, 500, s.in(at[0], at[1]), nil)
	}
	for place, at := range places {
		for _, name := range []string{"escaped quotes", "terminal sequences", "most of the key"} {
			wantLinearResponse(t, place+" of "+name, abort, 500, contents[name].in(at[0], at[1]), nil)
		}
	}
	v := newValidator(t)
	for name, s := range bodies {
		wantLinearResponse(t, "400 "+name, abort, 400, s, nil)
		wantLinearResponse(t, "200 "+name, apiGet, 200, s, nil)
		wantLinearResponse(t, "200 "+name+", validated", abort, 200, s, nil, wrapper.WithResponseValidator(v))
	}
	for _, name := range []string{"Retry-After", "Content-Type", "X-Other"} {
		for form, s := range map[string]sized{
			"digits": of("1"), "a fraction": of("0").in("0.", "1"), "an exponent": of("9").in("1e", ""), "spaces": of(" ").in("", "7"),
			"a date": of(" ").in("Sat, 01 Jan", " 2000 00:00:00 GMT"), "parameters": listOf("a%d=b", ";").in("application/json;", ""),
			"quotes": of(`\"`).in(`application/json;a="`, `"`),
		} {
			wantLinearResponse(t, name+" of "+form, abort, 429, of("m"), func(h http.Header, n int) { h.Set(name, s(n)) })
		}
	}
	wantLinearResponse(t, "many headers", abort, 429, of("m"), manyHeaders)
	wantLinearResponse(t, "many Retry-After", abort, 429, of("m"), func(h http.Header, n int) {
		h["Retry-After"] = strings.Split(of("7 ")(n), " ")
	})
}

func wantLinearResponse(t *testing.T, name string, op operation, status int, body sized, header func(http.Header, int), opts ...wrapper.Option) {
	t.Run(name, func(t *testing.T) {
		wantLinear(t, func(n int) func() {
			content, h := body(n), http.Header{"Content-Type": {"application/json"}}
			if header != nil {
				header(h, n)
			}
			c := newClient(t, anyHost, roundTrip(func(*http.Request) (*http.Response, error) {
				res := response(status, content)
				res.Header = h
				return res, nil
			}), append(opts, attempts(1))...)
			return func() {
				if err := op.call(t.Context(), c); err != nil && !errors.As(err, new(*wrapper.APIError)) {
					t.Fatal(err)
				}
			}
		})
	})
}

// TestGrowthOfAttempts checks that the two hundredth attempt of a call costs no more than the first, although each adds a
// signature and a nonce that are redacted in what the service sends back.
func TestGrowthOfAttempts(t *testing.T) {
	for name, res := range map[string]func() (*http.Response, error){
		"responses": func() (*http.Response, error) { return response(503, strings.Repeat("the service is busy ", 200)), nil },
		"errors":    func() (*http.Response, error) { return nil, errors.New(strings.Repeat("no route to host ", 200)) },
	} {
		t.Run(name, func(t *testing.T) {
			run := func(n int) func() {
				c := newClient(t, anyHost, roundTrip(func(*http.Request) (*http.Response, error) { return res() }), attempts(n))
				return func() {
					if getStatus.call(t.Context(), c) == nil {
						t.Fatal("no error")
					}
				}
			}
			if ratio := growth(run(25), run(200)); ratio > mostGrowth {
				t.Errorf("eight times the attempts took %.1f times the work", ratio)
			}
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

func manyHeaders(h http.Header, n int) {
	for i := range n / 32 {
		h.Set("X-Other-"+strconv.Itoa(i), "4711")
	}
}

// TestGrowthOfRequests is about filters, fields, bodies and headers, with a validator and without.
func TestGrowthOfRequests(t *testing.T) {
	type call = func(ctx context.Context, c *wrapper.Client, n int) error
	targets := func(filters func(n int) []gen.EndpointFilter) call {
		return func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.AbortScan(ctx, wrapper.Matching(filters(n)...))
			return err
		}
	}
	values := func(value string) call {
		return targets(func(n int) []gen.EndpointFilter {
			return []gen.EndpointFilter{wrapper.EndpointIDs(strings.Split(listOf(value+"%d", "\t")(n), "\t")...)}
		})
	}
	each := func(filter func(i int) gen.EndpointFilter) call {
		return targets(func(n int) (list []gen.EndpointFilter) {
			for i := range n / 64 {
				list = append(list, filter(i))
			}
			return list
		})
	}
	fields := func(s sized) call {
		return func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.GetScanRunStatus(ctx, 1, strings.Split(s(n), "\t")...)
			return err
		}
	}
	edited := func(edit func(r *http.Request, n int)) call {
		return func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}},
				func(_ context.Context, r *http.Request) error { edit(r, n); return nil })
			return err
		}
	}
	header := func(name string, s sized) call {
		return edited(func(r *http.Request, n int) { r.Header.Set(name, s(n)) })
	}
	query := func(s sized) call { return edited(func(r *http.Request, n int) { r.URL.RawQuery += s(n) }) }
	path := func(s sized) call { return edited(func(r *http.Request, n int) { r.URL.Path += s(n) }) }
	tests := map[string]call{
		"values":                    values("0123456789abcdef"),
		"values of escapes":         values("\x01\x02\"\\"),
		"invisible values":          values("\u200b\u200b"),
		"values of invalid UTF-8":   values("\xff\xfe"),
		"one long value":            targets(func(n int) []gen.EndpointFilter { return []gen.EndpointFilter{wrapper.Hostnames(of("a")(n))} }),
		"one blank value":           targets(func(n int) []gen.EndpointFilter { return []gen.EndpointFilter{wrapper.Hostnames(of("\u2800")(n))} }),
		"filters":                   each(func(i int) gen.EndpointFilter { return wrapper.Hostnames("laptop-" + strconv.Itoa(i)) }),
		"unknown fields in filters": each(func(i int) gen.EndpointFilter { return wrapper.Where("hostnam"+strconv.Itoa(i), "inn", "x") }),
		"fields":                    fields(listOf("field-%d", "\t")),
		"one long field":            fields(of("%")),
		"a long header":             header("X-Long", of("a")),
		"headers":                   edited(func(r *http.Request, n int) { manyHeaders(r.Header, n) }),
		"a Content-Type":            header("Content-Type", listOf("a%d=b", ";").in("application/json;", "")),
		"a Cookie":                  header("Cookie", listOf("a%d=b", "; ")),
		"parameters":                query(listOf("p%d=1", "&").in("&", "")),
		"one parameter repeated":    query(of("&id=1")),
		"a list parameter repeated": query(of("&fields=status")),
		"semicolons":                query(of(";")),
		"a long path":               path(of("/x")),
		"dots in a path":            path(of("/..")),
		"an incident": func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(of("4")(n)))
			return err
		},
	}
	const before, after = `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":[`, `]}]}}`
	for name, s := range map[string]sized{
		"values":             listOf(`"v%d"`, ",").in(before, after),
		"escaped values":     listOf(`"\u0041%d"`, ",").in(before, after),
		"wrong values":       listOf(`%d`, ",").in(before, after),
		"wrong filters":      listOf(`{"field":"f%d"}`, ",").in(`{"request_data":{"filters":[`, `]}}`),
		"empty filters":      of(`{},`).in(`{"request_data":{"filters":[`, `{}]}}`),
		"fields":             listOf(`"m%d":1`, ",").in(`{"request_data":{"filters":"all"},`, `}`),
		"one field repeated": of(`"m":1,`).in(`{`, `"request_data":{"filters":"all"}}`),
		"filters repeated":   of(`"filters":"all",`).in(`{"request_data":{`, `"filters":"all"}}`),
		"a string":           of(`\u0041`).in(`{"request_data":{"filters":"`, `"}}`),
		"an incident":        of(`\u200b`).in(`{"request_data":{"filters":"all","incident_id":"`, `"}}`),
		"a number":           of(`1`).in(`{"request_data":{"filters":`, `}}`),
		"lists in lists":     nesting("[", "", "]").in(`{"request_data":{"filters":`, `}}`),
		"objects in objects": nesting(`{"a":`, "1", "}").in(`{"request_data":{"filters":`, `}}`),
		"open brackets":      of("["),
		"a second value":     of(" {}").in(`{"request_data":{"filters":"all"}}`, ""),
		"white space":        of(" \t").in(`{"request_data":{"filters":"all"}}`, ""),
		"invalid UTF-8":      of("\xff").in(`{"request_data":{"filters":"`, `"}}`),
	} {
		tests["body: "+name] = func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.API().AbortScanWithBodyWithResponse(ctx, "application/json", strings.NewReader(s(n)))
			return err
		}
	}
	rt := roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
		return response(200, `{"DATA":"x",`+goodAbort[1:]), nil
	})
	plain, validated := newClient(t, anyHost, rt), newClient(t, anyHost, rt, wrapper.WithRequestValidator(newValidator(t)))
	for name, call := range tests {
		for kind, c := range map[string]*wrapper.Client{"plain": plain, "validated": validated} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				wantLinear(t, func(n int) func() {
					return func() {
						err := call(t.Context(), c, n)
						if err != nil && !errors.Is(err, wrapper.ErrInvalidRequest) {
							t.Fatal(err)
						}
						if err != nil && len(err.Error()) > 4<<10 {
							t.Error("an error of more than 4 KiB")
						}
					}
				})
			})
		}
	}
}
