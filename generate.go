// Package cortexscan contains only the commands that generate package gen from api/openapi.yaml. Run
// them with go generate or make generate after every change to that file.
package cortexscan

//go:generate go run ./internal/tools/contract check api/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config api/client.cfg.yaml api/openapi.yaml

// The generated client would resolve a path parameter that is "." or "..", and so send the request to another path. The
// next command replaces that code with a call to the function "below" in gen/types.go.
//go:generate gofmt -r "serverURL.Parse(operationPath) -> below(serverURL, operationPath)" -w gen/client.gen.go
