package sandbox

import (
	"maps"
	"net/http"
	"slices"

	"example.com/cortexscan/api"
	"example.com/cortexscan/internal/text"
)

// implemented are the operations that the tenant executes, by operationId: those of include-operation-ids in
// api/server.cfg.yaml. The contract may have any others.
var implemented = map[string]bool{"getScanRunStatus": true, "abortScan": true}

// Operations returns the operationIds that a Tenant implements, sorted. Every other operation of the spec gets a 501.
func Operations() []string { return slices.Sorted(maps.Keys(implemented)) }

const maxOperation = 256 // bytes of an operation's name in an answer

// onlyImplemented answers 501 for every other operation of the contract. It runs after the checks, because
// credentials and contract apply to every operation alike. The contract, and not the router of next, decides which
// operation a request is for: paths of other operations may match it too.
func onlyImplemented(contract *api.Validator, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, known := contract.Operation(r)
		if known && !implemented[id] {
			if id == "" { // operationId is optional
				id = r.Method + " " + r.URL.Path
			}
			refuse(w, r, http.StatusNotImplemented, "The sandbox does not implement the operation "+text.Printable(id, maxOperation))
			return
		}
		next.ServeHTTP(w, r)
	})
}
