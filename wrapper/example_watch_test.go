package wrapper_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"example.com/cortexscan/wrapper"
)

// This program watches two scan runs at once and logs every change. The watches share a client and its rate limit. If a poll
// fails for a temporary reason, the program logs a warning and the watch continues. The second run does not exist, so its watch ends.
func Example_watchScanRuns() {
	client, closeTenant := demoClient(wrapper.WithRateLimit(1000, 5))
	defer closeTenant()
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	var all sync.WaitGroup
	for _, run := range []int64{789, 790} {
		all.Go(func() { watch(context.Background(), client, log.With("run", run), run) })
	}
	all.Wait()
	// Unordered output:
	// level=INFO msg=state run=789 state=Pending
	// level=INFO msg=state run=789 state=Running
	// level=INFO msg=state run=789 state=Completed
	// level=WARN msg="poll failed" run=790 error="wait for scan run 790: GET /public_api/netscan/v1/scan/run: Run ID not found: id: no scan run has this ID (HTTP 404)"
}

func watch(ctx context.Context, client *wrapper.Client, log *slog.Logger, run int64) {
	last := ""
	for status, err := range client.WatchScanRun(ctx, run, wrapper.WaitOptions{Every: time.Millisecond}) {
		switch {
		case err != nil:
			log.Warn("poll failed", "error", err)
		case status.State() != last:
			last = status.State()
			log.Info("state", "state", last)
		}
	}
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
