// Package cortexscan holds only the lines that generate package gen from api/openapi.yaml. Run
// them with go generate or make generate after every change of that file.
package cortexscan

//go:generate go run ./internal/tools/contract check api/openapi.yaml
//go:generate go tool oapi-codegen -config api/client.cfg.yaml api/openapi.yaml
