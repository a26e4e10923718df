package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/api"
)

// warnings question an abort that is valid but may not be what was meant: values that the service does not document, and
// times that no endpoint can match.
func warnings(t *targets, r *http.Request, now time.Time) []string {
	list := t.timeWarnings(now)
	validator, err := loadValidator()
	if err != nil {
		return list // the request has been validated: it cannot fail here
	}
	for _, p := range validator.Advise(r) {
		list = append(list, t.warning(p))
	}
	return list
}

// warning names the flag that a problem comes from.
func (t *targets) warning(p api.Problem) string {
	rest, isFilter := strings.CutPrefix(p.Pointer, "/request_data/filters/")
	index, member, _ := strings.Cut(rest, "/")
	n, err := strconv.Atoi(index)
	if !isFilter || err != nil || n < 0 || n >= len(t.filters) {
		return p.String()
	}
	f := t.filters[n]
	given := ""
	switch kind, index, _ := strings.Cut(member, "/"); kind {
	case "field":
		given = f.Field
	case "operator":
		given = f.Operator
	case "value":
		if i, err := strconv.Atoi(index); err == nil && i < len(f.values) {
			given = f.values[i]
		}
	}
	return fmt.Sprintf("--%s: %q %s", f.flag, printable(given), p.Reason)
}

// timeWarnings finds ranges of time that are empty. A first time after a last one is empty, too: an endpoint is first
// seen before it is last seen.
func (t *targets) timeWarnings(now time.Time) []string {
	var list []string
	since, until := map[string]time.Time{}, map[string]time.Time{}
	for _, f := range t.filters {
		switch {
		case f.time.IsZero():
		case strings.HasSuffix(f.flag, "-since"):
			since[f.flag] = f.time
			if f.time.After(now) {
				list = append(list, fmt.Sprintf("--%s is in the future: no endpoint can match", f.flag))
			}
		default:
			until[f.flag] = f.time
		}
	}
	for _, pair := range [][2]string{
		{"seen-since", "seen-until"}, {"first-seen-since", "first-seen-until"}, {"first-seen-since", "seen-until"},
	} {
		from, hasFrom := since[pair[0]]
		to, hasTo := until[pair[1]]
		if hasFrom && hasTo && from.After(to) {
			list = append(list, fmt.Sprintf("--%s is after --%s: no endpoint can match", pair[0], pair[1]))
		}
	}
	return list
}
