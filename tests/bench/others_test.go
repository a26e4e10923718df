package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"

	"github.com/go-resty/resty/v2"
)

// bare is the shortest code for the two calls, without hand's features.
type bare struct {
	base string
	http *http.Client
}

func newBare(base string, transport http.RoundTripper) caller {
	return &bare{base, &http.Client{Transport: transport}}
}

func (c *bare) status(ctx context.Context, runID int64) (string, error) {
	var response statusResponse
	err := c.do(ctx, http.MethodGet, c.base+statusPath+"?"+statusQuery(runID), nil, &response)
	return response.DATA, err
}

func (c *bare) abort(ctx context.Context, ids []string) (string, error) {
	payload, err := json.Marshal(newAbortRequest(ids))
	if err != nil {
		return "", err
	}
	var response abortResponse
	err = c.do(ctx, http.MethodPost, c.base+abortPath, payload, &response)
	return response.Reply.ActionID, err
}

func (c *bare) do(ctx context.Context, method, address string, payload []byte, response any) error {
	var body io.Reader
	if payload != nil {
		body = bytes.NewReader(payload)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	if payload != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(response)
}

// stock is the generated client without the wrapper. It does not sign requests, set a timeout,
// or limit the size of the response.
type stock struct{ api *gen.ClientWithResponses }

func newStock(base string, transport http.RoundTripper) caller {
	api, err := gen.NewClientWithResponses(base, gen.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		panic(err)
	}
	return &stock{api}
}

func (c *stock) status(ctx context.Context, runID int64) (string, error) {
	res, err := c.api.GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{
		ID: runID, Fields: []string{"status"}, UserAgent: "stock/1.0",
	})
	switch {
	case err != nil:
		return "", err
	case res.JSON200 != nil:
		return res.JSON200.DATA, nil
	case res.JSON400 != nil:
		return "", &failure{res.StatusCode(), res.JSON400.ErrMsg, len(res.JSON400.Metadata.ErrExtra)}
	}
	return "", &failure{status: res.StatusCode()}
}

func (c *stock) abort(ctx context.Context, ids []string) (string, error) {
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
	}
	return "", &failure{status: res.StatusCode()}
}

// restyClient has the same features as hand, based on resty.
type restyClient struct{ c *resty.Client }

func newResty(base string, transport http.RoundTripper) caller {
	return &restyClient{resty.New().
		SetTransport(transport).
		SetBaseURL(base).
		SetHeader("User-Agent", "resty/1.0").
		SetHeader("Accept", "application/json").
		SetResponseBodyLimit(maxResponse).
		SetRedirectPolicy(resty.NoRedirectPolicy())}
}

func (c *restyClient) status(ctx context.Context, runID int64) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var response statusResponse
	var e errorBody
	res, err := c.signed(ctx).
		SetQueryParam("id", strconv.FormatInt(runID, 10)).
		SetQueryParam("fields", "status").
		SetResult(&response).SetError(&e).
		Get(statusPath)
	switch {
	case err != nil:
		return "", err
	case res.StatusCode() != http.StatusOK:
		return "", e.failure(res.StatusCode())
	case response.DATA == "":
		return "", errors.New("the response has no DATA")
	}
	return response.DATA, nil
}

func (c *restyClient) abort(ctx context.Context, ids []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var response abortResponse
	var e errorBody
	res, err := c.signed(ctx).
		SetHeader("Content-Type", "application/json").
		SetBody(newAbortRequest(ids)).
		SetResult(&response).SetError(&e).
		Post(abortPath)
	switch {
	case err != nil:
		return "", err
	case res.StatusCode() != http.StatusOK:
		return "", e.failure(res.StatusCode())
	case response.Reply.ActionID == "":
		return "", errors.New("the reply has no action_id")
	}
	return response.Reply.ActionID, nil
}

func (c *restyClient) signed(ctx context.Context) *resty.Request {
	nonce, timestamp, authorization := sign()
	return c.c.R().SetContext(ctx).
		SetHeader("x-xdr-auth-id", keyID).
		SetHeader("x-xdr-nonce", nonce).
		SetHeader("x-xdr-timestamp", timestamp).
		SetHeader("Authorization", authorization)
}

type ours struct{ c *wrapper.Client }

func newOurs(cred wrapper.Credential, opts ...wrapper.Option) func(string, http.RoundTripper) caller {
	return func(base string, transport http.RoundTripper) caller {
		c, err := wrapper.New(base, cred, append(opts, wrapper.WithHTTPClient(&http.Client{Transport: transport}))...)
		if err != nil {
			panic(err)
		}
		return &ours{c}
	}
}

func (c *ours) status(ctx context.Context, runID int64) (string, error) {
	status, err := c.c.GetScanRunStatus(ctx, runID)
	if err != nil {
		return "", err
	}
	return status.DATA, nil
}

func (c *ours) abort(ctx context.Context, ids []string) (string, error) {
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
