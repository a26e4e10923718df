package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

const timeForms = "want a time (2026-11-22T21:00:00Z), a date (2026-11-22, local midnight), or how long ago (90m, 24h, 7d)"

// parseTime reads a time: RFC 3339, a date (midnight in the time zone of now), or a duration before now.
func parseTime(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return t, nil
	}
	ago, err := parseAgo(text)
	if err != nil {
		return time.Time{}, err
	}
	return now.Add(-ago), nil
}

// parseAgo is time.ParseDuration with days: 7d, 1d12h. Zero and less are refused: "until now" would be everything.
func parseAgo(text string) (time.Duration, error) {
	var days time.Duration
	rest := text
	if number, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(number, 10, 32)
		if err != nil || n > math.MaxInt64/uint64(24*time.Hour) {
			return 0, errors.New(timeForms)
		}
		days, rest = time.Duration(n)*24*time.Hour, after
	}
	var d time.Duration
	if rest != "" {
		var err error
		if d, err = time.ParseDuration(rest); err != nil {
			return 0, errors.New(timeForms)
		}
	}
	if d < 0 || days+d <= 0 {
		return 0, errors.New(timeForms)
	}
	return days + d, nil
}
