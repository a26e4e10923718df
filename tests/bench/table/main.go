// Command table measures every contestant against the call written by hand, and prints one table of ratios with
// the targets beside them.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"example.com/cortexscan/tests/bench"
)

func main() {
	effort := flag.Float64("effort", 1, "how long to measure; 1 takes some five minutes")
	only := flag.String("only", "", "measure only the rows whose name has this in it")
	flag.Parse()
	t := &table{effort: *effort, only: *only}
	if err := t.measure(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if len(t.rows) == 0 {
		fmt.Fprintf(os.Stderr, "bench: no row has %q in its name: nothing was measured\n", *only)
		os.Exit(2)
	}
	t.print(os.Stdout)
}

// table collects rows.
type table struct {
	effort float64
	only   string
	rows   []row
	notes  []string
	missed int
}

// row is what the contestants took, in relation to hand.
type row struct {
	name    string
	hand    string // absolute, for orientation
	figures map[string]figure
}

type figure struct {
	value     float64
	low, high float64 // quartiles, 0 where there are none
}

func (t *table) wants(name string) bool { return strings.Contains(name, t.only) }

// lasting is the effort for one pair.
func (t *table) lasting(batch, total time.Duration) bench.Effort {
	return bench.Effort{Batch: batch, Total: time.Duration(t.effort * float64(total)), Least: 5}
}

func (t *table) add(r row) {
	t.rows = append(t.rows, r)
	fmt.Fprintf(os.Stderr, "%-30s %s\n", r.name, r.text(bench.Ours))
}

func (t *table) measure() error {
	all, err := bench.Contestants()
	if err != nil {
		return err
	}
	for _, k := range bench.Cases() {
		for _, m := range []bench.Medium{bench.Memory, bench.Loopback} {
			if err := t.calls(all, k, m); err != nil {
				return err
			}
		}
		if err := t.allocations(all, k); err != nil {
			return err
		}
	}
	for _, n := range bench.Goroutines {
		if err := t.goroutines(all, n); err != nil {
			return err
		}
	}
	if err := t.programs(); err != nil {
		return err
	}
	return t.validators()
}
