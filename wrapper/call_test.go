package wrapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// spy implements RequestValidator and ResponseValidator with functions.
type spy struct {
	request  func(*http.Request) error
	response func(*http.Request, int, http.Header, []byte) error
}

func (s *spy) ValidateRequest(r *http.Request) error { return s.request(r) }
func (s *spy) ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error {
	return s.response(r, status, h, body)
}

// The request is validated once, before it is signed. Then every attempt is signed and sent. A successful response is
// validated once, together with the unsigned request. An error response is not validated.
func TestCallRunsItsStepsInOrder(t *testing.T) {
	const gateway = "https://gateway.example.org/a%2Fb/"
	type mine struct{}
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			var steps []string
			step := func(name string, r *http.Request) {
				steps = append(steps, name)
				body, _ := io.ReadAll(r.Body) // this validator does not restore the body
				if r.Method+" "+r.URL.Path != op.what || !slices.Equal(r.Header["User-Agent"], []string{"acme-soc/1.2 cortexscan/" + wrapper.Version}) || r.Context().Value(mine{}) != 1 || strings.Contains(string(body), "filters") != op.effect {
					t.Errorf("%s: got %s %s with %v and the body %q", name, r.Method, r.URL, r.Header, body)
				}
				for header := range r.Header {
					if header == "Authorization" || strings.HasPrefix(header, "X-Xdr") {
						t.Errorf("%s: the request has the header %s", name, header)
					}
				}
			}
			v := &spy{
				request: func(r *http.Request) error { step("validate request", r); return nil },
				response: func(r *http.Request, status int, h http.Header, body []byte) error {
					step("validate response", r)
					if status != 200 || h.Get("X-A") != "b" || !bytes.HasPrefix(body, []byte("{")) {
						t.Errorf("the validator got the status %d, %v and the body %q", status, h, body)
					}
					return nil
				},
			}
			rec := &recorder{}
			rec.next = transport(func(r *http.Request) (*http.Response, error) {
				if steps = append(steps, "send"); len(rec.requests) == 0 {
					return response(r, 429, ""), nil
				}
				res, err := good(r)
				res.Header.Set("X-A", "b")
				return res, err
			})
			c := must(wrapper.New(gateway, wrapper.StandardKey(testKeyID, testKey),
				wrapper.WithHTTPClient(&http.Client{Transport: rec}), noWait(), wrapper.WithUserAgent("\tacme-soc/1.2 "), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v)))
			ctx := context.WithValue(t.Context(), mine{}, 1)
			if err := op.call(t, ctx, c); err != nil {
				t.Fatal(err)
			}
			if want := []string{"validate request", "send", "send", "validate response"}; !slices.Equal(steps, want) {
				t.Errorf("got the steps %q, want %q", steps, want)
			}
			for i, r := range rec.requests {
				if !strings.HasPrefix(r.URL.String(), gateway+"public_api/") || r.Header.Get("Authorization") != testKey || r.Header.Get("Accept") != "application/json" || op.effect == (rec.bodies[i] == "") {
					t.Errorf("attempt %d sent %s with %v and the body %q", i+1, r.URL, r.Header, rec.bodies[i])
				}
			}
			// The operation in an error does not contain the path of the gateway.
			rec.next = canned(418, "")
			if e := apiError(t, op.call(t, ctx, c)); e.Operation != op.what {
				t.Errorf("got the operation %s, want %s", e.Operation, op.what)
			}
		})
	}
}

// A request editor may set the same header in every request. Run this test with the race detector.
func TestSharedHeaderIsNotModified(t *testing.T) {
	values := append(make([]string, 0, 9), "1")
	shared := http.Header{"X-Own": values, "x-own": {"2"}}
	c := newClient(t, transport(good))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			must(c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}, func(_ context.Context, r *http.Request) error {
				r.Header = shared
				return nil
			}))
		})
	}
	all.Wait()
	//lint:ignore SA1008 the caller wrote the name like this
	if len(shared) != 2 || len(shared["x-own"]) != 1 || values[:2][1] != "" {
		t.Errorf("the header became %v", shared)
	}
}

