package wrapper_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// sentBody calls AbortScan and returns the body of the request, or "" if no request was sent.
func sentBody(t testing.TB, targets wrapper.Targets, opts ...wrapper.AbortOption) (string, error) {
	t.Helper()
	rec := &recorder{next: transport(good)}
	err := abort(t, newClient(t, rec), targets, opts...)
	if len(rec.bodies) == 0 {
		return "", err
	}
	return rec.bodies[0], err
}

// Later changes to the caller's slices do not affect Targets, and Targets can be used twice.
func TestTargetsCopyTheCallersSlices(t *testing.T) {
	names, own := []string{"laptop-17"}, []string{"windows"}
	filters := []gen.EndpointFilter{wrapper.Hostnames(names...), {Field: "platform", Operator: "in", Value: own}, wrapper.Aliases("a")}
	targets := wrapper.Matching(filters...)
	names[0], own[0], filters[2] = "", "", gen.EndpointFilter{}
	first, err := sentBody(t, targets)
	if err != nil || !strings.Contains(first, "laptop-17") || !strings.Contains(first, "windows") {
		t.Fatalf("sent %s, %v, want the original values", first, err)
	}
	if second, err := sentBody(t, targets); err != nil || second != first {
		t.Errorf("the second time: sent %s, %v, want %s", second, err, first)
	}
}

// API() sends the zero request, but with null filters, never with "all". A request validator refuses this request.
func TestZeroRequestNeverMeansAll(t *testing.T) {
	rec := &recorder{next: transport(good)}
	must(newClient(t, rec).API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}))
	if want := `{"request_data":{"filters":null}}`; rec.bodies[0] != want {
		t.Errorf("sent %s, want %s", rec.bodies[0], want)
	}
	c := newClient(t, rec, wrapper.WithRequestValidator(must(api.NewValidator())))
	if _, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}); !errors.Is(err, wrapper.ErrInvalidRequest) || len(rec.bodies) != 1 {
		t.Errorf("got %v after %d requests; want ErrInvalidRequest, and nothing sent", err, len(rec.bodies)-1)
	}
}

// Every kind of Targets is encoded as the spec documents it. tests/wire covers all documented filters.
func TestOnlyAllEndpointsSendsAll(t *testing.T) {
	// This time is not in UTC, and its microseconds are not sent.
	at := time.UnixMilli(1584983036945).Add(999 * time.Microsecond).In(time.FixedZone("far", 9*3600))
	custom := func(value gen.FilterValue) wrapper.Targets {
		return wrapper.Matching(gen.EndpointFilter{Field: "f", Operator: "o", Value: value})
	}
	for want, targets := range map[string]wrapper.Targets{
		`"all"`: wrapper.AllEndpoints(),
		`[{"field":"hostname","operator":"in","value":["all"]}]`:          wrapper.Matching(wrapper.Hostnames("all")),
		`[{"field":"first_seen","operator":"gte","value":1584983036945}]`: wrapper.Matching(wrapper.FirstSeenSince(at)),
		`[{"field":"last_seen","operator":"lte","value":1}]`:              wrapper.Matching(wrapper.LastSeenUntil(time.UnixMilli(1))),
		`[{"field":"tag","operator":"contains","value":[" a "]}]`:         wrapper.Matching(wrapper.Where("tag", "contains", " a ")),
		`[{"field":"f","operator":"o","value":"a"}]`:                      custom("a"),
		`[{"field":"f","operator":"o","value":7}]`:                        custom(int64(7)),
		`[{"field":"f","operator":"o","value":1}]`:                        custom(1),
	} {
		for incident, opts := range map[string][]wrapper.AbortOption{"": nil, `,"incident_id":"4711"`: {wrapper.WithIncident("4711")}} {
			body, err := sentBody(t, targets, opts...)
			if want := `{"request_data":{"filters":` + want + incident + `}}`; err != nil || body != want {
				t.Errorf("sent %s, %v, want %s", body, err, want)
			}
		}
	}
}

