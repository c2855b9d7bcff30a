package documentweb

import (
	"encoding/base64"
	"mime"
	"net/http"
	"time"

	"countersign/internal/document"
)

// serveBytes is the one function that emits the bytes of a file. They go out as a download that no browser renders, with
// their hash, in ranges if asked for.
func serveBytes(w http.ResponseWriter, r *http.Request, o document.Opened) error {
	defer o.Body.Close() //nolint:errcheck // it was only read
	h := w.Header()
	h.Set("Content-Type", anyBytes)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": o.Version.Name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(o.SHA256[:])+":") // RFC 9530
	http.ServeContent(w, r, "", time.Time{}, o.Body)
	return nil
}
