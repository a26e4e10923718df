// Package evolved calls operations that were added to the spec.
package evolved

import (
	"context"
	"errors"
	"fmt"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// call makes the call that CONTRIBUTING.md shows.
func call(ctx context.Context, client *wrapper.Client) error {
	// CALL
	return nil
}

// status calls an adopted operation.
func status(ctx context.Context, client *wrapper.Client) (*gen.GetActionStatusResult, error) {
	var body gen.GetActionStatusJSONRequestBody
	if err := body.RequestData.GroupActionID.FromGetActionStatusJSONBodyRequestDataGroupActionID0(22519813685366); err != nil {
		return nil, err
	}
	return client.API().GetActionStatusWithResponse(ctx, body)
}
