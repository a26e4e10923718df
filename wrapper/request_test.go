package wrapper

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

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
		"method is not a word":                       func(r *http.Request) { r.Method = "GET /" },
		"method is not a  word":                      func(r *http.Request) { r.Method = "G\u0130T" },
		"name of one of the request's headers":       func(r *http.Request) { r.Header["X Own"] = nil },
		"name of one of the  request's headers":      func(r *http.Request) { r.Header[""] = nil },
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
		err := prepare(r)
		prefix, _, _ := strings.Cut(want, "  ") // the rest only tells two of the same error apart
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), prefix) {
			t.Errorf("got %v, want %q", err, want)
		}
		if err == nil && (len(r.Header) != 2 || !slices.Equal(slices.Sorted(slices.Values(r.Header["X-Own"])), []string{"1\t~ü", "2"})) {
			t.Errorf("the header became %q", r.Header)
		}
	}
	for _, path := range []string{"/v1/...", "/v1/a..b", "/v1/.a/b.", "/v1/a%2fb/", "/v1//a"} {
		if err := prepare(request(func(r *http.Request) { r.URL, _ = url.Parse(path) })); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, value := range []string{"close", "Keep-Alive"} {
		if err := prepare(request(func(r *http.Request) { r.Header["Connection"] = []string{value} })); err != nil {
			t.Errorf("Connection: %s: %v", value, err)
		}
	}
	if err := prepare(request(func(r *http.Request) { r.Method, r.Header = "", nil })); err != nil {
		t.Errorf("the default method, no header: %v", err)
	}
}

type failingReader struct{ err error }

func (r *failingReader) Read([]byte) (int, error) { return 0, r.err }

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }

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
		"one that fails":                    {io.NopCloser(io.MultiReader(strings.NewReader("te"), &failingReader{cause})), "", cause},
		"one that fails when it is closed":  {brokenCloser{strings.NewReader("text")}, "", io.ErrClosedPipe},
		"one that fails, also to be closed": {brokenCloser{&failingReader{cause}}, "", cause},
	} {
		got, err := readBody(&http.Request{Body: tt.body, GetBody: func() (io.ReadCloser, error) { panic("asked") }})
		if string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	own := &closeCounter{Reader: strings.NewReader("text")}
	if _, err := readBody(&http.Request{Body: own}); err != nil || own.closed != 1 {
		t.Errorf("%v, closed %d times", err, own.closed)
	}
}

// TestRequestWithBody: whatever becomes of the body of the copy, that of the request does not change.
func TestRequestWithBody(t *testing.T) {
	type name struct{}
	ctx := context.WithValue(t.Context(), name{}, "mine")
	for _, body := range []string{"", "the body"} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "/v1", strings.NewReader("another"))
		c := withBody(ctx, r, []byte(body))
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
