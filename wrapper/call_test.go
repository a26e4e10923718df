package wrapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// spy is a validator of both kinds that keeps what it is shown.
type spy struct {
	request  func(*http.Request) error
	response func(*http.Request, int, http.Header, []byte) error
}

func (s *spy) ValidateRequest(r *http.Request) error { return s.request(r) }
func (s *spy) ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error {
	return s.response(r, status, h, body)
}

// The request is validated once, before it has a credential. Then every attempt is signed and sent. Only a success is validated,
// once, with the unsigned request.
func TestCallRunsItsStepsInOrder(t *testing.T) {
	type mine struct{}
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			var stages []string
			unsigned := func(r *http.Request) {
				for _, name := range []string{"Authorization", "X-Xdr-Auth-Id", "X-Xdr-Nonce", "X-Xdr-Timestamp"} {
					if r.Header[name] != nil {
						t.Errorf("a validator was shown the header %s", name)
					}
				}
				if got := r.Method + " " + r.URL.Path; got != op.what {
					t.Errorf("a validator was shown %s", got)
				}
				if r.Header.Get("User-Agent") == "" || r.Context().Value(mine{}) != 1 {
					t.Error("a validator was shown no User-Agent, or another context")
				}
			}
			v := &spy{
				request: func(r *http.Request) error {
					stages = append(stages, "validate request")
					unsigned(r)
					if op.effect {
						body, _ := io.ReadAll(r.Body) // and does not put it back
						if !strings.Contains(string(body), "filters") {
							t.Errorf("the body is %q", body)
						}
					}
					return nil
				},
				response: func(r *http.Request, status int, h http.Header, body []byte) error {
					stages = append(stages, "validate response")
					unsigned(r)
					if status != 200 || h.Get("X-A") != "b" || !bytes.HasPrefix(body, []byte("{")) {
						t.Errorf("shown %d, %v, %q", status, h, body)
					}
					return nil
				},
			}
			attempts := 0
			rec := &recorder{next: transport(func(r *http.Request) (*http.Response, error) {
				stages = append(stages, "send")
				if attempts++; attempts == 1 {
					return response(r, 429, ""), nil
				}
				res, err := good(r)
				res.Header.Set("X-A", "b")
				return res, err
			})}
			c, err := wrapper.New("https://gateway.example.org/a%2Fb/", wrapper.StandardKey(testKeyID, testKey), noWait(),
				wrapper.WithHTTPClient(&http.Client{Transport: rec}), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
			if err != nil {
				t.Fatal(err)
			}
			if err := op.call(t, context.WithValue(t.Context(), mine{}, 1), c); err != nil {
				t.Fatal(err)
			}
			if want := []string{"validate request", "send", "send", "validate response"}; !slices.Equal(stages, want) {
				t.Errorf("stages %v, want %v", stages, want)
			}
			for i, r := range rec.requests {
				if !strings.HasPrefix(r.URL.String(), "https://gateway.example.org/a%2Fb/public_api/") || r.Header.Get("Authorization") != testKey || r.Header.Get("Accept") != "application/json" {
					t.Errorf("attempt %d went to %s with %v", i+1, r.URL, r.Header)
				}
				if op.effect == (rec.bodies[i] == "") {
					t.Errorf("attempt %d sent the body %q", i+1, rec.bodies[i])
				}
			}
			// An error names the operation without the prefix of the gateway.
			refusing, err := newForTenant("https://gateway.example.org/a%2Fb/", canned(418, ""))
			if err != nil {
				t.Fatal(err)
			}
			if e := apiError(t, op.call(t, t.Context(), refusing)); e.Operation != op.what {
				t.Errorf("operation %s, want %s", e.Operation, op.what)
			}
		})
	}
}

// A request editor may give the same header to every request. The race detector sees more.
func TestSharedHeaderIsNotModified(t *testing.T) {
	values := append(make([]string, 0, 9), "1")
	shared := http.Header{"X-Own": values, "x-own": {"2"}}
	c := newClient(t, transport(good))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}, func(_ context.Context, r *http.Request) error {
				r.Header = shared
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	//lint:ignore SA1008 the caller wrote the name like this
	if len(shared) != 2 || len(shared["x-own"]) != 1 || values[:2][1] != "" {
		t.Errorf("the header became %v", shared)
	}
}