// The constants and filters of the package are those of the spec.
func TestDocumentedValues(t *testing.T) {
	constants := map[string][]string{
		"platform": {wrapper.PlatformWindows, wrapper.PlatformLinux, wrapper.PlatformMacOS, wrapper.PlatformAndroid},
		"isolate":  {wrapper.Isolated, wrapper.Unisolated},
		"scan_status": {
			wrapper.ScanNone, wrapper.ScanPending, wrapper.ScanInProgress, wrapper.ScanCanceled, wrapper.ScanAborted,
			wrapper.ScanPendingCancellation, wrapper.ScanSuccess, wrapper.ScanError,
		},
	}
	at := time.UnixMilli(1)
	operators := map[string][]string{}
	for _, f := range []gen.EndpointFilter{
		wrapper.EndpointIDs("a"), wrapper.Hostnames("a"), wrapper.Aliases("a"), wrapper.GroupNames("a"), wrapper.Distributions("a"), wrapper.IPs("a"),
		wrapper.Usernames("a"), wrapper.Platforms("a"), wrapper.Isolation("a"), wrapper.ScanStatuses("a"),
		wrapper.FirstSeenSince(at), wrapper.FirstSeenUntil(at), wrapper.LastSeenSince(at), wrapper.LastSeenUntil(at),
	} {
		operators[f.Field] = append(operators[f.Field], f.Operator)
	}
	known := api.KnownFilters()
	for _, k := range known {
		if !sameSet(operators[k.Field], k.Operators) {
			t.Errorf("%s: this test has filters with the operators %q, the spec has %q: add the function to abort.go, and to this test", k.Field, operators[k.Field], k.Operators)
		}
		if !sameSet(constants[k.Field], k.Values) {
			t.Errorf("%s: this test has the constants %q, the spec has %q: add the constant to abort.go, and to this test", k.Field, constants[k.Field], k.Values)
		}
	}
	if len(known) != len(operators) {
		t.Errorf("this test has filters for %d fields, the spec has %d", len(operators), len(known))
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// The body decodes to the given filters, and never to all endpoints.
func FuzzFilters(f *testing.F) {
	f.Add("hostname", "in", "laptop-17", "laptop-18", int64(1584983036945), "4711")
	f.Add("all", "all", "all", "all", int64(1), "all")
	f.Add("", " ", "\u200b", "\u00a0", int64(0), "")
	f.Add("f", "o", `"},"filters":"all"`, "\\", int64(-1), "\x00")
	f.Add("f\xff", "o\u2028", "\xff", "<&>\u2029", int64(1<<62), "\U0010ffff")
	f.Fuzz(func(t *testing.T, field, operator, first, second string, millis int64, incident string) {
		since := time.UnixMilli(millis)
		filters := []gen.EndpointFilter{wrapper.Where(field, operator, first, second), wrapper.Hostnames(first), wrapper.LastSeenSince(since)}
		body, err := sentBody(t, wrapper.Matching(filters...), wrapper.WithIncident(incident))
		if err != nil {
			if !errors.Is(err, wrapper.ErrInvalidRequest) || body != "" || !isCleanLine(err.Error()) {
				t.Fatalf("got %v after sending %q, want one line with ErrInvalidRequest, and nothing sent", err, body)
			}
			return
		}
		for _, s := range []string{field, operator, first, second, incident} {
			if strings.TrimSpace(s) == "" {
				t.Fatalf("a blank string was sent: %s", body)
			}
			if !utf8.ValidString(s) {
				return // JSON can't represent the string
			}
		}
		if since.UnixMilli() <= 0 {
			t.Fatalf("the time %v was sent: %s", since, body)
		}
		var got gen.AbortScanRequest
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		want := gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: filters, IncidentID: incident}}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\ndecodes to %#v\nwant       %#v", body, got, want)
		}
	})
}
