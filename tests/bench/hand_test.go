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

// hand is the code that a careful engineer would write for these two calls with net/http and encoding/json. It signs
// requests with an Advanced key, sets a timeout that includes reading the body, limits the size of the response, checks the
// status, and parses the documented errors.
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

// failure is the error that hand, stock and resty return for an unsuccessful response.
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

// errorBody combines the fields of both documented errors.
type errorBody struct {
	ErrMsg   string `json:"err_msg"`
	Metadata struct {
		ErrExtra []detail `json:"err_extra"`
	} `json:"metadata"`
	Reply struct {
		ErrMsg string `json:"err_msg"`
	} `json:"reply"`
}

func (e errorBody) failure(status int) error {
	return &failure{status, e.ErrMsg + e.Reply.ErrMsg, len(e.Metadata.ErrExtra)}
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
	var response statusResponse
	err := c.do(ctx, http.MethodGet, c.base+statusPath+"?"+statusQuery(runID), nil, &response)
	if err == nil && response.DATA == "" {
		err = errors.New("the response has no DATA")
	}
	return response.DATA, err
}

func (c *hand) abort(ctx context.Context, ids []string) (string, error) {
	payload, err := json.Marshal(newAbortRequest(ids))
	if err != nil {
		return "", err
	}
	var response abortResponse
	err = c.do(ctx, http.MethodPost, c.base+abortPath, payload, &response)
	if err == nil && response.Reply.ActionID == "" {
		err = errors.New("the reply has no action_id")
	}
	return response.Reply.ActionID, err
}

func (c *hand) do(ctx context.Context, method, address string, payload []byte, response any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var body io.Reader
	if payload != nil {
		body = bytes.NewReader(payload)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
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
		return err
	}
	defer res.Body.Close()
	content, err := io.ReadAll(io.LimitReader(res.Body, maxResponse+1))
	if err != nil {
		return fmt.Errorf("read the response: %w", err)
	}
	if len(content) > maxResponse {
		return fmt.Errorf("the response is larger than %d bytes", maxResponse)
	}
	if res.StatusCode != http.StatusOK {
		var e errorBody
		_ = json.Unmarshal(content, &e) // if this fails, the error contains only the status
		return e.failure(res.StatusCode)
	}
	return json.Unmarshal(content, response)
}

// sign returns the header values of a new Advanced signature.
func sign() (nonce, timestamp, authorization string) {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails
	nonce = hex.EncodeToString(raw)
	timestamp = strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := sha256.Sum256([]byte(key + nonce + timestamp))
	return nonce, timestamp, hex.EncodeToString(sum[:])
}