func TestRequestValidatorRefuses(t *testing.T) {
	no := errors.New("not like this")
	for _, op := range operations {
		rec := &recorder{next: transport(good)}
		err := op.call(t, t.Context(), newClient(t, rec, wrapper.WithRequestValidator(refusing{no})))
		wantKinds(t, err, "InvalidRequest")
		if len(rec.requests) != 0 || !errors.Is(err, no) {
			t.Errorf("%s: %d requests, %v", op.name, len(rec.requests), err)
		}
		if want := op.what + ": invalid request, nothing was sent: not like this"; err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// net/http would refuse such a request too, but its error would look like a request without a response.
func TestUnsendableRequestIsRefused(t *testing.T) {
	rec := &recorder{next: transport(good)}
	_, err := newClient(t, rec).API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}, func(_ context.Context, r *http.Request) error {
		r.Header["X-Own"] = []string{"1", "Bearer 1\n2"}
		return nil
	})
	wantKinds(t, err, "InvalidRequest")
	if len(rec.requests) != 0 || strings.Contains(fmt.Sprint(err), "Bearer") {
		t.Errorf("%d requests, %v", len(rec.requests), err)
	}
}

// Names that differ in case are one header. The headers about the length of the body belong to net/http.
func TestHeadersInAnyCase(t *testing.T) {
	rec := &recorder{next: transport(good)}
	var validated http.Header
	c := newClient(t, rec, wrapper.WithRequestValidator(&spy{request: func(r *http.Request) error { validated = r.Header; return nil }}))
	_, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}, func(_ context.Context, r *http.Request) error {
		for _, name := range []string{"authorization", "X-XDR-Auth-ID", "content-length", "user-agent", "accept", "x-own"} {
			r.Header[name] = []string{"mine"}
		}
		r.TransferEncoding, r.Trailer = []string{"chunked"}, http.Header{"X-Own": {"1"}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := rec.requests[0]
	for name, want := range map[string]string{"Authorization": testKey, "X-Xdr-Auth-Id": testKeyID, "User-Agent": "mine", "Accept": "mine", "X-Own": "mine"} {
		if got := sent.Header[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, h := range []http.Header{sent.Header, validated} {
		for name := range h {
			if name != http.CanonicalHeaderKey(name) { // net/http leaves out a Content-Length of the caller only under this name
				t.Errorf("header %s", name)
			}
		}
	}
	if sent.TransferEncoding != nil || sent.Trailer != nil {
		t.Errorf("%v, %v", sent.TransferEncoding, sent.Trailer)
	}
	_, err = c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}, func(_ context.Context, r *http.Request) error { r.Header = nil; return nil })
	if err != nil || rec.requests[1].Header.Get("Authorization") != testKey {
		t.Errorf("without any header: %v", err)
	}
}

// A response is redacted before it is validated, so that a violation may quote it. Whether a POST was executed is unknown.
func TestResponseValidatorRefuses(t *testing.T) {
	no := errors.New("not like this")
	quoting := &spy{response: func(_ *http.Request, _ int, _ http.Header, body []byte) error {
		return fmt.Errorf("%w: %.64s", no, body)
	}}
	echo := transport(func(r *http.Request) (*http.Response, error) {
		return response(r, 200, `{"DATA":"`+r.Header.Get("Authorization")+r.Header.Get("X-Xdr-Nonce")+`","reply":{"action_id":"7"}}`), nil
	})
	for own, cred := range keysOfBothTypes {
		for _, op := range operations {
			err := op.call(t, t.Context(), clientWithKey(t, echo, cred, wrapper.WithResponseValidator(quoting)))
			wantKinds(t, err, withUnknown(op, "InvalidResponse")...)
			e := apiError(t, err)
			if e.StatusCode != 200 || len(e.Body) == 0 || e.Operation != op.what || e.Attempts != 1 || !errors.Is(err, no) {
				t.Errorf("%s: %+v", op.name, e)
			}
			if !strings.Contains(err.Error(), "[redacted]") || strings.Contains(fmt.Sprintf("%+v", err), testKey) || strings.Contains(string(e.Body), testKey) {
				t.Errorf("%s, %s: %v", own, op.name, err)
			}
			// An error is not validated.
			err = op.call(t, t.Context(), clientWithKey(t, canned(404, ""), cred, wrapper.WithResponseValidator(quoting)))
			wantKinds(t, err, "NotFound")
		}
	}
}

// Callers log and dump their results.
func TestResultHasTheUnsignedRequest(t *testing.T) {
	for name, cred := range keysOfBothTypes {
		res, err := clientWithKey(t, transport(good), cred).API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for header := range res.HTTPResponse.Request.Header {
			if header == "Authorization" || strings.HasPrefix(header, "X-Xdr") {
				t.Errorf("%s: the result's request has the header %s", name, header)
			}
		}
	}
}

// The generated client can parse the body. A validator sees the Content-Type that the server sent.
func TestResultsThroughAPI(t *testing.T) {
	var seen http.Header
	v := &spy{response: func(_ *http.Request, _ int, h http.Header, _ []byte) error { seen = h; return nil }}
	c := newClient(t, canned(200, "\ufeff"+goodReply, "Content-Type", "text/html", "X-A", "b"), wrapper.WithResponseValidator(v))
	res, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if string(res.Body) != goodReply || res.JSON200 == nil || res.JSON200.Reply.EndpointsCount != "2" || res.StatusCode() != 200 {
		t.Errorf("got %+v", res)
	}
	if h := res.HTTPResponse; h.Header.Get("X-A") != "b" || h.ContentLength != int64(len(goodReply)) {
		t.Errorf("got %+v", h)
	}
	if got := seen.Get("Content-Type"); got != "text/html" {
		t.Errorf("the Content-Type became %q", got)
	}
	// A 200 of another JSON type is the generated client's own decoding error.
	if res, err := newClient(t, canned(200, `[]`)).API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}); res != nil || err == nil {
		t.Errorf("got %+v, %v", res, err)
	}
}

