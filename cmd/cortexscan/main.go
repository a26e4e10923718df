// Command cortexscan reads the status of scan runs and cancels endpoint scans of a Cortex tenant, validates recorded
// requests against the contract, and runs a tenant in memory to try all of that.
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
	// After the first signal a second one kills the program, in case its clean end takes too long.
	context.AfterFunc(ctx, stop)
	return run(ctx, realSystem())
}
