package sandbox

import (
	"context"
	"net/http"

	"example.com/cortexscan/gen/server"
)

// actedOut are the operations that the tenant has a method for, as the generator names them. The contract may
// gain others: what the sandbox does with them is a decision of its own, and must not keep it from compiling.
var actedOut = map[string]bool{"GetScanRunStatus": true, "AbortScan": true}

// onlyActedOut answers 501 for an operation of the contract that is not acted out. It stands behind the checks:
// credentials and contract hold for every operation alike.
func onlyActedOut(next server.StrictHandlerFunc, operation string) server.StrictHandlerFunc {
	if actedOut[operation] {
		return next
	}
	return func(_ context.Context, w http.ResponseWriter, r *http.Request, _ any) (any, error) {
		refuse(w, r, http.StatusNotImplemented, "The sandbox does not act out the operation "+operation)
		return nil, nil
	}
}