// Names that differ only in case denote one header. net/http itself sets the headers that describe the length of the
// body. It replaces a Content-Length only under the canonical name.
func TestHeaderNamesIgnoreCase(t *testing.T) {
	rec := &recorder{next: transport(good)}
	var validated http.Header
	c := newClient(t, rec, wrapper.WithRequestValidator(&spy{request: func(r *http.Request) error { validated = r.Header.Clone(); return nil }}))
	must(c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}, func(_ context.Context, r *http.Request) error {
		r.Header = http.Header{}
		for _, name := range []string{"authorization", "X-XDR-Auth-ID", "content-length", "user-agent", "accept", "x-own"} {
			r.Header[name] = []string{"mine"}
		}
		r.TransferEncoding, r.Trailer = []string{"chunked"}, http.Header{"X-Own": {"1"}}
		return nil
	}))
	mine := []string{"mine"}
	want := http.Header{"Authorization": mine, "X-Xdr-Auth-Id": mine, "Content-Length": mine, "User-Agent": mine, "Accept": mine, "X-Own": mine}
	if !reflect.DeepEqual(validated, want) {
		t.Errorf("validated %v, want %v", validated, want)
	}
	want["Authorization"], want["X-Xdr-Auth-Id"] = []string{testKey}, []string{testKeyID}
	if sent := rec.requests[0]; !reflect.DeepEqual(sent.Header, want) || sent.TransferEncoding != nil || sent.Trailer != nil {
		t.Errorf("sent %v, %v, %v, want %v", sent.Header, sent.TransferEncoding, sent.Trailer, want)
	}
}

// A response is redacted before it is validated, because a violation may quote it. If the validator refuses the response
// to a POST, the outcome is unknown.
func TestResponseValidatorRefuses(t *testing.T) {
	no := errors.New("not like this")
	quoting := &spy{response: func(_ *http.Request, _ int, _ http.Header, body []byte) error {
		return fmt.Errorf("%w: %.64s", no, body)
	}}
	echo := transport(func(r *http.Request) (*http.Response, error) {
		return response(r, 200, `{"DATA":"`+r.Header.Get("Authorization")+r.Header.Get("X-Xdr-Nonce")+`","reply":{"action_id":"7"}}`), nil
	})
	for keyHint, cred := range keysOfBothTypes {
		for _, op := range operations {
			err := op.call(t, t.Context(), clientWithKey(t, echo, cred, wrapper.WithResponseValidator(quoting)))
			wantKinds(t, err, op.kinds("InvalidResponse OutcomeUnknown")...)
			e := apiError(t, err)
			if e.StatusCode != 200 || len(e.Body) == 0 || e.Operation != op.what || e.Attempts != 1 || !errors.Is(err, no) {
				t.Errorf("%s: got %+v", op.name, e)
			}
			if !strings.Contains(err.Error(), "[redacted]") || strings.Contains(fmt.Sprintf("%+v", err), testKey) || strings.Contains(string(e.Body), testKey) {
				t.Errorf("%s, %s: got %v, want the key redacted", keyHint, op.name, err)
			}
			// An error response is not validated.
			err = op.call(t, t.Context(), clientWithKey(t, canned(404, ""), cred, wrapper.WithResponseValidator(quoting)))
			wantKinds(t, err, "NotFound")
		}
	}
}

func TestUnreadableBodiesAreRefused(t *testing.T) {
	cause := errors.New("disk failure")
	for name, body := range map[string]*closing{
		"a read that fails":  {Reader: io.MultiReader(strings.NewReader("{"), iotest.ErrReader(cause))},
		"a close that fails": {Reader: strings.NewReader("{}"), err: cause},
		"both":               {Reader: iotest.ErrReader(cause), err: io.ErrClosedPipe},
	} {
		rec := &recorder{next: transport(good)}
		_, err := newClient(t, rec).API().AbortScanWithBodyWithResponse(t.Context(), "application/json", body)
		wantKinds(t, err, "InvalidRequest")
		if len(rec.requests) != 0 || !errors.Is(err, cause) {
			t.Errorf("%s: sent %d requests, got %v", name, len(rec.requests), err)
		}
	}
}

// A request editor that replaces the body may leave the old GetBody and the old length in place. The body is read and
// closed once. Every attempt sends the whole body.
func TestValidatedBodyIsSent(t *testing.T) {
	const all, one = `{"request_data":{"filters":"all"}}`, `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["laptop-17"]}]}}`
	for name, adjust := range map[string]func(*http.Request){
		"nothing else":   func(*http.Request) {},
		"a wrong length": func(r *http.Request) { r.ContentLength = 3 },
		"no length":      func(r *http.Request) { r.ContentLength = -1 },
		"GetBody fails":  func(r *http.Request) { r.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("no") } },
	} {
		var validated string
		v := &spy{request: func(r *http.Request) error {
			body, again := must(io.ReadAll(r.Body)), must(io.ReadAll(must(r.GetBody())))
			if string(again) != string(body) || r.ContentLength != int64(len(body)) {
				t.Errorf("%s: the validator got %q, then %q, and the length %d", name, body, again, r.ContentLength)
			}
			validated = string(body)
			r.Body = http.NoBody // must not change the request that is sent
			return nil
		}}
		rec, body := &recorder{next: canned(429, "")}, &closing{Reader: iotest.HalfReader(strings.NewReader(one))}
		_, err := newClient(t, rec, noWait(), wrapper.WithRequestValidator(v)).API().AbortScanWithBodyWithResponse(t.Context(), "application/json", strings.NewReader(all), func(_ context.Context, r *http.Request) error {
			r.Body = body
			adjust(r)
			return nil
		})
		wantKinds(t, err, "RateLimited")
		if validated != one || !slices.Equal(rec.bodies, []string{one, one, one}) || body.closed != 1 {
			t.Errorf("%s: validated %q, sent %q and closed the body %d times, want %q", name, validated, rec.bodies, body.closed, one)
		}
		for _, r := range rec.requests {
			if r.ContentLength != int64(len(one)) {
				t.Errorf("%s: sent the length %d, want %d", name, r.ContentLength, len(one))
			}
		}
	}
}

