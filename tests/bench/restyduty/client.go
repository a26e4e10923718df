// Package restyduty does with resty what package hand does without: the same signature, timeout, bound and checks.
package restyduty

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-resty/resty/v2"
)

const (
	timeout     = 30 * time.Second
	maxResponse = 8 << 20
)

// Client calls one tenant.
type Client struct {
	id, key string
	resty   *resty.Client
}

// New returns a Client.
func New(base, id, key string, transport http.RoundTripper) *Client {
	c := resty.New().
		SetTransport(transport).
		SetBaseURL(base).
		SetHeader("User-Agent", "resty/1.0").
		SetHeader("Accept", "application/json").
		SetResponseBodyLimit(maxResponse).
		SetRedirectPolicy(resty.NoRedirectPolicy())
	return &Client{id, key, c}
}

// Error is an answer other than the documented success.
type Error struct {
	StatusCode int
	Message    string
	Details    []Detail
}

// Detail is what is wrong with one field.
type Detail struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return fmt.Sprintf("HTTP %d: %s", e.StatusCode, e.Message) }

// Status reads the status of a scan run.
func (c *Client) Status(ctx context.Context, runID int64) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var answer struct{ DATA string }
	var failure struct {
		ErrMsg   string `json:"err_msg"`
		Metadata struct {
			ErrExtra []Detail `json:"err_extra"`
		} `json:"metadata"`
	}
	res, err := c.signed(ctx).
		SetQueryParam("id", strconv.FormatInt(runID, 10)).
		SetQueryParam("fields", "status").
		SetResult(&answer).SetError(&failure).
		Get("/public_api/netscan/v1/scan/run")
	switch {
	case err != nil:
		return "", err
	case res.StatusCode() != http.StatusOK:
		return "", &Error{res.StatusCode(), failure.ErrMsg, failure.Metadata.ErrExtra}
	case answer.DATA == "":
		return "", fmt.Errorf("the answer has no DATA")
	}
	return answer.DATA, nil
}

type abortRequest struct {
	RequestData requestData `json:"request_data"`
}

type requestData struct {
	Filters any `json:"filters"` // "all" or []filter
}

type filter struct {
	Field    string   `json:"field"`
	Operator string   `json:"operator"`
	Value    []string `json:"value"`
}

// Abort cancels the scans of the endpoints with these IDs; nil is all of them.
func (c *Client) Abort(ctx context.Context, ids []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request := abortRequest{requestData{"all"}}
	if ids != nil {
		request.RequestData.Filters = []filter{{"endpoint_id_list", "in", ids}}
	}
	var answer struct {
		Reply struct {
			ActionID       string `json:"action_id"`
			Status         string `json:"status"`
			EndpointsCount string `json:"endpoints_count"`
		} `json:"reply"`
	}
	var failure struct {
		Reply struct {
			ErrCode int    `json:"err_code"`
			ErrMsg  string `json:"err_msg"`
		} `json:"reply"`
	}
	res, err := c.signed(ctx).
		SetHeader("Content-Type", "application/json").
		SetBody(request).
		SetResult(&answer).SetError(&failure).
		Post("/public_api/v1/endpoints/abort_scan")
	switch {
	case err != nil:
		return "", err
	case res.StatusCode() != http.StatusOK:
		return "", &Error{StatusCode: res.StatusCode(), Message: failure.Reply.ErrMsg}
	case answer.Reply.ActionID == "":
		return "", fmt.Errorf("the reply has no action_id")
	}
	return answer.Reply.ActionID, nil
}

func (c *Client) signed(ctx context.Context) *resty.Request {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails
	nonce := hex.EncodeToString(raw)
	timestamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := sha256.Sum256([]byte(c.key + nonce + timestamp))
	return c.resty.R().SetContext(ctx).
		SetHeader("x-xdr-auth-id", c.id).
		SetHeader("x-xdr-nonce", nonce).
		SetHeader("x-xdr-timestamp", timestamp).
		SetHeader("Authorization", hex.EncodeToString(sum[:]))
}
