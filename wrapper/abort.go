package wrapper

import (
	"context"
	"errors"

	"example.com/cortexscan/gen"
)

// AbortOption adds something to an abort.
type AbortOption func(*gen.AbortScanRequestData) error

// WithIncident shows the action in the timeline of the incident with this ID, in the console. A blank ID is
// refused.
func WithIncident(id string) AbortOption {
	return func(d *gen.AbortScanRequestData) error {
		if isBlank(id) {
			return errors.New("the incident ID is blank: is a variable unset?")
		}
		d.IncidentID = id
		return nil
	}
}

// AbortScan cancels the scans of the targets, as far as they are pending or in progress. Its result says that
// the service accepted the request, not that the scans have stopped: the action is followed by its ID in the
// console's Action Center.
//
// Targets that name no endpoint are refused with [ErrInvalidRequest] and never mean all. Where nothing matches,
// the error is [ErrNoEndpoints]. Where it is [ErrOutcomeUnknown] the abort may have been carried out: it is not
// sent again by itself.
func (c *Client) AbortScan(ctx context.Context, targets Targets, opts ...AbortOption) (*gen.AbortScanReply, error) {
	const operation = "abort scan"
	filters, err := targets.encode()
	if err != nil {
		return nil, &refusedError{operation, err}
	}
	body := gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: filters}}
	for _, opt := range opts {
		if opt == nil {
			return nil, refused(operation, "an AbortOption is nil")
		}
		if err := opt(&body.RequestData); err != nil {
			return nil, &refusedError{operation, err}
		}
	}
	r, err := gen.NewAbortScanRequest("/", body)
	if err != nil {
		return nil, &refusedError{operation, err}
	}
	res, err := fetch(ctx, c, r, func(v *gen.AbortScanResponse, _ *answer) string {
		if v.Reply.ActionID == "" {
			return "reply with an action_id"
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	return &res.Reply, nil
}
