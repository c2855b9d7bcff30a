package documentweb

import (
	"encoding/base64"
	"net/http"
	"strings"

	"countersign/internal/document"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

func (p pages) file(w http.ResponseWriter, r *http.Request) error {
	o, err := p.s.Open(r.Context(), web.Who(r), ident.VersionID(r.PathValue("id")))
	if err != nil {
		return err
	}
	defer o.Body.Close()
	serveBytes(w, r, o)
	return nil
}

// serveBytes sends the native bytes of a version: the only function that does. They are an attachment that no page of
// ours runs in, whatever they are. Ranges are served, so that a broken download goes on where it broke; each request
// has left its entry.
func serveBytes(w http.ResponseWriter, r *http.Request, o document.Opened) {
	h := w.Header()
	h.Set("Content-Type", contentType(o.Version.MediaType))
	h.Set("Content-Disposition", disposition(o.Version.Name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(o.SHA256[:])+":") // RFC 9530: of the whole, in a range too
	h.Set("ETag", `"`+string(o.Version.ID)+`"`)
	http.ServeContent(w, r, "", o.Version.MadeAt, o.Body)
}

func contentType(mediaType string) string {
	if mediaType == document.EmptyType {
		return "application/octet-stream"
	}
	return mediaType
}

// disposition names the file as RFC 6266 says: an ASCII name for old programs, and the real one by RFC 8187.
func disposition(name string) string {
	var plain, full strings.Builder
	for _, r := range name {
		switch {
		case r > '~' || r < ' ':
			plain.WriteByte('_')
		case r == '"' || r == '\\' || r == '%':
			plain.WriteByte('_')
		default:
			plain.WriteRune(r)
		}
	}
	const hexDigits = "0123456789ABCDEF"
	for i := range len(name) {
		if c := name[i]; c < 0x80 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0) {
			full.WriteByte(c)
		} else {
			full.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return `attachment; filename="` + plain.String() + `"; filename*=UTF-8''` + full.String()
}
