// Package cortexscan holds nothing but the two lines that make package gen and package gen/server out of
// api/openapi.yaml. Run them with go generate, or make generate, after every change of that file.
package cortexscan

//go:generate go tool oapi-codegen -config api/client.cfg.yaml api/openapi.yaml
//go:generate go tool oapi-codegen -config api/server.cfg.yaml api/openapi.yaml
