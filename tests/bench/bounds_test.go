package bench

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/api"

	"github.com/getkin/kin-openapi/openapi3"
)

// What is bounded here does not depend on how fast the machine is.

// TestAllocations: at most 68 for a signed, normalized status call, the answer's own included.
func TestAllocations(t *testing.T) {
	if got := allocations(t, Ours, Cases()[0]); got > 68 {
		t.Errorf("a signed status call makes %v allocations, at most 68 are wanted", got)
	}
}

func allocations(t *testing.T, name string, k Case) float64 {
	t.Helper()
	call, done, err := Setup(named(t, name), k, Memory)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	return testing.AllocsPerRun(200, func() {
		if err := call(); err != nil {
			t.Error(err)
		}
	})
}

// TestLinear: ten times the endpoints cost ten times as much, with a generous margin for noise.
func TestLinear(t *testing.T) {
	abort := func(n int) Case {
		k := Cases()[1]
		k.Call = callAbort(IDs(n))
		return k
	}
	for _, name := range []string{Ours, Validated} {
		few, _, err := Setup(named(t, name), abort(1_000), Memory)
		if err != nil {
			t.Fatal(err)
		}
		many, _, err := Setup(named(t, name), abort(10_000), Memory)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Compare(Repeated(few, Memory), Repeated(many, Memory), Effort{Batch: time.Millisecond, Total: time.Second, Least: 5})
		if err != nil {
			t.Fatal(err)
		}
		if r.Median > 20 {
			t.Errorf("%s: 10,000 ids cost %.1f times what 1,000 cost", name, r.Median)
		}
		if a, b := allocations(t, name, abort(1_000)), allocations(t, name, abort(10_000)); b > 12*a {
			t.Errorf("%s: %v allocations for 1,000 ids, %v for 10,000", name, a, b)
		}
	}
}

// TestNewValidator: at most twice what kin-openapi takes to load the same document from JSON.
func TestNewValidator(t *testing.T) {
	load := func(document []byte) (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(document) }
	doc, err := load(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	inJSON, err := doc.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compare(
		Repeated(func() error { _, err := load(inJSON); return err }, Memory),
		Repeated(func() error { _, err := api.NewValidator(); return err }, Memory),
		Effort{Batch: 20 * time.Millisecond, Total: 2 * time.Second, Least: 9})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("api.NewValidator takes %.2f (%.2f–%.2f) times what kin-openapi takes to load the document from JSON", r.Median, r.Low, r.High)
	if r.Median > 2 {
		t.Errorf("%.2f times, at most twice is wanted", r.Median)
	}
}

// TestPrograms: a program without the validator is at most 6 % larger than the same with the generated code
// alone, of which package html, for the titles of error pages, is 1 %, and neither it nor one with the validator does work of ours before main.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	programs, err := Build(t.TempDir(), "stock", "ours", "validated")
	if err != nil {
		t.Fatal(err)
	}
	stock, ours, validated := programs[0], programs[1], programs[2]
	t.Logf("bytes: generated code alone %d, ours %d (%+.1f %%), with the validator %d",
		stock.Size, ours.Size, 100*(float64(ours.Size)/float64(stock.Size)-1), validated.Size)
	if float64(ours.Size) > 1.06*float64(stock.Size) {
		t.Error("ours is more than 6 % larger")
	}
	base, done := Serve()
	defer done()
	for _, p := range []Program{ours, validated} {
		if _, err := p.Runs(base)(1); err != nil {
			t.Fatal(err)
		}
		trace := initTrace(t, p, base)
		if p == ours && bytes.Contains(trace, []byte("kin-openapi")) {
			t.Error("a program without the validator has kin-openapi in it")
		}
		for _, line := range initialised.FindAllSubmatch(trace, -1) {
			const atMost = 8 << 10
			if size, _ := strconv.Atoi(string(line[2])); size > atMost {
				t.Errorf("%s: package %s allocates %d bytes before main", p.Name, line[1], size)
			}
		}
	}
}

var initialised = regexp.MustCompile(`(?m)^init (example\.com/cortexscan\S*) .* (\d+) bytes, \d+ allocs$`)

func initTrace(t *testing.T, p Program, base string) []byte {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), p.Path, base)
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "init net/http ") {
		t.Fatalf("%v: no trace: %s", err, out)
	}
	return out
}

func named(tb testing.TB, name string) Contestant {
	tb.Helper()
	for _, c := range contestants(tb) {
		if c.Name == name {
			return c
		}
	}
	tb.Fatalf("there is no contestant %q", name)
	return Contestant{}
}
