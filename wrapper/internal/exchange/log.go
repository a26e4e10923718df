package exchange

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"example.com/cortexscan/internal/text"
)

// The log has these attributes and nothing else: no header, no query, no body, no string from the service.

func (c *Client) logAttempt(ctx context.Context, r *http.Request, res *Result, start time.Time) {
	if c.Log.Enabled(ctx, slog.LevelDebug) {
		c.Log.LogAttrs(ctx, slog.LevelDebug, "cortexscan: attempt", append(attributes(r, res),
			slog.Duration("duration", time.Since(start)), slog.Int("bytes", len(res.Body)))...)
	}
}

func (c *Client) logRetry(ctx context.Context, r *http.Request, res *Result, delay time.Duration) {
	if c.Log.Enabled(ctx, slog.LevelInfo) {
		c.Log.LogAttrs(ctx, slog.LevelInfo, "cortexscan: retry", append(attributes(r, res), slog.Duration("delay", delay))...)
	}
}

// attributes are in both records. Status 0 means no response.
func attributes(r *http.Request, res *Result) []slog.Attr {
	status := 0
	if res.Response != nil {
		status = res.Response.StatusCode
	}
	return []slog.Attr{slog.String("operation", Operation(r)), slog.Int("attempt", res.Attempts), slog.Int("status", status)}
}

const maxOperation = 256 // bytes

// Operation names a request, in errors and in logs, by its method and its path below the base.
func Operation(r *http.Request) string {
	if r == nil {
		return "request"
	}
	path := ""
	if r.URL != nil {
		path = r.URL.Path
	}
	return text.Printable(cmp.Or(r.Method, http.MethodGet)+" "+path, maxOperation)
}
