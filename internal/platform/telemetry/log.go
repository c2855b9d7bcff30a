package telemetry

import (
	"io"
	"log/slog"
	"strings"
)

// NewLogger returns a logger that writes to w; format is "json" or "text", level a name of slog's levels. An unknown
// level is info.
func NewLogger(w io.Writer, format, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l, ReplaceAttr: redact}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// forbidden are parts of keys whose values never belong into a log.
var forbidden = []string{"password", "secret", "token", "cookie", "authorization", "email", "passphrase"}

// redact strikes out the value of a forbidden key. It is a net under the rule, not the rule.
func redact(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, f := range forbidden {
		if strings.Contains(key, f) {
			return slog.String(a.Key, "[struck out]")
		}
	}
	return a
}
