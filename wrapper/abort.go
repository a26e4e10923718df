package wrapper

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
)

// AbortOption adds information to an abort. It cannot change which endpoints are selected. AbortScan refuses the zero
// value.
type AbortOption struct{ incidentID string }

// WithIncident makes the console show the action in the timeline of the incident with this ID. If the ID is blank,
// AbortScan returns an [ErrInvalidRequest].
func WithIncident(id string) AbortOption { return AbortOption{incidentID: id} }

// AbortScan cancels the pending and in-progress scans of the targets. If it returns no error, the service has accepted the
// request, but the scans may not have stopped yet. To follow the action, look for its ID in the console's Action Center.
//
// If the targets are empty or a filter is invalid, the error is an [ErrInvalidRequest]. AbortScan never treats such
// targets as all endpoints. If nothing matches, the error is an [ErrNoEndpoints]. After an [ErrOutcomeUnknown], the
// abort may have been executed; AbortScan does not send it again.
func (c *Client) AbortScan(ctx context.Context, targets Targets, opts ...AbortOption) (*gen.AbortScanReply, error) {
	const operation = "abort scan"
	var body gen.AbortScanRequest
	var err error
	if body.RequestData.Filters, err = targets.encode(); err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	for _, opt := range opts {
		if text.IsBlank(opt.incidentID) {
			return nil, &invalidRequestError{operation, errors.New("the incident ID is blank: is a variable unset?")}
		}
		body.RequestData.IncidentID = opt.incidentID
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	r, err := gen.NewAbortScanRequestWithBody("/", "application/json", nil)
	if err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	res, err := fetch(ctx, c.pipeline, r, encoded, func(v *gen.AbortScanResponse, _ []byte) string {
		if v.Reply.ActionID == "" {
			return "reply with an action_id"
		}
		return ""
	})
	if err != nil {
		return nil, err
	}
	return &res.Reply, nil
}

// Targets select the endpoints for an operation. Create them with [AllEndpoints] or [Matching]. AbortScan refuses the
// zero value, so that a value left empty by mistake never selects all endpoints.
type Targets struct {
	all     bool
	filters []gen.EndpointFilter
}

// AllEndpoints selects every endpoint of the tenant.
func AllEndpoints() Targets { return Targets{all: true} }

// Matching selects the endpoints that match every filter. AbortScan returns an [ErrInvalidRequest] if there are no
// filters, or if a filter has no values or a blank value, such as that of an unset shell variable. Matching never
// falls back to all endpoints.
func Matching(filters ...gen.EndpointFilter) Targets {
	filters = slices.Clone(filters)
	for i, f := range filters {
		if values, ok := f.Value.([]string); ok {
			filters[i].Value = slices.Clone(values) // the caller may change its slice after the check
		}
	}
	return Targets{filters: filters}
}

// encode returns the targets in the form that the spec documents.
func (t Targets) encode() (gen.EndpointFilters, error) {
	if t.all {
		return gen.AllEndpoints, nil
	}
	if len(t.filters) == 0 {
		return nil, errors.New("no endpoints are selected: use Matching with at least one filter, or AllEndpoints")
	}
	for i, f := range t.filters {
		if err := checkFilter(f); err != nil {
			return nil, fmt.Errorf("filter %d (%s) has %w", i+1, cmp.Or(text.Printable(f.Field, maxFieldText), "no field"), err)
		}
	}
	return t.filters, nil
}

func checkFilter(f gen.EndpointFilter) error {
	if text.IsBlank(f.Field) || text.IsBlank(f.Operator) {
		return errors.New("a blank field or operator")
	}
	switch value := f.Value.(type) {
	case []string:
		return checkValues(value)
	case string:
		return checkValues([]string{value})
	case int64:
		return checkTime(value)
	case int:
		return checkTime(int64(value))
	case nil:
		return errors.New("no value")
	}
	return fmt.Errorf("a value of type %T: use a []string, a string or an int64 of milliseconds", f.Value)
}

func checkValues(values []string) error {
	if len(values) == 0 {
		return errors.New("no value")
	}
	if i := slices.IndexFunc(values, text.IsBlank); i >= 0 {
		return fmt.Errorf("a blank value (number %d of %d): is a variable unset?", i+1, len(values))
	}
	return nil
}

// checkTime refuses an unset time, because "seen since 1970" would match every endpoint.
func checkTime(millis int64) error {
	if millis <= 0 {
		return errors.New("a time of January 1, 1970, or earlier: is a variable unset?")
	}
	return nil
}

// The values that the service documents for [Platforms], [Isolation] and [ScanStatuses]. The service also accepts
// other values, and adds new ones without notice.
const (
	PlatformWindows = "windows"
	PlatformLinux   = "linux"
	PlatformMacOS   = "macos"
	PlatformAndroid = "android"

	Isolated   = "isolated"
	Unisolated = "unisolated"

	ScanNone                = "none"
	ScanPending             = "pending"
	ScanInProgress          = "in_progress"
	ScanCanceled            = "canceled"
	ScanAborted             = "aborted"
	ScanPendingCancellation = "pending_cancellation"
	ScanSuccess             = "success"
	ScanError               = "error"
)

// The service documents the following filters. A filter with several values matches endpoints that have any of them.

// EndpointIDs selects endpoints by their IDs, 32 hexadecimal digits each.
func EndpointIDs(v ...string) gen.EndpointFilter { return in("endpoint_id_list", v) }

// Hostnames selects endpoints by their host names.
func Hostnames(v ...string) gen.EndpointFilter { return in("hostname", v) }

// Aliases selects endpoints by the aliases that the console shows for them.
func Aliases(v ...string) gen.EndpointFilter { return in("alias", v) }

// GroupNames selects endpoints by the endpoint groups that they belong to.
func GroupNames(v ...string) gen.EndpointFilter { return in("group_name", v) }

// Distributions selects endpoints by the name of the distribution (installation package) from which they were installed.
func Distributions(v ...string) gen.EndpointFilter { return in("dist_name", v) }

// IPs selects endpoints by their IP addresses.
func IPs(v ...string) gen.EndpointFilter { return in("ip_list", v) }

// Usernames selects endpoints by the users who are logged in on them.
func Usernames(v ...string) gen.EndpointFilter { return in("username", v) }

// Platforms selects endpoints by platform, such as [PlatformWindows].
func Platforms(v ...string) gen.EndpointFilter { return in("platform", v) }

// Isolation selects endpoints by whether they are [Isolated] or [Unisolated].
func Isolation(v ...string) gen.EndpointFilter { return in("isolate", v) }

// ScanStatuses selects endpoints by the status of their scan, such as [ScanInProgress]. Only a scan that is
// [ScanPending] or [ScanInProgress] can be canceled.
func ScanStatuses(v ...string) gen.EndpointFilter { return in("scan_status", v) }

// FirstSeenSince selects endpoints first seen at t or later. AbortScan refuses the zero time.
func FirstSeenSince(t time.Time) gen.EndpointFilter { return at("first_seen", "gte", t) }

// FirstSeenUntil selects endpoints first seen at t or earlier. AbortScan refuses the zero time.
func FirstSeenUntil(t time.Time) gen.EndpointFilter { return at("first_seen", "lte", t) }

// LastSeenSince selects endpoints last seen at t or later. AbortScan refuses the zero time.
func LastSeenSince(t time.Time) gen.EndpointFilter { return at("last_seen", "gte", t) }

// LastSeenUntil selects endpoints last seen at t or earlier. AbortScan refuses the zero time.
func LastSeenUntil(t time.Time) gen.EndpointFilter { return at("last_seen", "lte", t) }

// Where selects endpoints by any field, for example one that the service added after this version was released.
func Where(field, operator string, values ...string) gen.EndpointFilter {
	// Value is a copy of the list, and never nil.
	return gen.EndpointFilter{Field: field, Operator: operator, Value: append([]string{}, values...)}
}

func in(field string, values []string) gen.EndpointFilter { return Where(field, "in", values...) }

// at compares the field with t, which is sent in milliseconds since the Unix epoch.
func at(field, operator string, t time.Time) gen.EndpointFilter {
	return gen.EndpointFilter{Field: field, Operator: operator, Value: t.UnixMilli()}
}
