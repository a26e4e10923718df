package bench

import (
	"fmt"
	"testing"
	"time"
)

// The names are in benchstat's form: go test -bench Call . | benchstat -col /who -

func BenchmarkCall(b *testing.B) {
	for _, medium := range []Medium{Memory, Loopback} {
		for _, k := range Cases() {
			for _, c := range contestants(b) {
				if k.Fails && !c.Explains {
					continue
				}
				b.Run(fmt.Sprintf("medium=%s/case=%s/who=%s", medium, k.Name, c.Name), func(b *testing.B) {
					call, done, err := Setup(c, k, medium)
					if err != nil {
						b.Fatal(err)
					}
					defer done()
					b.ReportAllocs()
					for b.Loop() {
						if err := call(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkGoroutines is status calls on one Client over loopback.
func BenchmarkGoroutines(b *testing.B) {
	for _, goroutines := range Goroutines {
		for _, c := range contestants(b) {
			b.Run(fmt.Sprintf("goroutines=%d/who=%s", goroutines, c.Name), func(b *testing.B) {
				call, done, err := Setup(c, Cases()[0], Loopback)
				if err != nil {
					b.Fatal(err)
				}
				defer done()
				b.ResetTimer()
				if _, err := Parallel(call, goroutines)(b.N); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// BenchmarkValidator is the validation of a request alone.
func BenchmarkValidator(b *testing.B) {
	for _, k := range Cases()[:3] {
		ours, libopenapi, err := Validators(k)
		if err != nil {
			b.Fatal(err)
		}
		for _, v := range []struct {
			who      string
			validate func() error
		}{{"ours", ours}, {"libopenapi", libopenapi}} {
			b.Run(fmt.Sprintf("case=%s/who=%s", k.Name, v.who), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := v.validate(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkOneShot is a whole program, from its start to the answer.
func BenchmarkOneShot(b *testing.B) {
	programs, err := Build(b.TempDir(), OneShot...)
	if err != nil {
		b.Fatal(err)
	}
	base, done := Serve()
	defer done()
	for _, p := range programs {
		b.Run("who="+p.Name, func(b *testing.B) {
			b.ReportMetric(float64(p.Size), "B")
			if _, err := p.Runs(base)(b.N); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// TestCompare: what takes twice as long is found to.
func TestCompare(t *testing.T) {
	batch := func(each time.Duration) Batch {
		return func(n int) (time.Duration, error) { return time.Duration(n) * each, nil }
	}
	r, err := Compare(batch(time.Millisecond), batch(2*time.Millisecond), Effort{Batch: 10 * time.Millisecond, Least: 3})
	if err != nil || r.Median != 2 || r.Rounds != 3 || r.A != time.Millisecond {
		t.Errorf("%+v, %v", r, err)
	}
}

func contestants(tb testing.TB) []Contestant {
	tb.Helper()
	all, err := Contestants()
	if err != nil {
		tb.Fatal(err)
	}
	return all
}
