// Package hand is what a careful engineer writes for these two calls and no others, on net/http and
// encoding/json: an Advanced signature, a timeout that covers the body, a bounded read, the status checked, the
// error read as documented. It is the practical limit that the others are measured against.
package hand

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	timeout     = 30 * time.Second
	maxResponse = 8 << 20
	userAgent   = "hand/1.0"
)

// Client calls one tenant.
type Client struct {
	base, id, key string
	http          *http.Client
}

// New returns a Client that never follows a redirect with a signed request.
func New(base, id, key string, transport http.RoundTripper) *Client {
	return &Client{base: base, id: id, key: key, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Error is an answer other than the documented success.
type Error struct {
	StatusCode int
	Code       string
	Message    string
	Details    []Detail
	Body       []byte
}

// Detail is what is wrong with one field.
type Detail struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (e *Error) Error() string {
	return fmt.Sprintf("HTTP %d: %s", e.StatusCode, e.Message)
}

// Status reads the status of a scan run.
func (c *Client) Status(ctx context.Context, runID int64) (string, error) {
	query := url.Values{"id": {strconv.FormatInt(runID, 10)}, "fields": {"status"}}
	address := c.base + "/public_api/netscan/v1/scan/run?" + query.Encode()
	status, body, err := c.do(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	if status != http.StatusOK {
		e := &Error{StatusCode: status, Body: body}
		var envelope struct {
			ErrMsg   string `json:"err_msg"`
			Metadata struct {
				ErrExtra []Detail `json:"err_extra"`
			} `json:"metadata"`
		}
		if json.Unmarshal(body, &envelope) == nil {
			e.Message, e.Details = envelope.ErrMsg, envelope.Metadata.ErrExtra
		}
		return "", e
	}
	var answer struct {
		DATA string `json:"DATA"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("read the status: %w", err)
	}
	if answer.DATA == "" {
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
	request := abortRequest{requestData{"all"}}
	if ids != nil {
		request.RequestData.Filters = []filter{{"endpoint_id_list", "in", ids}}
	}
	payload, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	status, body, err := c.do(ctx, http.MethodPost, c.base+"/public_api/v1/endpoints/abort_scan", payload)
	if err != nil {
		return "", err
	}
	if status != http.StatusOK {
		e := &Error{StatusCode: status, Body: body}
		var envelope struct {
			Reply struct {
				ErrCode int    `json:"err_code"`
				ErrMsg  string `json:"err_msg"`
			} `json:"reply"`
		}
		if json.Unmarshal(body, &envelope) == nil {
			e.Code, e.Message = strconv.Itoa(envelope.Reply.ErrCode), envelope.Reply.ErrMsg
		}
		return "", e
	}
	var answer struct {
		Reply struct {
			ActionID       string `json:"action_id"`
			Status         string `json:"status"`
			EndpointsCount string `json:"endpoints_count"`
		} `json:"reply"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("read the reply: %w", err)
	}
	if answer.Reply.ActionID == "" {
		return "", fmt.Errorf("the reply has no action_id")
	}
	return answer.Reply.ActionID, nil
}

// do signs and sends a request, and reads its answer to the end.
func (c *Client) do(ctx context.Context, method, address string, payload []byte) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var reader io.Reader
	if payload != nil {
		reader = bytes.NewReader(payload)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept", "application/json")
	if payload != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	c.sign(r.Header)
	res, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxResponse+1))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxResponse {
		return 0, nil, fmt.Errorf("the answer is larger than %d bytes", maxResponse)
	}
	return res.StatusCode, body, nil
}

func (c *Client) sign(h http.Header) {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails
	nonce := hex.EncodeToString(raw)
	timestamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := sha256.Sum256([]byte(c.key + nonce + timestamp))
	h.Set("x-xdr-auth-id", c.id)
	h.Set("x-xdr-nonce", nonce)
	h.Set("x-xdr-timestamp", timestamp)
	h.Set("Authorization", hex.EncodeToString(sum[:]))
}
