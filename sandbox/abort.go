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
func (es *endpoints) AbortScan(ctx context.Context, request server.AbortScanRequestObject) (server.AbortScanResponseObject, error) {
	selected, err := selectionOf(request.Body.RequestData.Filters)
	if err != nil { // the service answers 500, not 400, to a parameter it does not know
		return replyError(http.StatusInternalServerError, badFilter, err.Error()), nil
	}
	action, result := es.abort(selected)
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

func (es *endpoints) abort(selected selection) (action int64, result AbortResult) {
	es.mu.Lock()
	defer es.mu.Unlock()
	for _, e := range es.all {
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
		es.lastAction++
	}
	return es.lastAction, result
}
