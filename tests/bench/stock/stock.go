// Package stock is our generated client as it comes, without the wrapper: no signature, no timeout, no bound;
// which of its fields is filled is for the caller to look at.
package stock

import (
	"context"
	"fmt"
	"net/http"

	"example.com/cortexscan/gen"
)

// Client calls one tenant.
type Client struct{ api *gen.ClientWithResponses }

// New returns a Client.
func New(base string, transport http.RoundTripper) (*Client, error) {
	api, err := gen.NewClientWithResponses(base, gen.WithHTTPClient(&http.Client{Transport: transport}))
	return &Client{api}, err
}

// Error is an answer other than the documented success.
type Error struct {
	StatusCode int
	Message    string
	Details    gen.ErrorDetails
}

func (e *Error) Error() string { return fmt.Sprintf("HTTP %d: %s", e.StatusCode, e.Message) }

// Status reads the status of a scan run.
func (c *Client) Status(ctx context.Context, runID int64) (string, error) {
	res, err := c.api.GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{
		ID: runID, Fields: []string{"status"}, UserAgent: "stock/1.0",
	})
	switch {
	case err != nil:
		return "", err
	case res.JSON200 != nil:
		return res.JSON200.DATA, nil
	case res.JSON400 != nil:
		return "", &Error{res.StatusCode(), res.JSON400.ErrMsg, res.JSON400.Metadata.ErrExtra}
	}
	return "", &Error{StatusCode: res.StatusCode()}
}

// Abort cancels the scans of the endpoints with these IDs; nil is all of them.
func (c *Client) Abort(ctx context.Context, ids []string) (string, error) {
	var filters gen.EndpointFilters = gen.AllEndpoints
	if ids != nil {
		filters = []gen.EndpointFilter{{Field: "endpoint_id_list", Operator: "in", Value: ids}}
	}
	res, err := c.api.AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: filters}})
	switch {
	case err != nil:
		return "", err
	case res.JSON200 != nil:
		return string(res.JSON200.Reply.ActionID), nil
	case res.JSON500 != nil:
		body, err := res.JSON500.AsXDRReplyError()
		if err != nil {
			return "", err
		}
		return "", &Error{StatusCode: res.StatusCode(), Message: body.Reply.ErrMsg}
	}
	return "", &Error{StatusCode: res.StatusCode()}
}