// A body that can be read only once is sent whole with every attempt.
func TestCustomBodies(t *testing.T) {
	for _, contentType := range []string{"application/json", "application/octet-stream"} {
		rec := &recorder{next: canned(429, "")}
		body := &closing{Reader: io.MultiReader(strings.NewReader("one "), strings.NewReader("two"))}
		_, err := newClient(t, rec, noWait()).API().AbortScanWithBodyWithResponse(t.Context(), contentType, body)
		wantKinds(t, err, "RateLimited")
		if !slices.Equal(rec.bodies, []string{"one two", "one two", "one two"}) || body.closed != 1 {
			t.Errorf("sent %q, closed %d times", rec.bodies, body.closed)
		}
		if got := rec.requests[2].ContentLength; got != int64(len("one two")) {
			t.Errorf("length %d", got)
		}
	}
	t.Run("that cannot be read", func(t *testing.T) {
		rec, cause := &recorder{next: transport(good)}, errors.New("disk failure")
		_, err := newClient(t, rec).API().AbortScanWithBodyWithResponse(t.Context(), "application/json", io.MultiReader(strings.NewReader("{"), brokenReader{cause}))
		wantKinds(t, err, "InvalidRequest")
		if len(rec.requests) != 0 || !errors.Is(err, cause) {
			t.Errorf("%d requests, %v", len(rec.requests), err)
		}
	})
	t.Run("none", func(t *testing.T) {
		rec := &recorder{next: transport(good)}
		if _, err := newClient(t, rec).API().AbortScanWithBodyWithResponse(t.Context(), "application/json", nil); err != nil || rec.bodies[0] != "" {
			t.Errorf("sent %q, %v", rec.bodies[0], err)
		}
	})
}

