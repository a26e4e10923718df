// Command drive calls every operation of the contract that it is built with, through the wrapper's API(), and prints
// how each fared, as JSON. It knows no operation: names and types come from the document and from package gen, by
// reflection. Package generator builds it with other contracts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/tests/contract/generator"
	"example.com/cortexscan/wrapper"
	"github.com/getkin/kin-openapi/openapi3"
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

func drive(ctx context.Context) ([]generator.Result, error) {
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
	tenant := sandbox.New(sandbox.WithKey("1", "a key of the test", sandbox.Advanced))
	tenant.AddScanRun(7)
	tenant.AddScanRun(789)
	tenant.AddEndpoint(sandbox.Endpoint{ScanStatus: "pending"})
	played := httptest.NewServer(tenant)
	defer played.Close()
	d := driver{validator: v, service: service}
	if d.client, err = newClient(documented.URL, v); err != nil {
		return nil, err
	}
	if d.played, err = newClient(played.URL, v); err != nil {
		return nil, err
	}
	var results []generator.Result
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
	return wrapper.New(url, wrapper.AdvancedKey("1", "a key of the test"), wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
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
	validator      *api.Validator
	service        *service
	client, played *wrapper.Client
}

// try calls an operation with what is required, then with everything, and then the sandbox.
func (d driver) try(ctx context.Context, op operation) generator.Result {
	result := generator.Result{Operation: op.method + " " + op.path, ID: op.OperationID}
	answer, err := answerOf(op)
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
		d.service.answer, d.service.got = answer, nil
		got, err := call.send(ctx, d.client)
		if err == nil {
			err = call.check(d.service.got, answer, got)
		}
		if err != nil {
			result.Call = map[bool]string{false: "with required values only: ", true: "with all values: "}[full] + err.Error()
			return result
		}
	}
	if err := d.play(ctx, op); err != nil {
		result.Serve = err.Error()
	}
	return result
}

// play calls the sandbox: it accepts the request, and answers 501 unless it implements the operation.
func (d driver) play(ctx context.Context, op operation) error {
	call, err := newCall(op, true)
	if err != nil {
		return err
	}
	_, err = call.send(ctx, d.played)
	implemented := op.OperationID == "getScanRunStatus" || op.OperationID == "abortScan"
	switch status := statusOf(err); {
	case implemented && err != nil && status == 0:
		return err
	case !implemented && status != http.StatusNotImplemented:
		return fmt.Errorf("want a 501, got %v", err) //nolint:errorlint // nil is possible
	}
	return nil
}
