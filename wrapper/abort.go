package wrapper

import (
	"context"
	"encoding/json"
	"errors"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
)

// AbortOption adds something to an abort. It cannot change which endpoints the abort is for. The zero value is refused.
type AbortOption struct{ incidentID string }

// WithIncident shows the action in the console's timeline of the incident with this ID. A blank ID is an [ErrInvalidRequest].
func WithIncident(id string) AbortOption { return AbortOption{incidentID: id} }

// AbortScan cancels the scans of the targets that are pending or in progress. Its result means that the service accepted the
// request, not that the scans have stopped: follow the action by its ID in the console's Action Center.
//
// Targets that name no endpoint are an [ErrInvalidRequest], never all endpoints. If nothing matches, the error is an
// [ErrNoEndpoints]. After an [ErrOutcomeUnknown] the abort may have been executed; AbortScan does not send it again.
func (c *Client) AbortScan(ctx context.Context, targets Targets, opts ...AbortOption) (*gen.AbortScanReply, error) {
	const operation = "abort scan"
	var body gen.AbortScanRequest
	var err error
	if body.RequestData.Filters, err = targets.encode(); err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	for _, opt := range opts {
		if text.IsBlank(opt.incidentID) {
			return nil, &invalidRequestError{operation, errors.New("the incident ID is blank: is a variable unset?")}
		}
		body.RequestData.IncidentID = opt.incidentID
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	r, err := gen.NewAbortScanRequestWithBody("/", "application/json", nil)
	if err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	res, err := fetch(ctx, c.pipeline, r, encoded, func(v *gen.AbortScanResponse, _ []byte) string {
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