// An editor that replaces the body may leave the old GetBody and the old length behind.
func TestValidatedBodyIsSent(t *testing.T) {
	const all, one = `{"request_data":{"filters":"all"}}`, `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["laptop-17"]}]}}`
	replace := func(_ context.Context, r *http.Request) error {
		r.Body = io.NopCloser(strings.NewReader(one))
		return nil
	}
	for name, adjust := range map[string]func(*http.Request){
		"nothing else":    func(*http.Request) {},
		"the length too":  func(r *http.Request) { r.ContentLength = int64(len(one)) },
		"a wrong length":  func(r *http.Request) { r.ContentLength = 3 },
		"an open length":  func(r *http.Request) { r.ContentLength = -1 },
		"a length of 0":   func(r *http.Request) { r.ContentLength = 0 },
		"GetBody removed": func(r *http.Request) { r.GetBody = nil },
		"GetBody fails":   func(r *http.Request) { r.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("no") } },
	} {
		var validated string
		v := &spy{request: func(r *http.Request) error {
			body, err := io.ReadAll(r.Body)
			again, _ := r.GetBody()
			if second, _ := io.ReadAll(again); string(second) != string(body) || r.ContentLength != int64(len(body)) {
				t.Errorf("%s: the validator sees %q and %q, of %d bytes", name, body, second, r.ContentLength)
			}
			validated = string(body)
			r.Body = http.NoBody // what a validator does to the body changes nothing
			return err
		}}
		rec := &recorder{next: polls(canned(429, "")).next}
		c := newClient(t, rec, noWait(), wrapper.WithRequestValidator(v))
		_, err := c.API().AbortScanWithBodyWithResponse(t.Context(), "application/json", strings.NewReader(all), replace, func(_ context.Context, r *http.Request) error {
			adjust(r)
			return nil
		})
		if err != nil && !strings.Contains(err.Error(), "json") {
			t.Errorf("%s: %v", name, err)
		}
		if validated != one || !slices.Equal(rec.bodies, []string{one, one}) {
			t.Errorf("%s: validated %q, sent %q", name, validated, rec.bodies)
		}
		for _, r := range rec.requests {
			if r.ContentLength != int64(len(one)) {
				t.Errorf("%s: sent %d bytes", name, r.ContentLength)
			}
		}
	}
}

func TestPrepare(t *testing.T) {
	request := func(adjust func(*http.Request)) *http.Request {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "/v1?id=1", nil)
		r.Header = http.Header{"X-Own": {"1\t~ü"}, "x-own": {"2"}, "!#$%&'*+-.^_`|~09AZaz": {""}}
		adjust(r)
		return r
	}
	for want, adjust := range map[string]func(*http.Request){
		"":                                           func(*http.Request) {},
		"no path that begins with a slash":           func(r *http.Request) { r.URL = nil },
		"no path that  begins with a slash":          func(r *http.Request) { r.URL.Path = "v1" },
		`the segment ".."`:                           func(r *http.Request) { r.URL.Path = "/v1/../stop" },
		`the segment  ".."`:                          func(r *http.Request) { r.URL.Path = "/v1/a/.." },
		`the segment     ".."`:                       func(r *http.Request) { r.URL.Path = "/v1/..;a=b/stop" },
		`the segment ".",`:                           func(r *http.Request) { r.URL, _ = url.Parse("/v1/%2e/stop") },
		`the segment   ".."`:                         func(r *http.Request) { r.URL, _ = url.Parse("/v1/a%2f..%2Fb") },
		`the segment    ".."`:                        func(r *http.Request) { r.URL, _ = url.Parse(`/v1/a%5c../b`) },
		"contains a space or a control character":    func(r *http.Request) { r.URL.RawQuery = "id= 1" },
		"contains a space or a  control character":   func(r *http.Request) { r.URL.RawQuery = "id=1\x7f" },
		"method is not a valid HTTP method":          func(r *http.Request) { r.Method = "GET /" },
		"method is not a  valid HTTP method":         func(r *http.Request) { r.Method = "G\u0130T" },
		"has a header whose name is not valid":       func(r *http.Request) { r.Header["X Own"] = nil },
		"has a  header whose name is not valid":      func(r *http.Request) { r.Header[""] = nil },
		"header X-Two contains a line break":         func(r *http.Request) { r.Header["X-Two"] = []string{"1", "2\r\nX: y"} },
		"the request's Host contains a":              func(r *http.Request) { r.Host = "a b" },
		"the  request's Host contains a":             func(r *http.Request) { r.Host = "a\r\nX: y" },
		"header Connection belongs":                  func(r *http.Request) { r.Header["connection"] = []string{"close, x-own"} },
		"header Connection  belongs":                 func(r *http.Request) { r.Header["Connection"] = []string{"close", "close"} },
		"header Transfer-Encoding belongs":           func(r *http.Request) { r.Header["Transfer-Encoding"] = []string{"chunked"} },
		"header Upgrade belongs":                     func(r *http.Request) { r.Header["Upgrade"] = []string{"h2c"} },
		"header X-Two contains a line break or  DEL": func(r *http.Request) { r.Header["X-Two"] = []string{"\x7f"} },
	} {
		r := request(adjust)
		err := wrapper.Prepare(r)
		prefix, _, _ := strings.Cut(want, "  ") // the rest only distinguishes two cases with the same error
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), prefix) {
			t.Errorf("got %v, want %q", err, want)
		}
		if err == nil && (len(r.Header) != 2 || !slices.Equal(slices.Sorted(slices.Values(r.Header["X-Own"])), []string{"1\t~ü", "2"})) {
			t.Errorf("the header became %q", r.Header)
		}
	}
	for _, path := range []string{"/v1/...", "/v1/a..b", "/v1/.a/b.", "/v1/a%2fb/", "/v1//a"} {
		if err := wrapper.Prepare(request(func(r *http.Request) { r.URL, _ = url.Parse(path) })); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, value := range []string{"close", "Keep-Alive"} {
		if err := wrapper.Prepare(request(func(r *http.Request) { r.Header["Connection"] = []string{value} })); err != nil {
			t.Errorf("Connection: %s: %v", value, err)
		}
	}
	if err := wrapper.Prepare(request(func(r *http.Request) { r.Method, r.Header = "", nil })); err != nil {
		t.Errorf("the default method, no header: %v", err)
	}
}

