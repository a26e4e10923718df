package bench_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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

	statusPath = "/public_api/netscan/v1/scan/run"
	abortPath  = "/public_api/v1/endpoints/abort_scan"
)

// hand is the code that a careful engineer would write for these two calls with net/http and encoding/json. Its duties are an
// Advanced signature, a timeout that covers the body, a limit on the response size, a check of the status, and the
// documented error.
type hand struct {
	base string
	http *http.Client
}

func newHand(base string, transport http.RoundTripper) caller {
	return &hand{base, &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// failure is the error of hand, stock and resty for a response that is not a success.
type failure struct {
	status  int
	message string
	details int
}

func (e *failure) Error() string { return fmt.Sprintf("HTTP %d: %s", e.status, e.message) }

type detail struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

type netscanError struct {
	ErrMsg   string `json:"err_msg"`
	Metadata struct {
		ErrExtra []detail `json:"err_extra"`
	} `json:"metadata"`
}

type xdrError struct {
	Reply struct {
		ErrCode int    `json:"err_code"`
		ErrMsg  string `json:"err_msg"`
	} `json:"reply"`
}

type statusResponse struct {
	DATA string `json:"DATA"`
}

type abortResponse struct {
	Reply struct {
		ActionID       string `json:"action_id"`
		Status         string `json:"status"`
		EndpointsCount string `json:"endpoints_count"`
	} `json:"reply"`
}

type abortRequest struct {
	RequestData struct {
		Filters any `json:"filters"` // "all" or []filter
	} `json:"request_data"`
}

type filter struct {
	Field    string   `json:"field"`
	Operator string   `json:"operator"`
	Value    []string `json:"value"`
}

func newAbortRequest(ids []string) (r abortRequest) {
	r.RequestData.Filters = "all"
	if ids != nil {
		r.RequestData.Filters = []filter{{"endpoint_id_list", "in", ids}}
	}
	return r
}

func statusQuery(runID int64) string {
	return url.Values{"id": {strconv.FormatInt(runID, 10)}, "fields": {"status"}}.Encode()
}

func (c *hand) status(ctx context.Context, runID int64) (string, error) {
	status, body, err := c.do(ctx, http.MethodGet, c.base+statusPath+"?"+statusQuery(runID), nil)
	if err != nil {
		return "", err
	}
	if status != http.StatusOK {
		var e netscanError
		_ = json.Unmarshal(body, &e) // without a message, the error contains only the status
		return "", &failure{status, e.ErrMsg, len(e.Metadata.ErrExtra)}
	}
	var response statusResponse
	if err := json.Unmarshal(body, &response); err != nil {
		return "", fmt.Errorf("read the status: %w", err)
	}
	if response.DATA == "" {
		return "", errors.New("the response has no DATA")
	}
	return response.DATA, nil
}

func (c *hand) abort(ctx context.Context, ids []string) (string, error) {
	payload, err := json.Marshal(newAbortRequest(ids))
	if err != nil {
		return "", err
	}
	status, body, err := c.do(ctx, http.MethodPost, c.base+abortPath, payload)
	if err != nil {
		return "", err
	}
	if status != http.StatusOK {
		var e xdrError
		_ = json.Unmarshal(body, &e)
		return "", &failure{status, e.Reply.ErrMsg, 0}
	}
	var response abortResponse
	if err := json.Unmarshal(body, &response); err != nil {
		return "", fmt.Errorf("read the reply: %w", err)
	}
	if response.Reply.ActionID == "" {
		return "", errors.New("the reply has no action_id")
	}
	return response.Reply.ActionID, nil
}

func (c *hand) do(ctx context.Context, method, address string, payload []byte) (status int, body []byte, err error) {
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
	r.Header.Set("User-Agent", "hand/1.0")
	r.Header.Set("Accept", "application/json")
	if payload != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	nonce, timestamp, authorization := sign()
	r.Header.Set("x-xdr-auth-id", keyID)
	r.Header.Set("x-xdr-nonce", nonce)
	r.Header.Set("x-xdr-timestamp", timestamp)
	r.Header.Set("Authorization", authorization)
	res, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxResponse+1))
	if err != nil {
		return 0, nil, fmt.Errorf("read the response: %w", err)
	}
	if len(body) > maxResponse {
		return 0, nil, fmt.Errorf("the response is larger than %d bytes", maxResponse)
	}
	return res.StatusCode, body, nil
}

// sign signs a call with an Advanced key.
func sign() (nonce, timestamp, authorization string) {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails
	nonce = hex.EncodeToString(raw)
	timestamp = strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := sha256.Sum256([]byte(key + nonce + timestamp))
	return nonce, timestamp, hex.EncodeToString(sum[:])
}
