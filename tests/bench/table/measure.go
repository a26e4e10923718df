package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"example.com/cortexscan/tests/bench"
)

// against measures every contestant that takes part against hand, by batches that batch makes of its calls.
func (t *table) against(name string, all []bench.Contestant, k bench.Case, m bench.Medium, e bench.Effort, batch func(call func() error) bench.Batch) (row, error) {
	r := row{name: name, figures: map[string]figure{}}
	for _, c := range all[1:] {
		if k.Fails && !c.Explains {
			continue
		}
		hand, handDone, err := bench.Setup(all[0], k, m)
		if err != nil {
			return r, err
		}
		call, done, err := bench.Setup(c, k, m)
		if err != nil {
			return r, err
		}
		ratio, err := bench.Compare(batch(hand), batch(call), e)
		done()
		handDone()
		if err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		r.hand = short(ratio.A)
		r.figures[c.Name] = figureOf(ratio)
	}
	return r, nil
}

func figureOf(r bench.Ratio) figure { return figure{r.Median, r.Low, r.High} }

func (t *table) calls(all []bench.Contestant, k bench.Case, m bench.Medium) error {
	name := fmt.Sprintf("%s, %s", k.Name, m)
	if !t.wants(name) {
		return nil
	}
	// In memory a batch is long enough for its garbage to be collected within it; over loopback it is a few calls,
	// most of which nothing else on the machine interrupts.
	e := t.lasting(8*time.Millisecond, 2*time.Second)
	if m == bench.Loopback {
		e = t.lasting(200*time.Microsecond, 3*time.Second)
	}
	r, err := t.against(name, all, k, m, e, func(call func() error) bench.Batch { return bench.Repeated(call, m) })
	if err == nil {
		t.add(r)
	}
	return err
}

// allocations are counted, not measured: they are the same in every run.
func (t *table) allocations(all []bench.Contestant, k bench.Case) error {
	name := k.Name + ", allocations"
	if !t.wants(name) {
		return nil
	}
	r := row{name: name, figures: map[string]figure{}}
	for _, c := range all {
		if k.Fails && !c.Explains {
			continue
		}
		call, done, err := bench.Setup(c, k, bench.Memory)
		if err != nil {
			return err
		}
		n := testing.AllocsPerRun(20, func() { _ = call() })
		done()
		if c.Name == bench.Hand {
			r.hand = fmt.Sprint(n)
		} else {
			r.figures[c.Name] = figure{value: n}
		}
	}
	t.add(r)
	return nil
}

// goroutines compares throughputs, of which more is better.
func (t *table) goroutines(all []bench.Contestant, n int) error {
	name := fmt.Sprintf("goroutines: %d, throughput", n)
	if !t.wants(name) {
		return nil
	}
	r, err := t.against(name, all, bench.Cases()[0], bench.Loopback, t.lasting(30*time.Millisecond, 5*time.Second),
		func(call func() error) bench.Batch { return bench.Parallel(call, n) })
	if err != nil {
		return err
	}
	for who, f := range r.figures {
		r.figures[who] = figure{1 / f.value, 1 / f.high, 1 / f.low}
	}
	t.add(r)
	return nil
}

// columnOf is where a program's figures stand.
var columnOf = map[string]string{"bare": bench.Bare, "stock": bench.Stock, "resty": bench.Resty, "ours": bench.Ours, "validated": bench.Validated}

func (t *table) programs() error {
	if !t.wants("one-shot program") {
		return nil
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	programs, err := bench.Build(dir, bench.OneShot...)
	if err != nil {
		return err
	}
	base, done := bench.Serve()
	defer done()
	hand := programs[0]
	took := row{name: "one-shot program, start to answer", figures: map[string]figure{}}
	size := row{name: "one-shot program, stripped size", hand: fmt.Sprintf("%.2f MB", float64(hand.Size)/1e6), figures: map[string]figure{}}
	for _, p := range programs[1:] {
		ratio, err := bench.Compare(hand.Runs(base), p.Runs(base), t.lasting(time.Millisecond, 4*time.Second))
		if err != nil {
			return err
		}
		took.hand = short(ratio.A)
		took.figures[columnOf[p.Name]] = figureOf(ratio)
		size.figures[columnOf[p.Name]] = figure{value: float64(p.Size) / float64(hand.Size)}
	}
	t.add(took)
	t.add(size)
	ours, stock := size.figures[bench.Ours].value, size.figures[bench.Stock].value
	t.note("A program without the validator is %.1f %% larger than one with the generated code alone (target: at most 5 %%).", 100*(ours/stock-1))
	if ours > 1.05*stock {
		t.missed++
	}
	return nil
}

func (t *table) validators() error {
	for _, k := range bench.Cases()[:4] {
		if !t.wants("validator alone, " + k.Name) {
			continue
		}
		ours, libopenapi, err := bench.Validators(k)
		if err != nil {
			return err
		}
		ratio, err := bench.Compare(bench.Repeated(ours, bench.Memory), bench.Repeated(libopenapi, bench.Memory), t.lasting(8*time.Millisecond, 2*time.Second))
		if err != nil {
			return err
		}
		t.note("Validator alone, %s: libopenapi-validator takes %.1f times (%.1f–%.1f) as long as ours, %s.", k.Name, ratio.Median, ratio.Low, ratio.High, short(ratio.A))
	}
	return nil
}

func short(d time.Duration) string {
	switch {
	case d < 10*time.Microsecond:
		return d.Round(10 * time.Nanosecond).String()
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	}
	return d.Round(100 * time.Microsecond).String()
}
