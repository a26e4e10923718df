package sandbox

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
)

// selection selects the endpoints that meet every condition.
type selection []condition

type condition func(*Endpoint) bool

func (s selection) matches(e *Endpoint) bool {
	for _, isMet := range s {
		if !isMet(e) {
			return false
		}
	}
	return true
}

// stringFields are the fields that a filter compares with a list of strings.
var stringFields = map[string]func(e *Endpoint, value string) bool{
	"endpoint_id_list": func(e *Endpoint, v string) bool { return e.ID == v },
	"hostname":         func(e *Endpoint, v string) bool { return strings.EqualFold(e.Hostname, v) },
	"alias":            func(e *Endpoint, v string) bool { return e.Alias == v },
	"group_name":       func(e *Endpoint, v string) bool { return e.Group == v },
	"dist_name":        func(e *Endpoint, v string) bool { return e.Distribution == v },
	"username":         func(e *Endpoint, v string) bool { return e.Username == v },
	"platform":         func(e *Endpoint, v string) bool { return e.Platform == v },
	"scan_status":      func(e *Endpoint, v string) bool { return e.ScanStatus == v },
	"isolate": func(e *Endpoint, v string) bool {
		return v == "isolated" && e.Isolated || v == "unisolated" && !e.Isolated
	},
}

const ipField = "ip_list" // compared as addresses, so that the notation makes no difference

// timeFields are the fields that a filter compares with a time.
var timeFields = map[string]func(e *Endpoint) time.Time{
	"first_seen": func(e *Endpoint) time.Time { return e.FirstSeen },
	"last_seen":  func(e *Endpoint) time.Time { return e.LastSeen },
}

// selectionOf compiles all filters or returns an error. It never ignores a filter, because the remaining filters would
// select more endpoints than intended. The error, which a response returns in err_extra, contains no value from the request.
func selectionOf(filters gen.EndpointFilters) (selection, error) {
	const where = "/request_data/filters"
	if filters == gen.AllEndpoints {
		return selection{}, nil
	}
	list, _ := filters.([]gen.EndpointFilter)
	if len(list) == 0 {
		return nil, errors.New(where + `: must be "all" or a list of filters`)
	}
	var s selection
	for i, f := range list {
		c, err := conditionOf(f, fmt.Sprintf("%s/%d", where, i))
		if err != nil {
			return nil, err
		}
		s = append(s, c)
	}
	return s, nil
}

func conditionOf(f gen.EndpointFilter, where string) (condition, error) {
	if moment, ok := timeFields[f.Field]; ok {
		return timeCondition(f, where, moment)
	}
	equal, ok := stringFields[f.Field]
	if !ok && f.Field != ipField {
		return nil, errors.New(where + "/field: endpoints have no such field")
	}
	if f.Operator != "in" {
		return nil, errors.New(where + `/operator: the operator for this field must be "in"`)
	}
	values, ok := stringsOf(f.Value)
	if !ok {
		return nil, errors.New(where + "/value: the value for this field must be a list of strings")
	}
	if f.Field == ipField {
		return ipCondition(values, where)
	}
	// A blank value would match every endpoint that has no value in this field.
	values = slices.DeleteFunc(slices.Clone(values), text.IsBlank)
	return func(e *Endpoint) bool {
		return slices.ContainsFunc(values, func(v string) bool { return equal(e, v) })
	}, nil
}

func timeCondition(f gen.EndpointFilter, where string, moment func(*Endpoint) time.Time) (condition, error) {
	limit, ok := f.Value.(int64)
	if number, isFloat := f.Value.(float64); isFloat { // JSON such as 1e3 or 1000.0
		limit, ok = wholeNumber(number)
	}
	if !ok {
		return nil, errors.New(where + "/value: the value for this field must be a time in whole milliseconds since 1970-01-01 UTC")
	}
	switch f.Operator {
	case "gte":
		return func(e *Endpoint) bool { at := moment(e); return !at.IsZero() && at.UnixMilli() >= limit }, nil
	case "lte":
		return func(e *Endpoint) bool { at := moment(e); return !at.IsZero() && at.UnixMilli() <= limit }, nil
	}
	return nil, errors.New(where + `/operator: the operator for this field must be "gte" or "lte"`)
}

func ipCondition(values []string, where string) (condition, error) {
	wanted := map[netip.Addr]bool{}
	for _, v := range values {
		ip, err := netip.ParseAddr(v)
		if err != nil {
			return nil, errors.New(where + "/value: the value for this field must be a list of IP addresses")
		}
		wanted[ip.Unmap()] = true
	}
	return func(e *Endpoint) bool {
		return slices.ContainsFunc(e.IPs, func(text string) bool {
			ip, err := netip.ParseAddr(text)
			return err == nil && wanted[ip.Unmap()]
		})
	}, nil
}

// wholeNumber refuses numbers that a float64 may have rounded.
func wholeNumber(f float64) (int64, bool) {
	return int64(f), f == math.Trunc(f) && math.Abs(f) <= 1<<53
}

// stringsOf accepts a list, or a single string.
func stringsOf(v gen.FilterValue) ([]string, bool) {
	switch v := v.(type) {
	case []string:
		return v, true
	case string:
		return []string{v}, true
	}
	return nil, false
}
