package sandbox

import (
	"context"
	"net/http"
	"strconv"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/gen/server"
)

const (
	abortFailed = "An error occurred while processing XDR public API - "
	noEndpoint  = abortFailed + "No endpoint was found for creating the requested action"
	badFilter   = abortFailed + "invalid parameter name or value"
)

// AbortScan aborts the pending and running scans of all selected endpoints, or none of them if a filter is invalid. It
// ignores the incident.
func (o operations) AbortScan(ctx context.Context, request server.AbortScanRequestObject) (server.AbortScanResponseObject, error) {
	selected, err := selectionOf(request.Body.RequestData.Filters)
	if err != nil { // the service answers 500, not 400, to a parameter it does not know
		return replyError(http.StatusInternalServerError, badFilter, err.Error()), nil
	}
	action, result := o.abort(selected)
	noteAbort(ctx, result)
	if result.Aborted == 0 {
		return replyError(http.StatusInternalServerError, noEndpoint, nil), nil
	}
	return server.AbortScan200JSONResponse{Reply: gen.AbortScanReply{
		ActionID:       gen.Text(strconv.FormatInt(action, 10)),
		Status:         "1",
		EndpointsCount: gen.Text(strconv.Itoa(result.Aborted)),
	}}, nil
}

func (t *Tenant) abort(selected selection) (action int64, result AbortResult) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.endpoints {
		if !selected.matches(e) {
			continue
		}
		result.Selected++
		if e.ScanStatus == scanPending || e.ScanStatus == scanInProgress {
			e.ScanStatus = scanAborted
			result.Aborted++
		}
	}
	if result.Aborted > 0 {
		t.lastAction++
	}
	return t.lastAction, result
}