type brokenCloser struct{ io.Reader }

func (brokenCloser) Close() error { return io.ErrClosedPipe }

func TestReadBody(t *testing.T) {
	cause := errors.New("disk failure")
	for name, tt := range map[string]struct {
		body io.ReadCloser
		want string
		err  error
	}{
		"none": {nil, "", nil}, "an empty one": {http.NoBody, "", nil}, "a text": {io.NopCloser(strings.NewReader("text")), "text", nil},
		"one that fails":                    {io.NopCloser(io.MultiReader(strings.NewReader("te"), brokenReader{cause})), "", cause},
		"one that fails when it is closed":  {brokenCloser{strings.NewReader("text")}, "", io.ErrClosedPipe},
		"one that fails, also to be closed": {brokenCloser{brokenReader{cause}}, "", cause},
	} {
		got, err := wrapper.ReadBody(&http.Request{Body: tt.body, GetBody: func() (io.ReadCloser, error) { panic("asked") }})
		if string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	own := &closing{Reader: strings.NewReader("text")}
	if _, err := wrapper.ReadBody(&http.Request{Body: own}); err != nil || own.closed != 1 {
		t.Errorf("%v, closed %d times", err, own.closed)
	}
}

// The body of the request does not change, whatever happens to the body of the copy.
func TestRequestWithBody(t *testing.T) {
	type name struct{}
	ctx := context.WithValue(t.Context(), name{}, "mine")
	for _, body := range []string{"", "the body"} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "/v1", strings.NewReader("another"))
		c := wrapper.WithBody(ctx, r, []byte(body))
		first, _ := io.ReadAll(c.Body)
		second := first
		if body != "" {
			again, err := c.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			second, _ = io.ReadAll(again)
		} else if c.GetBody != nil || c.Body != http.NoBody {
			t.Error("no body is one")
		}
		if string(first) != body || string(second) != body || c.ContentLength != int64(len(body)) || c.Context().Value(name{}) != "mine" {
			t.Errorf("got %q and %q of %d bytes", first, second, c.ContentLength)
		}
		c.Body, c.GetBody, c.ContentLength = http.NoBody, nil, 0
		if own, err := io.ReadAll(r.Body); err != nil || string(own) != "another" || r.ContentLength != int64(len(own)) || r.GetBody == nil {
			t.Errorf("the request's body became %q, %v", own, err)
		}
	}
}
