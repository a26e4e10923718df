// Command drive calls every operation of the embedded document through wrapper.Client.API, and prints the outcome of each as
// JSON. It gets the names and types from the document and, by reflection, from package gen. Package trial builds it with
// other documents.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"slices"

	"example.com/cortexscan/api"
	"example.com/cortexscan/internal/tools/trial"
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
	server := httptest.NewServer(v.Middleware(service))
	defer server.Close()
	client, err := wrapper.New(server.URL, wrapper.AdvancedKey("1", "key"), wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
		wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		return nil, err
	}
	d := driver{service, client}
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
	service *service
	client  *wrapper.Client
}

// try calls an operation with only the required values and then with all values.
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
	return result
}
