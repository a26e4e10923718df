// Package bare is the shortest code that makes the two calls: no signature, no timeout, no bound, no error read.
// It is here for orientation.
package bare

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Client calls one tenant.
type Client struct {
	base string
	http *http.Client
}

// New returns a Client.
func New(base string, transport http.RoundTripper) *Client {
	return &Client{base, &http.Client{Transport: transport}}
}

// Status reads the status of a scan run.
func (c *Client) Status(ctx context.Context, runID int64) (string, error) {
	query := url.Values{"id": {strconv.FormatInt(runID, 10)}, "fields": {"status"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/public_api/netscan/v1/scan/run?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	var answer struct{ DATA string }
	err = c.do(r, &answer)
	return answer.DATA, err
}

// Abort cancels the scans of the endpoints with these IDs; nil is all of them.
func (c *Client) Abort(ctx context.Context, ids []string) (string, error) {
	var filters any = "all"
	if ids != nil {
		filters = []any{map[string]any{"field": "endpoint_id_list", "operator": "in", "value": ids}}
	}
	payload, err := json.Marshal(map[string]any{"request_data": map[string]any{"filters": filters}})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/public_api/v1/endpoints/abort_scan", bytes.NewReader(payload))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	var answer struct {
		Reply struct {
			ActionID string `json:"action_id"`
		} `json:"reply"`
	}
	err = c.do(r, &answer)
	return answer.Reply.ActionID, err
}

func (c *Client) do(r *http.Request, answer any) error {
	res, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(answer)
}
