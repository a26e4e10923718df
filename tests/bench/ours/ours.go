// Package ours is the wrapper, as its users call it.
package ours

import (
	"context"
	"net/http"

	"example.com/cortexscan/wrapper"
)

// Client calls one tenant.
type Client struct{ c *wrapper.Client }

// New returns a Client.
func New(base string, cred wrapper.Credential, transport http.RoundTripper, opts ...wrapper.Option) (*Client, error) {
	if transport != nil {
		opts = append(opts, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
	}
	c, err := wrapper.New(base, cred, opts...)
	return &Client{c}, err
}

// Status reads the status of a scan run.
func (c *Client) Status(ctx context.Context, runID int64) (string, error) {
	status, err := c.c.GetScanRunStatus(ctx, runID)
	if err != nil {
		return "", err
	}
	return status.DATA, nil
}

// Abort cancels the scans of the endpoints with these IDs; nil is all of them.
func (c *Client) Abort(ctx context.Context, ids []string) (string, error) {
	targets := wrapper.AllEndpoints()
	if ids != nil {
		targets = wrapper.Matching(wrapper.EndpointIDs(ids...))
	}
	reply, err := c.c.AbortScan(ctx, targets)
	if err != nil {
		return "", err
	}
	return string(reply.ActionID), nil
}
