package wrapper

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
)

var statusAlone = []string{"status"}

// GetScanRunStatus reads the status of a network scan run. The fields say what the answer is to cover; without any it is
// "status", the only value that the service documents. A run that does not exist is an [ErrNotFound].
func (c *Client) GetScanRunStatus(ctx context.Context, runID int64, fields ...string) (*gen.ScanRunStatus, error) {
	const operation = "get scan run status"
	if len(fields) == 0 {
		fields = statusAlone
	}
	if slices.ContainsFunc(fields, text.IsBlank) {
		return nil, &invalidRequestError{operation, errors.New(`a field is blank: name one, such as "status", or none`)}
	}
	r, err := gen.NewGetScanRunStatusRequest("/", &gen.GetScanRunStatusParams{
		ID: runID, Fields: fields, UserAgent: c.pipeline.userAgent,
	})
	if err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	return fetch(ctx, c.pipeline, r, nil, func(v *gen.ScanRunStatus, body []byte) string {
		if v.DATA == "" && !hasMessage(body) {
			return "member DATA"
		}
		return ""
	})
}

// hasMessage tells an empty message from one that is missing. The service also spells the member "data" (seen in published
// clients), which is the same to encoding/json.
func hasMessage(body []byte) bool {
	var reply struct{ DATA *string }
	return json.Unmarshal(body, &reply) == nil && reply.DATA != nil
}
