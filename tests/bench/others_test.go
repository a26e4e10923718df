package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"

	"github.com/go-resty/resty/v2"
)

// bare is the shortest code for the two calls, without hand's features.
type bare struct{ http.Client }

func newBare(base string, transport http.RoundTripper) caller {
	return direct{base, (&bare{http.Client{Transport: transport}}).do}
}

func (c *bare) do(ctx context.Context, method, address string, payload, response any) error {
	r, err := newRequest(ctx, method, address, payload)
	if err != nil {
		return err
	}
	res, err := c.Do(r)
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
type restyClient struct{ *resty.Client }

func newResty(base string, transport http.RoundTripper) caller {
	return direct{base, restyClient{resty.New().
		SetTransport(transport).
		SetHeader("User-Agent", "resty/1.0").
		SetHeader("Accept", "application/json").
		SetResponseBodyLimit(maxResponse).
		SetRedirectPolicy(resty.NoRedirectPolicy())}.do}
}

func (c restyClient) do(ctx context.Context, method, address string, payload, response any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var e errorBody
	r := c.R().SetContext(ctx).SetResult(response).SetError(&e)
	sign(func(name, value string) { r.SetHeader(name, value) })
	if payload != nil {
		r.SetHeader("Content-Type", "application/json").SetBody(payload)
	}
	res, err := r.Execute(method, address)
	if err == nil && res.StatusCode() != http.StatusOK {
		err = e.failure(res.StatusCode())
	}
	return err
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
