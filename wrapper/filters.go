package wrapper

import (
	"time"

	"example.com/cortexscan/gen"
)

// The values that the service documents for [Platforms], [Isolation] and [ScanStatuses]. It accepts others, and adds new ones without
// notice.
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

// The service documents the following filters. An endpoint matches if its field is one of the values. The call checks the filters: see
// [Matching].

// EndpointIDs selects endpoints by their IDs, 32 hexadecimal digits each.
func EndpointIDs(v ...string) gen.EndpointFilter { return in("endpoint_id_list", v) }

// Hostnames selects endpoints by their host names.
func Hostnames(v ...string) gen.EndpointFilter { return in("hostname", v) }

// Aliases selects endpoints by the aliases that the console shows for them.
func Aliases(v ...string) gen.EndpointFilter { return in("alias", v) }

// GroupNames selects endpoints by the endpoint groups that they belong to.
func GroupNames(v ...string) gen.EndpointFilter { return in("group_name", v) }

// Distributions selects endpoints by the name of the distribution (installation package) that they were set up with.
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

// FirstSeenSince selects endpoints first seen at t or later. A call refuses the zero time.
func FirstSeenSince(t time.Time) gen.EndpointFilter { return at("first_seen", "gte", t) }

// FirstSeenUntil selects endpoints first seen at t or earlier. A call refuses the zero time.
func FirstSeenUntil(t time.Time) gen.EndpointFilter { return at("first_seen", "lte", t) }

// LastSeenSince selects endpoints last seen at t or later. A call refuses the zero time.
func LastSeenSince(t time.Time) gen.EndpointFilter { return at("last_seen", "gte", t) }

// LastSeenUntil selects endpoints last seen at t or earlier. A call refuses the zero time.
func LastSeenUntil(t time.Time) gen.EndpointFilter { return at("last_seen", "lte", t) }

// Where is a filter on any field, for one that the service adds after this package was written.
func Where(field, operator string, values ...string) gen.EndpointFilter {
	// A copy, and never nil.
	return gen.EndpointFilter{Field: field, Operator: operator, Value: append([]string{}, values...)}
}

func in(field string, values []string) gen.EndpointFilter { return Where(field, "in", values...) }

// at uses milliseconds since the Unix epoch, UTC.
func at(field, operator string, t time.Time) gen.EndpointFilter {
	return gen.EndpointFilter{Field: field, Operator: operator, Value: t.UnixMilli()}
}
