package security_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

// dirty is what a terminal would obey, or show as something else than it is; one text for each kind.
var dirty = map[string]string{
	"escape sequence":     "\x1b[31mred\x1b[0m",
	"window title":        "\x1b]0;owned\x07",
	"hyperlink":           "\x1b]8;;https://example.org\x1b\\click\x1b]8;;\x1b\\",
	"C1 controls":         "\u009b31m\u0085\u0090",
	"NUL, BEL, backspace": "a\x00b\x07c\x08\x08d\x7f",
	"carriage return":     "ok\rfailed",
	"line breaks":         "one\ntwo\r\nthree\vfour\ffive",
	"separators":          "one\u2028two\u2029three",
	"bidi overrides":      "\u202egnp.exe\u202c \u2066a\u2069 \u200f\u061c",
	"zero-width":          "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
	"tags":                "\U000e0041\U000e007f",
	"interlinear":         "\ufff9a\ufffab\ufffb",
	"invalid UTF-8":       "a\xffb\xc3(\xed\xa0\x80\xf4\x90\x80\x80",
}

// TestNothingThatATerminalObeys comes out of any text that a server sends: not in an error's text or in that of
// anything it wraps, not in a text of APIError, not in a state, not in a log.
func TestNothingThatATerminalObeys(t *testing.T) {
	validator, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	for kind, text := range dirty {
		for place, respond := range answers {
			for validated, opts := range map[string][]wrapper.Option{"plain": nil, "validated": {wrapper.WithResponseValidator(validator)}} {
				if opts != nil && !strings.HasPrefix(respond(text), "HTTP/1.1 2") {
					continue // what is an error anyway is not validated
				}
				t.Run(strings.Join([]string{kind, place, validated}, "/"), func(t *testing.T) {
					url, _ := serve(t, func(*http.Request) string { return respond(text) })
					var log rawLog
					c, _ := client(t, url, credentials["advanced"], append(opts, wrapper.WithMaxResponseBytes(20_000), wrapper.WithLogger(slog.New(&log)))...)
					for _, call := range calls {
						wantClean(t, call(t.Context(), c))
					}
					if status, err := c.GetScanRunStatus(t.Context(), 1); err == nil && !isClean(status.State()) {
						t.Errorf("state %q", status.State())
					}
					if !isClean(log.String()) || log.Len() == 0 {
						t.Errorf("logged %q", log.String())
					}
				})
			}
		}
	}
}

// rawLog keeps what is logged, before any handler has put it into quotes.
type rawLog struct{ strings.Builder }

func (l *rawLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *rawLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *rawLog) WithGroup(string) slog.Handler            { return l }
func (l *rawLog) Handle(_ context.Context, r slog.Record) error {
	fmt.Fprint(l, r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprint(l, a.Key, a.Value); return true })
	return nil
}

func isClean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

// wantClean checks every text of an error, and of all that it wraps.
func wantClean(t testing.TB, err error) {
	t.Helper()
	clean := func(what, text string, atMost int) {
		if !isClean(text) || len(text) > atMost {
			t.Errorf("%s, %d bytes: %q", what, len(text), text)
		}
	}
	for _, node := range nodes(err) {
		clean(fmt.Sprintf("%T", node), node.Error(), 4<<10)
	}
	var e *wrapper.APIError
	if !errors.As(err, &e) {
		return
	}
	clean("Operation", e.Operation, 1<<10)
	clean("Code", e.Code, 1<<10)
	clean("Message", e.Message, 1<<10)
	clean("Extra", e.Extra, 1<<10)
	clean("Hint", e.Hint, 1<<10)
	for _, d := range e.Details {
		clean("Detail", d.String(), 2<<10)
		clean("Field", d.Field, 1<<10)
		clean("Message of a detail", d.Message, 1<<10)
	}
}
