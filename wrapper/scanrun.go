package wrapper

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
)

var defaultFields = []string{"status"}

// GetScanRunStatus reads the status of a network scan run. The fields say what the response is to cover; without any it is "status",
// the only value that the service documents. A run that does not exist is an [ErrNotFound].
func (c *Client) GetScanRunStatus(ctx context.Context, runID int64, fields ...string) (*gen.ScanRunStatus, error) {
	const operation = "get scan run status"
	if len(fields) == 0 {
		fields = defaultFields
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
		// An empty message is fine, a missing one is not. The service also writes "data", which is the same to encoding/json.
		var reply struct{ DATA *string }
		if v.DATA == "" && (json.Unmarshal(body, &reply) != nil || reply.DATA == nil) {
			return "field DATA"
		}
		return ""
	})
}
