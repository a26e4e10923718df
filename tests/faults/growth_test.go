//go:build unix

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
	"syscall"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

const (
	growthSize = 12 << 10 // the size of the smaller input in bytes; the larger one is eight times as large
	mostGrowth = 14       // the highest ratio that passes; quadratic time would give 64
)

// growth returns the ratio between the work of large and the work of small. It compares the fastest of several runs, and
// measures again while the ratio is too high, because a busy machine slows down only some of the runs.
func growth(small, large func()) (ratio float64) {
	spent := func(f func()) time.Duration {
		before := work()
		f()
		return work() - before
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // work would include a garbage collection
	small()                                          // the first run does work that later runs don't
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

// work returns the processor time of this process. Unlike the wall time, it does not depend on other programs.
func work() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot happen: the arguments are valid constants
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sized makes a string of about n bytes.
type sized func(n int) string

func of(piece string) sized {
	return func(n int) string { return strings.Repeat(piece, max(1, n/len(piece))) }
}

func (s sized) in(before, after string) sized {
	return func(n int) string { return before + s(n) + after }
}

// list joins numbered items. The format contains %d for the number.
func list(format, separator string) sized {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			if i > 0 {
				b.WriteString(separator)
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
}

func nested(open, inner, closing string) sized {
	return func(n int) string {
		depth := n / (len(open) + len(closing))
		return strings.Repeat(open, depth) + inner + strings.Repeat(closing, depth)
	}
}

var growthResponses = map[string]sized{
	"a message of escapes": of(`\u001b[31m\"\n`).in(`{"err_msg":"`, `"}`),
	"a message of the key": of(secretKey).in(`{"err_msg":"`, `"}`),
	"a code":               of("1").in(`{"err_code":`, `,"err_msg":"m"}`),
	"validation details":   list(`{"type":"missing","loc":["body","filters",%d],"msg":"m"}`, ",").in(`{"detail":[`, `]}`),
	"a location":           list(`"p%d"`, ",").in(`{"detail":[{"type":"missing","loc":[`, `],"msg":"m"}]}`),
	"fields":               list(`"m%d":1`, ",").in(`{`, `,"DATA":"x","reply":{"action_id":"7"}}`),
	"one field repeated":   of(`"err_msg":"m",`).in(`{"reply":{`, `"err_code":500}}`),
	"objects in objects":   nested(`{"a":`, "1", "}").in(`{"err_msg":"m","err_extra":`, `}`),
	"replies in replies":   nested(`{"reply":`, `"m"`, "}"),
	"a status":             of(`\u0041`).in(`{"DATA":"`, `","reply":{"action_id":"7"}}`),
	"lines":                of("m\n"),
	"a title of entities":  of("&amp;").in("<html><title>", "</title></html>"),
	"open titles":          of("<title>").in("<html>", ""),
}

var growthHeaders = map[string]func(n int) http.Header{
	"Retry-After": func(n int) http.Header { return http.Header{"Retry-After": {of("9").in("1e", "")(n)}} },
	"headers": func(n int) http.Header {
		h := http.Header{}
		for i := range n / 32 {
			h.Set("X-Other-"+strconv.Itoa(i), "4711")
		}
		return h
	},
}

// growthRequests make calls with requests of about n bytes.
var growthRequests = map[string]func(ctx context.Context, c *wrapper.Client, n int) error{
	"values": func(ctx context.Context, c *wrapper.Client, n int) error {
		_, err := c.AbortScan(ctx, wrapper.Matching(wrapper.EndpointIDs(strings.Split(list("0123456789abcdef%d", "\t")(n), "\t")...)))
		return err
	},
	"a value": func(ctx context.Context, c *wrapper.Client, n int) error {
		_, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames(of("\u2800")(n))))
		return err
	},
	"filters": func(ctx context.Context, c *wrapper.Client, n int) error {
		var filters []gen.EndpointFilter
		for i := range n / 64 {
			filters = append(filters, wrapper.Where("hostnam"+strconv.Itoa(i), "inn", "x"))
		}
		_, err := c.AbortScan(ctx, wrapper.Matching(filters...))
		return err
	},
	"fields": func(ctx context.Context, c *wrapper.Client, n int) error {
		_, err := c.GetScanRunStatus(ctx, 1, strings.Split(list("field-%d", "\t")(n), "\t")...)
		return err
	},
	"a Content-Type": growthEdit(func(r *http.Request, n int) {
		r.Header.Set("Content-Type", list("a%d=b", ";").in("application/json;", "")(n))
	}),
	"parameters":                 growthEdit(func(r *http.Request, n int) { r.URL.RawQuery += list("&p%d=1", "")(n) }),
	"a body: wrong values":       growthBody(list(`%d`, ",").in(`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":[`, `]}]}}`)),
	"a body: unknown fields":     growthBody(list(`"m%d":1`, ",").in(`{"request_data":{"filters":"all"},`, `}`)),
	"a body: one field repeated": growthBody(of(`"filters":"all",`).in(`{"request_data":{`, `"filters":"all"}}`)),
	"a body: a number":           growthBody(of(`1`).in(`{"request_data":{"filters":`, `}}`)),
	"a body: objects in objects": growthBody(nested(`{"a":`, "1", "}").in(`{"request_data":{"filters":`, `}}`)),
	"a body: invalid UTF-8":      growthBody(of("\xff").in(`{"request_data":{"filters":"`, `"}}`)),
}

func growthBody(body sized) func(context.Context, *wrapper.Client, int) error {
	return func(ctx context.Context, c *wrapper.Client, n int) error {
		_, err := c.API().AbortScanWithBodyWithResponse(ctx, "application/json", strings.NewReader(body(n)))
		return err
	}
}

func growthEdit(edit func(r *http.Request, n int)) func(context.Context, *wrapper.Client, int) error {
	return func(ctx context.Context, c *wrapper.Client, n int) error {
		_, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}},
			func(_ context.Context, r *http.Request) error { edit(r, n); return nil })
		return err
	}
}

