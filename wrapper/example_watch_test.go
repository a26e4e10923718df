package wrapper_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"sync"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// This program watches five scan runs at once and logs every change. The watches share a client and its rate limit. A poll that
// fails for a temporary reason causes a warning, and the watch continues. The last run does not exist, so its watch ends.
func Example_watchFiveRuns() {
	tenant := sandbox.New(sandbox.WithKey("17", "demo-key", sandbox.Advanced))
	for _, run := range []int64{781, 782, 783, 784} {
		tenant.AddScanRun(run, "Pending", "Running", "Completed") // the tenant has no run 785
	}
	server := httptest.NewServer(tenant)
	defer server.Close()

	client, err := wrapper.New(server.URL, wrapper.AdvancedKey("17", "demo-key"), wrapper.WithRateLimit(1000, 5))
	if err != nil {
		slog.Error(err.Error())
		return
	}
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	var all sync.WaitGroup
	for run := int64(781); run <= 785; run++ {
		all.Go(func() { watch(context.Background(), client, log.With("run", run), run) })
	}
	all.Wait()
	// Unordered output:
	// level=INFO msg=state run=781 state=Pending
	// level=INFO msg=state run=781 state=Running
	// level=INFO msg=state run=781 state=Completed
	// level=INFO msg=state run=782 state=Pending
	// level=INFO msg=state run=782 state=Running
	// level=INFO msg=state run=782 state=Completed
	// level=INFO msg=state run=783 state=Pending
	// level=INFO msg=state run=783 state=Running
	// level=INFO msg=state run=783 state=Completed
	// level=INFO msg=state run=784 state=Pending
	// level=INFO msg=state run=784 state=Running
	// level=INFO msg=state run=784 state=Completed
	// level=WARN msg="poll failed" run=785 error="wait for scan run 785: GET /public_api/netscan/v1/scan/run: Run ID not found: id: no scan run has this ID (HTTP 404)"
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
