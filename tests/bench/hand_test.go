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

// direct makes the two calls without generated code. do sends a request and decodes the response.
type direct struct {
	base string
	do   func(ctx context.Context, method, address string, payload, response any) error
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

func (c direct) status(ctx context.Context, runID int64) (string, error) {
	var response statusResponse
	query := url.Values{"id": {strconv.FormatInt(runID, 10)}, "fields": {"status"}}
	err := c.do(ctx, http.MethodGet, c.base+statusPath+"?"+query.Encode(), nil, &response)
	if err == nil && response.DATA == "" {
		err = errors.New("the response has no DATA")
	}
	return response.DATA, err
}

func (c direct) abort(ctx context.Context, ids []string) (string, error) {
	var request abortRequest
	request.RequestData.Filters = "all"
	if ids != nil {
		request.RequestData.Filters = []filter{{"endpoint_id_list", "in", ids}}
	}
	var response abortResponse
	err := c.do(ctx, http.MethodPost, c.base+abortPath, request, &response)
	if err == nil && response.Reply.ActionID == "" {
		err = errors.New("the reply has no action_id")
	}
	return response.Reply.ActionID, err
}

// hand is the code that a careful engineer would write for these two calls with net/http and encoding/json. It signs
// requests with an Advanced key, sets a timeout that includes reading the body, limits the size of the response, checks the
// status, and parses the documented errors.
type hand struct{ http.Client }

func newHand(base string, transport http.RoundTripper) caller {
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return direct{base, (&hand{http.Client{Transport: transport, CheckRedirect: noRedirects}}).do}
}

func (c *hand) do(ctx context.Context, method, address string, payload, response any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := newRequest(ctx, method, address, payload)
	if err != nil {
		return err
	}
	r.Header.Set("User-Agent", "hand/1.0")
	r.Header.Set("Accept", "application/json")
	sign(r.Header.Set)
	res, err := c.Do(r)
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

func newRequest(ctx context.Context, method, address string, payload any) (*http.Request, error) {
	if payload == nil {
		return http.NewRequestWithContext(ctx, method, address, nil)
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

// sign sets the headers of a new Advanced signature.
func sign(set func(name, value string)) {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails
	nonce, timestamp := hex.EncodeToString(raw), strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := sha256.Sum256([]byte(key + nonce + timestamp))
	set("x-xdr-auth-id", keyID)
	set("x-xdr-nonce", nonce)
	set("x-xdr-timestamp", timestamp)
	set("Authorization", hex.EncodeToString(sum[:]))
}
