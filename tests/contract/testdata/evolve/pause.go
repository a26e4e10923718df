// Package evolved is a program of a user's, of the day on which the contract has gained an operation.
package evolved

import (
	"context"
	"errors"
	"fmt"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// pause holds the call as CONTRIBUTING.md shows it.
func pause(ctx context.Context, client *wrapper.Client) error {
	// CALL
	return nil
}