// net/http would refuse these requests too late, with an error that does not show that nothing was sent.
func TestUnsendableRequestsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		adjust func(*http.Request)
		want   string // in the error; "" for no error
	}{
		{"names that differ in case", func(*http.Request) {}, ""},
		{"the default method", func(r *http.Request) { r.Method = "" }, ""},
		{"Connection: close", func(r *http.Request) { r.Header["Connection"] = []string{"close"} }, ""},
		{"Connection: Keep-Alive", func(r *http.Request) { r.Header["Connection"] = []string{"Keep-Alive"} }, ""},
		{"dots in names", func(r *http.Request) { r.URL, _ = url.Parse("/v1/.../a..b/.a%2fb.//") }, ""},
		{"no URL", func(r *http.Request) { r.URL = nil }, "does not begin with a slash"},
		{"a path without a slash", func(r *http.Request) { r.URL.Path = "v1" }, "does not begin with a slash"},
		{"a dot segment at the end", func(r *http.Request) { r.URL.Path = "/v1/a/.." }, `the segment ".."`},
		{"a dot segment with parameters", func(r *http.Request) { r.URL.Path = "/v1/..;a=b/stop" }, `the segment ".."`},
		{"a dot segment after a backslash", func(r *http.Request) { r.URL, _ = url.Parse(`/v1/a%5c../b`) }, `the segment ".."`},
		{"an encoded dot segment", func(r *http.Request) { r.URL, _ = url.Parse("/v1/%2e/stop") }, `the segment ".",`},
		{"a space in the query", func(r *http.Request) { r.URL.RawQuery = "id= 1" }, "query contains a space or a control character"},
		{"a control character in the query", func(r *http.Request) { r.URL.RawQuery = "id=1\x7f" }, "query contains a space or a control character"},
		{"a space in the method", func(r *http.Request) { r.Method = "GET /" }, "method is not a valid HTTP method"},
		{"a space in a header's name", func(r *http.Request) { r.Header["X Own"] = nil }, "has a header whose name is not valid"},
		{"a header without a name", func(r *http.Request) { r.Header[""] = nil }, "has a header whose name is not valid"},
		{"a line break in a header", func(r *http.Request) { r.Header["X-Two"] = []string{"1", "2\r\nX: y"} }, "header X-Two contains a line break"},
		{"a space in the host", func(r *http.Request) { r.Host = "a b" }, "the request's Host contains a"},
		{"Connection names a header", func(r *http.Request) { r.Header["connection"] = []string{"close, x-own"} }, "header Connection, which applies to one connection"},
		{"Connection twice", func(r *http.Request) { r.Header["Connection"] = []string{"close", "close"} }, "header Connection, which applies to one connection"},
		{"Transfer-Encoding", func(r *http.Request) { r.Header["Transfer-Encoding"] = []string{"chunked"} }, "header Transfer-Encoding, which applies to one connection"},
		{"Upgrade", func(r *http.Request) { r.Header["Upgrade"] = []string{"h2c"} }, "header Upgrade, which applies to one connection"},
	} {
		rec, asked := &recorder{next: transport(good)}, &http.Request{}
		c := must(wrapper.New("https://gateway.example.org/a%20b", wrapper.StandardKey(testKeyID, testKey), wrapper.WithHTTPClient(&http.Client{Transport: rec})))
		_, err := c.API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{}, func(_ context.Context, r *http.Request) error {
			r.Header = http.Header{"X-Own": {"1\t~ü"}, "x-own": {"2"}, "!#$%&'*+-.^_`|~09AZaz": {""}}
			tt.adjust(r)
			asked = r
			return nil
		})
		if tt.want != "" {
			wantKinds(t, err, "InvalidRequest")
			if len(rec.requests) != 0 || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("%s: sent %d requests, got %v, want %q", tt.name, len(rec.requests), err, tt.want)
			}
		} else if sent := rec.requests; err != nil || sent[0].URL.RequestURI() != "/a%20b"+asked.URL.RequestURI() || !slices.Equal(slices.Sorted(slices.Values(sent[0].Header["X-Own"])), []string{"1\t~ü", "2"}) {
			t.Errorf("%s: got %v, sent %v", tt.name, err, sent)
		}
	}
	must(newClient(t, transport(good)).API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{}, func(_ context.Context, r *http.Request) error {
		r.Header = nil
		return nil
	}))
}
