// Package oneshot is what the programs below it have in common: one call, from start to answer.
package oneshot

import (
	"context"
	"fmt"
	"os"
)

// The key that they sign with.
const (
	KeyID = "17"
	Key   = "kQ3vXo0sT9uYw2bLr5dPz7hJn1mCf8gAeI4tVxSyBqDUOWNE6lRZaFGiKcHjMp0123kQ3vXo0sT9uYw2bLr5dPz7hJn1mCf8gAeI4tVxSyBqDUOWNE6lRZaFGiKcHjMp"
)

// Caller makes the call.
type Caller interface {
	Status(ctx context.Context, runID int64) (string, error)
}

// Run asks the tenant that is named as argument for a status, and prints it.
func Run(dial func(base string) (Caller, error)) {
	c, err := dial(os.Args[1])
	if err == nil {
		var state string
		if state, err = c.Status(context.Background(), 789); err == nil {
			fmt.Println(state)
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
