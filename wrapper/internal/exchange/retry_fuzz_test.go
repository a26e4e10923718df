package exchange

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzRetryAfter: whatever the header says, the wait is none, or one that is stated and lies in the future.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{
		"", "0", "7", " 7 ", "1.5", "-1", "+1", "1e3", "1e300", "1e999", "NaN", "Inf", "0x10", "1_0", "e", ".", "9223372036", "9223372037",
		strings.Repeat("9", 400), "Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 GMT", "Mon Jan  2 15:04:05 2006",
		"Fri, 31 Dec 9999 23:59:59 GMT", "7, 9", "soon", "\x00", "٧",
	} {
		f.Add(value, int64(1136214245))
	}
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix%(1<<40), 0)
		d := RetryAfter(http.Header{"Retry-After": {value}}, now)
		if d < 0 {
			t.Fatalf("%q: %v", value, d)
		}
		if at, err := http.ParseTime(strings.TrimSpace(value)); err == nil && d > 0 && d < math.MaxInt64 && !now.Add(d).Equal(at) {
			t.Fatalf("%q: %v after %v is not then", value, d, now)
		}
		if several := RetryAfter(http.Header{"Retry-After": {value, value}}, now); several != 0 {
			t.Fatalf("%q twice: %v", value, several)
		}
	})
}
