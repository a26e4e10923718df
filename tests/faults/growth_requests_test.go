package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// TestGrowthOfRequests is about what callers give: filters and their values, fields, bodies and headers, as they come
// and with a validator.
func TestGrowthOfRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	values := func(value string) func(context.Context, *wrapper.Client, int) error {
		return func(ctx context.Context, c *wrapper.Client, n int) error {
			list := make([]string, n/32)
			for i := range list {
				list[i] = value + strconv.Itoa(i)
			}
			_, err := c.AbortScan(ctx, wrapper.Matching(wrapper.EndpointIDs(list...)))
			return err
		}
	}
	body := func(s sized) func(context.Context, *wrapper.Client, int) error {
		return func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.API().AbortScanWithBodyWithResponse(ctx, "application/json", strings.NewReader(s(n)))
			return err
		}
	}
	edited := func(edit func(r *http.Request, n int)) func(context.Context, *wrapper.Client, int) error {
		return func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}},
				func(_ context.Context, r *http.Request) error { edit(r, n); return nil })
			return err
		}
	}
	tests := map[string]func(ctx context.Context, c *wrapper.Client, n int) error{
		"values":             values("0123456789abcdef"),
		"values of escapes":  values("\x01\x02\"\\"),
		"invisible values":   values("\u200b\u200b"),
		"values of no UTF-8": values("\xff\xfe"),
		"one long value": func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames(strings.Repeat("a", n))))
			return err
		},
		"one blank value": func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames(strings.Repeat("\u2800", n/3))))
			return err
		},
		"filters": func(ctx context.Context, c *wrapper.Client, n int) error {
			list := make([]gen.EndpointFilter, n/64)
			for i := range list {
				list[i] = wrapper.Hostnames("laptop-" + strconv.Itoa(i))
			}
			_, err := c.AbortScan(ctx, wrapper.Matching(list...))
			return err
		},
		"unknown fields and operators": func(ctx context.Context, c *wrapper.Client, n int) error {
			list := make([]gen.EndpointFilter, n/64)
			for i := range list {
				list[i] = wrapper.Where("hostnam"+strconv.Itoa(i), "inn", "x")
			}
			_, err := c.AbortScan(ctx, wrapper.Matching(list...))
			return err
		},
		"an incident": func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(strings.Repeat("4", n)))
			return err
		},
		"fields": func(ctx context.Context, c *wrapper.Client, n int) error {
			list := make([]string, n/16)
			for i := range list {
				list[i] = "field-" + strconv.Itoa(i)
			}
			_, err := c.GetScanRunStatus(ctx, 1, list...)
			return err
		},
		"one long field": func(ctx context.Context, c *wrapper.Client, n int) error {
			_, err := c.GetScanRunStatus(ctx, 1, strings.Repeat("%", n))
			return err
		},
		"a header":                 edited(func(r *http.Request, n int) { r.Header.Set("X-Long", strings.Repeat("a", n)) }),
		"headers":                  edited(func(r *http.Request, n int) { manyHeaders(r.Header, n) }),
		"a query":                  edited(func(r *http.Request, n int) { r.URL.RawQuery += "&" + listOf("p%d=1", "&")(n) }),
		"parameters repeated":      edited(func(r *http.Request, n int) { r.URL.RawQuery += of("&id=1")(n) }),
		"list parameters repeated": edited(func(r *http.Request, n int) { r.URL.RawQuery += of("&fields=status")(n) }),
		"semicolons":               edited(func(r *http.Request, n int) { r.URL.RawQuery += of(";")(n) }),
		"a path":                   edited(func(r *http.Request, n int) { r.URL.Path += of("/x")(n) }),
		"dots in a path":           edited(func(r *http.Request, n int) { r.URL.Path += of("/..")(n) }),
		"a Content-Type": edited(func(r *http.Request, n int) {
			r.Header.Set("Content-Type", listOf("a%d=b", ";").in("application/json;", "")(n))
		}),
		"a Cookie": edited(func(r *http.Request, n int) { r.Header.Set("Cookie", listOf("a%d=b", "; ")(n)) }),

		"raw: values":             body(listOf(`"v%d"`, ",").in(`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":[`, `]}]}}`)),
		"raw: values of escapes":  body(listOf(`"\u0041%d"`, ",").in(`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":[`, `]}]}}`)),
		"raw: values, wrong":      body(listOf(`%d`, ",").in(`{"request_data":{"filters":[{"field":"hostname","operator":"in","value":[`, `]}]}}`)),
		"raw: filters, wrong":     body(listOf(`{"field":"f%d"}`, ",").in(`{"request_data":{"filters":[`, `]}}`)),
		"raw: filters of nothing": body(of(`{},`).in(`{"request_data":{"filters":[`, `{}]}}`)),
		"raw: members":            body(listOf(`"m%d":1`, ",").in(`{"request_data":{"filters":"all"},`, `}`)),
		"raw: members, one name":  body(of(`"m":1,`).in(`{`, `"request_data":{"filters":"all"}}`)),
		"raw: filters twice":      body(of(`"filters":"all",`).in(`{"request_data":{`, `"filters":"all"}}`)),
		"raw: a text":             body(of(`\u0041`).in(`{"request_data":{"filters":"`, `"}}`)),
		"raw: an incident":        body(of(`\u200b`).in(`{"request_data":{"filters":"all","incident_id":"`, `"}}`)),
		"raw: a number":           body(of(`1`).in(`{"request_data":{"filters":`, `}}`)),
		"raw: lists in lists":     body(nesting("[", "", "]").in(`{"request_data":{"filters":`, `}}`)),
		"raw: objects in objects": body(nesting(`{"a":`, "1", "}").in(`{"request_data":{"filters":`, `}}`)),
		"raw: open brackets":      body(of("[")),
		"raw: a second value":     body(of(" {}").in(`{"request_data":{"filters":"all"}}`, "")),
		"raw: white space":        body(of(" \t").in(`{"request_data":{"filters":"all"}}`, "")),
		"raw: no UTF-8":           body(of("\xff").in(`{"request_data":{"filters":"`, `"}}`)),
	}
	v := newValidator(t)
	rt := roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
		return response(200, `{"DATA":"x",`+goodAbort[1:]), nil
	})
	for name, call := range tests {
		for validated, c := range map[string]*wrapper.Client{
			"plain": newClient(t, anyHost, rt), "validated": newClient(t, anyHost, rt, wrapper.WithRequestValidator(v)),
		} {
			t.Run(name+"/"+validated, func(t *testing.T) {
				run := func(n int) func() {
					return func() {
						err := call(t.Context(), c, n)
						if err != nil && !errors.Is(err, wrapper.ErrInvalidRequest) {
							t.Fatal(err)
						}
						if len(fmt.Sprint(err)) > 4<<10 {
							t.Error("an error of more than 4 KiB")
						}
					}
				}
				wantLinear(t, run(growthSize), run(8*growthSize))
			})
		}
	}
}

func manyHeaders(h http.Header, n int) {
	for i := range n / 32 {
		h.Set("X-Other-"+strconv.Itoa(i), "4711")
	}
}
