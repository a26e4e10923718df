// Command cortexscan reads the status of scan runs and cancels endpoint scans of a Cortex tenant, holds recorded
// requests against the contract, and shows all of that without a tenant.
//
//	cortexscan demo
//	cortexscan status 789 --wait
//	cortexscan abort --hostname laptop-17 --dry-run
//	cortexscan validate recording.har
//
// "cortexscan --help" lists the commands, the settings and the exit status.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(mainStatus()) }

// mainStatus runs the program in the real environment.
func mainStatus() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// From the first signal on the second one kills, should the clean way out take too long.
	context.AfterFunc(ctx, stop)
	return run(ctx, realSystem())
}
