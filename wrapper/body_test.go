package wrapper_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/cortexscan/wrapper"
)

// TestBodiesAreReadWhole in whatever portions they come, with and without a length.
func TestBodiesAreReadWhole(t *testing.T) {
	for _, size := range []int{40, 4095, 4096, 4097, 12287, 12288, 12289, 64<<10 - 1, 64 << 10, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		body := `{"DATA": "` + strings.Repeat("x", size-len(`{"DATA": ""}`)) + `"}`
		for name, portion := range map[string]func(io.Reader) io.Reader{
			"at once":            func(r io.Reader) io.Reader { return r },
			"in halves":          iotest.HalfReader,
			"the end at once":    iotest.DataErrReader,
			"nothing in between": func(r io.Reader) io.Reader { return &hesitant{r: r} },
		} {
			for _, length := range []int64{int64(size), -1} {
				c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
					res := response(r, 200, "")
					res.Body, res.ContentLength = io.NopCloser(portion(strings.NewReader(body))), length
					return res, nil
				}))
				got, err := c.GetScanRunStatus(t.Context(), 1)
				if err != nil || len(got.DATA) != size-len(`{"DATA": ""}`) {
					t.Errorf("%d bytes %s, length %d: %v", size, name, length, err)
				}
			}
		}
	}
	c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
		res := response(r, 200, "")
		res.Body, res.ContentLength = io.NopCloser(iotest.OneByteReader(strings.NewReader(goodStatus))), -1
		return res, nil
	}))
	if _, err := c.GetScanRunStatus(t.Context(), 1); err != nil {
		t.Errorf("byte by byte: %v", err)
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

// endless is a body that never ends, and counts what is read of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += int64(len(p))
	return len(p), nil
}
func (e *endless) Close() error { return nil }

// TestEndlessBodies: what is read, and what is kept in memory, stays near the limit, and the kept body under 64 KiB.
func TestEndlessBodies(t *testing.T) {
	for _, limit := range []int64{1, 1000, 100 << 10, 8 << 20} {
		for _, length := range []int64{-1, 1 << 40} {
			for _, status := range []int{200, 500} {
				t.Run(fmt.Sprintf("limit %d, length %d, status %d", limit, length, status), func(t *testing.T) {
					body := &endless{}
					c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
						res := response(r, status, "")
						res.Body, res.ContentLength = body, length
						return res, nil
					}), wrapper.WithMaxResponseBytes(limit))
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					err := operations[0].call(t, t.Context(), c)
					runtime.ReadMemStats(&after)
					if !errors.Is(err, wrapper.ErrResponseTooLarge) {
						t.Fatal(err)
					}
					if e := apiError(t, err); int64(len(e.Body)) != min(limit, 64<<10) {
						t.Errorf("%d bytes are kept", len(e.Body))
					}
					if most := limit + 2<<20; body.read > most {
						t.Errorf("%d bytes were read", body.read)
					}
					if took := after.TotalAlloc - before.TotalAlloc; took > 2*uint64(limit)+4<<20 {
						t.Errorf("%d bytes were allocated", took)
					}
				})
			}
		}
	}
}

// TestALengthThatLies costs no memory: it is believed up to a mebibyte only.
func TestALengthThatLies(t *testing.T) {
	for _, length := range []int64{1 << 20, 7 << 20, math.MaxInt64} {
		c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
			res := response(r, 200, goodStatus)
			res.ContentLength = length
			return res, nil
		}), wrapper.WithMaxResponseBytes(-1))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := c.GetScanRunStatus(t.Context(), 1)
		runtime.ReadMemStats(&after)
		if err != nil && length < math.MaxInt64 {
			t.Error(err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("length %d: %d bytes were allocated", length, took)
		}
	}
}
