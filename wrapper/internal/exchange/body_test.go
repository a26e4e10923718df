package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// closing counts how often it is closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

// read reads a body, which must be closed afterwards, whatever becomes of it, so that its connection can be used again.
func read(t *testing.T, r io.Reader, length, limit int64) (body []byte, tooLarge bool, err error) {
	t.Helper()
	c := &closing{Reader: r}
	body, tooLarge, err = readBody(&http.Response{Body: c, ContentLength: length}, limit, func() {})
	if c.closed != 1 {
		t.Errorf("closed %d times", c.closed)
	}
	return body, tooLarge, err
}

// TestBodiesAreReadWhole in whatever portions they come, with and without a length, up to the limit and not beyond.
func TestBodiesAreReadWhole(t *testing.T) {
	for _, size := range []int{0, 1, 4095, 4096, 4097, 12287, 12288, 12289, 64<<10 - 1, 64 << 10, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		text := strings.Repeat("0123456789abcdef\n", size/17+1)[:size]
		for name, portion := range map[string]func(io.Reader) io.Reader{
			"at once":            func(r io.Reader) io.Reader { return r },
			"in halves":          iotest.HalfReader,
			"the end at once":    iotest.DataErrReader,
			"nothing in between": func(r io.Reader) io.Reader { return &hesitant{r: r} },
		} {
			for _, length := range []int64{int64(size), -1} {
				for _, limit := range []int64{int64(size), int64(size) + 1, math.MaxInt64 - 1} {
					got, tooLarge, err := read(t, portion(strings.NewReader(text)), length, limit)
					if string(got) != text || tooLarge || err != nil {
						t.Errorf("%d bytes %s, length %d, limit %d: %d bytes, %v, %v", size, name, length, limit, len(got), tooLarge, err)
					}
				}
				if size == 0 {
					continue
				}
				got, tooLarge, err := read(t, portion(strings.NewReader(text)), length, int64(size)-1)
				if string(got) != text[:min(size-1, MaxShown)] || !tooLarge || err != nil {
					t.Errorf("%d bytes %s, length %d, a byte over the limit: %d bytes, %v, %v", size, name, length, len(got), tooLarge, err)
				}
			}
		}
	}
}

// hesitant gives nothing at every other call.
type hesitant struct {
	r    io.Reader
	turn bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.turn = !h.turn; h.turn {
		return 0, nil
	}
	return h.r.Read(p)
}

// TestBodiesThatBreakOff: what had come is kept, as far as an error shows it.
func TestBodiesThatBreakOff(t *testing.T) {
	cause := errors.New("cable pulled")
	for _, size := range []int{0, 10, 5000, MaxShown, MaxShown + 1, 2 << 20} {
		text := strings.Repeat("x", size)
		for _, length := range []int64{-1, 3 << 20} {
			got, tooLarge, err := read(t, io.MultiReader(strings.NewReader(text), &failingReader{cause}), length, 4<<20)
			if string(got) != text[:min(size, MaxShown)] || tooLarge || !errors.Is(err, cause) {
				t.Errorf("%d bytes, length %d: %d bytes, %v, %v", size, length, len(got), tooLarge, err)
			}
		}
	}
}

// endless is a body that never ends, and counts what is read of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestEndlessBodies: what is read, and what is kept in memory, stays near the limit.
func TestEndlessBodies(t *testing.T) {
	for _, limit := range []int64{1, 1000, 100 << 10, 8 << 20} {
		for _, length := range []int64{-1, 1 << 40} {
			t.Run(fmt.Sprintf("limit %d, length %d", limit, length), func(t *testing.T) {
				body := &endless{}
				took := allocated(func() {
					got, tooLarge, err := read(t, body, length, limit)
					if int64(len(got)) != min(limit, MaxShown) || !tooLarge || err != nil {
						t.Errorf("%d bytes, %v, %v", len(got), tooLarge, err)
					}
				})
				if length > 0 && body.read > MaxShown+512 || body.read > limit+2<<20 || took > 2*uint64(limit)+4<<20 {
					t.Errorf("%d bytes were read, %d allocated", body.read, took)
				}
			})
		}
	}
}

// TestALengthThatLies costs no memory: it is believed up to a mebibyte only.
func TestALengthThatLies(t *testing.T) {
	for length, most := range map[int64]uint64{maxChunk - 1: 5 << 18, maxChunk: 64 << 10, 7 << 20: 64 << 10, math.MaxInt64: 64 << 10} {
		if took := allocated(func() { _, _, _ = read(t, strings.NewReader("short"), length, math.MaxInt64) }); took > most {
			t.Errorf("length %d: %d bytes were allocated", length, took)
		}
	}
	// One that is true costs what it says.
	if took := allocated(func() { _, _, _ = read(t, strings.NewReader(strings.Repeat("x", 900<<10)), 900<<10, 1<<20) }); took > 2<<20 {
		t.Errorf("%d bytes were allocated", took)
	}
}

// TestAnAnswerThatIsKnownToBeTooLarge is waited for briefly, and the request then ended; one whose beginning is there is not.
func TestAnAnswerThatIsKnownToBeTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		res := do(t.Context(), t, newClient(transport(func(r *http.Request) (*http.Response, error) {
			response := answer(500, &stalling{ctx: r.Context(), text: "the beginning"})
			response.ContentLength = 2 << 20
			return response, nil
		}), func(c *Client) { c.Timeout = time.Minute }), http.MethodGet)
		if took := time.Since(start); took != time.Second || !res.TooLarge || res.Err != nil || res.Ended != nil || string(res.Body) != "the beginning" {
			t.Errorf("after %v: %+v", took, res)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, _, _ = readBody(&http.Response{Body: io.NopCloser(&endless{}), ContentLength: 2 << 20}, 1<<20, cancel)
		if Sleep(ctx, time.Hour, "the end") != nil {
			t.Error("the request is ended after its answer was read")
		}
	})
}

// stalling gives its text, and then nothing until the context has ended.
type stalling struct {
	ctx  context.Context
	text string
}

func (s *stalling) Read(p []byte) (n int, err error) {
	if s.text == "" {
		<-s.ctx.Done()
		return 0, s.ctx.Err()
	}
	n = copy(p, s.text)
	s.text = s.text[n:]
	return n, nil
}