// TestGrowth checks that processing a request or a response takes linear time. In quadratic time, one response could
// keep a program busy for minutes, and no deadline would stop it. The test compares the processor times for inputs of
// two sizes, so the speed of the machine does not matter.
func TestGrowth(t *testing.T) {
	v := must(api.NewValidator())
	check := func(name string, size int, run func(n int) func() error) {
		t.Run(name, func(t *testing.T) {
			do := func(n int) func() {
				call := run(n)
				return func() {
					err := call()
					if err != nil && !errors.Is(err, wrapper.ErrInvalidRequest) && !errors.As(err, new(*wrapper.APIError)) {
						t.Fatal(err)
					}
					if err != nil && len(err.Error()) > 4<<10 {
						t.Fatalf("the error has %d bytes, want at most 4 KiB", len(err.Error()))
					}
				}
			}
			if ratio := growth(do(size), do(8*size)); ratio > mostGrowth {
				t.Errorf("eight times the size took %.1f times the work, want at most %d", ratio, mostGrowth)
			}
		})
	}
	client := func(status int, header http.Header, body string, opts ...wrapper.Option) *wrapper.Client {
		return newClient(t, anyHost, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Body != nil {
				io.Copy(io.Discard, r.Body)
			}
			return &http.Response{StatusCode: status, Header: header, ContentLength: int64(len(body)), Body: reader(body)}, nil
		}), append([]wrapper.Option{attempts(1)}, opts...)...)
	}
	for name, body := range growthResponses {
		check("response/"+name, growthSize, func(n int) func() error {
			c := client(200, http.Header{"Content-Type": {"application/json"}}, body(n), wrapper.WithResponseValidator(v))
			return func() error { return abort.call(t.Context(), c) }
		})
	}
	for name, header := range growthHeaders {
		check("response header/"+name, growthSize, func(n int) func() error {
			c := client(429, header(n), "m")
			return func() error { return abort.call(t.Context(), c) }
		})
	}
	c := client(200, http.Header{}, `{"DATA":"x",`+goodAbort[1:], wrapper.WithRequestValidator(v))
	for name, call := range growthRequests {
		check("request/"+name, growthSize, func(n int) func() error {
			return func() error { return call(t.Context(), c, n) }
		})
	}
	// Each attempt creates a new signature, which later responses could contain.
	check("attempts", 25, func(n int) func() error {
		c := client(503, http.Header{}, strings.Repeat("the service is busy ", 200), attempts(n))
		return func() error { return getStatus.call(t.Context(), c) }
	})
}
