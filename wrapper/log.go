package wrapper

import (
	"context"
	"log/slog"
	"time"
)

// What is logged is this list and nothing else: no header, no query, no body, no text that the service sent.

func (p *pipeline) logAttempt(ctx context.Context, c *call, res *result) {
	if p.log.Enabled(ctx, slog.LevelDebug) {
		p.log.LogAttrs(ctx, slog.LevelDebug, "cortexscan: attempt", append(attributes(c, res),
			slog.Duration("duration", time.Since(res.start)), slog.Int("bytes", len(res.body)))...)
	}
}

func (p *pipeline) logRetry(ctx context.Context, c *call, res *result, delay time.Duration) {
	if p.log.Enabled(ctx, slog.LevelInfo) {
		p.log.LogAttrs(ctx, slog.LevelInfo, "cortexscan: retry", append(attributes(c, res),
			slog.Duration("delay", delay))...)
	}
}

// attributes are what both records tell. Status 0 is no answer.
func attributes(c *call, res *result) []slog.Attr {
	status := 0
	if res.response != nil {
		status = res.response.StatusCode
	}
	return []slog.Attr{
		slog.String("operation", c.operation()),
		slog.Int("attempt", c.attempts),
		slog.Int("status", status),
	}
}
