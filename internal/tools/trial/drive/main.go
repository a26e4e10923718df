// Command drive calls every operation of the embedded document through wrapper.Client.API, and prints the outcome of each as
// JSON. It gets the names and types from the document and, by reflection, from package gen. Package trial builds it with
// other documents.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"

	"example.com/cortexscan/api"
	"example.com/cortexscan/internal/tools/trial"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
	"github.com/getkin/kin-openapi/openapi3"
	_ "github.com/oapi-codegen/nullable" // package gen imports it once a property is nullable and optional, so go.mod needs it
)

func main() {
	results, err := drive(context.Background())
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(results)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func drive(ctx context.Context) ([]trial.Result, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		return nil, fmt.Errorf("load the document: %w", err)
	}
	v, err := api.NewValidator()
	if err != nil {
		return nil, err
	}
	service := &service{}
	documented := httptest.NewServer(service)
	defer documented.Close()
	tenant := sandbox.New(sandbox.WithKey("1", "key", sandbox.Advanced))
	tenant.AddScanRun(7)
	tenant.AddScanRun(789)
	tenant.AddEndpoint(sandbox.Endpoint{ScanStatus: "pending"})
	played := httptest.NewServer(tenant)
	defer played.Close()
	d := driver{service: service, tenant: tenant}
	if d.client, err = newClient(documented.URL, v); err != nil {
		return nil, err
	}
	if d.played, err = newClient(played.URL, v); err != nil {
		return nil, err
	}
	var results []trial.Result
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			results = append(results, d.try(ctx, operation{operations[method], item, method, path}))
		}
	}
	return results, nil
}

func newClient(url string, v *api.Validator) (*wrapper.Client, error) {
	return wrapper.New(url, wrapper.AdvancedKey("1", "key"), wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
		wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
}

type operation struct {
	*openapi3.Operation
	item         *openapi3.PathItem
	method, path string
}

func (o operation) parameters() openapi3.Parameters {
	var all openapi3.Parameters
	for _, p := range o.item.Parameters {
		if o.Parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
			all = append(all, p)
		}
	}
	return append(all, o.Parameters...)
}

type driver struct {
	service        *service
	tenant         *sandbox.Tenant
	client, played *wrapper.Client
}

// try calls an operation with only the required values and then with all values, and finally calls it on the sandbox.
func (d driver) try(ctx context.Context, op operation) trial.Result {
	result := trial.Result{Operation: op.method + " " + op.path}
	res, err := responseOf(op)
	if err != nil {
		result.Skip = err.Error()
		return result
	}
	for _, full := range []bool{false, true} {
		call, err := newCall(op, full)
		if err != nil {
			result.Skip = err.Error()
			return result
		}
		d.service.response, d.service.got = res, nil
		got, err := call.send(ctx, d.client)
		if err == nil {
			err = call.check(d.service.got, res, got)
		}
		if err != nil {
			result.Call = map[bool]string{false: "with the required values: ", true: "with all values: "}[full] + err.Error()
			return result
		}
	}
	if err := d.play(ctx, op); err != nil {
		result.Serve = err.Error()
	}
	return result
}

// play calls an operation on the sandbox. The sandbox must find the request valid, and must respond with 501 if and only if it does
// not implement the operation.
func (d driver) play(ctx context.Context, op operation) error {
	call, err := newCall(op, true)
	if err != nil {
		return err
	}
	before := len(d.tenant.Calls())
	_, err = call.send(ctx, d.played)
	if err != nil && statusOf(err) == 0 {
		return err // no response arrived; a status such as 404 is fine
	}
	calls := d.tenant.Calls()
	if len(calls) == before {
		//lint:ignore errorlint err may be nil
		return fmt.Errorf("no request arrived: %v", err)
	}
	last := calls[len(calls)-1]
	if len(last.Problems) > 0 {
		return fmt.Errorf("the request is invalid: %v", last.Problems)
	}
	switch implemented := slices.Contains(sandbox.Operations(), op.OperationID); {
	case implemented && last.Status == http.StatusNotImplemented:
		return errors.New("the status is 501, but sandbox.Operations lists the operation")
	case !implemented && last.Status != http.StatusNotImplemented:
		return fmt.Errorf("the status is %d, but sandbox.Operations does not list the operation", last.Status)
	}
	return nil
}
