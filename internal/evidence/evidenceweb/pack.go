package evidenceweb

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"countersign/internal/evidence"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

// kinds are the records of which there are packs, by the word in their address.
var kinds = map[string]string{"matters": "matter", "tasks": "task", "documents": "document", "people": "person"}

// packRoutes registers the packs, beside the trails that they are made of.
func packRoutes(mux web.Router, h pages) {
	for word, kind := range kinds {
		mux.Handle("POST /"+word+"/{id}/evidence", h.askPack(func(r *http.Request) evidence.Scope { return evidence.Scope{Kind: kind, ID: r.PathValue("id")} }))
	}
	whole := func(r *http.Request) evidence.Scope {
		if r.URL.Query().Get("of") == "org" {
			return evidence.Scope{Kind: "org"}
		}
		return evidence.Scope{Kind: "person"}
	}
	mux.Handle("POST /evidence", h.askPack(whole))
	mux.Handle("GET /evidence/{id}", web.Handler(h.asked))
	mux.Handle("GET /evidence/{id}/pack.zip", web.Handler(h.takePack))
	mux.Handle("GET "+web.APIPath+"/evidence/{id}/pack.zip", web.Handler(h.takePack))
}

// A packPage is the report of a pack, for people.
type packPage struct {
	evidence.Pack
	Zone *time.Location
}

// Report puts the parts of a pack into a ZIP: a report for people, the proofs, and how to check them.
func Report(ctx context.Context, z *zip.Writer, pack evidence.Pack, zone *time.Location) error {
	p := packPage{pack, zone}
	for _, part := range []struct {
		name string
		put  func(io.Writer) error
	}{
		{"report.html", func(w io.Writer) error { return packReport(p).Render(ctx, w) }},
		{"pack.json", func(w io.Writer) error { return json.NewEncoder(w).Encode(p.Pack) }},
		{"HOW-TO-VERIFY.txt", func(w io.Writer) error { _, err := io.WriteString(w, howTo); return err }},
	} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: p.Made})
		if err != nil {
			return err
		}
		if err := part.put(f); err != nil {
			return err
		}
	}
	return nil
}

const howTo = `How to verify this pack

report.html is for reading. pack.json holds the same entries with their proofs, and is what counts.

  countersign verify --key LOGKEY --witness WITNESSKEY evidence.zip
  countersign-verify --key LOGKEY --witness WITNESSKEY evidence.zip

Either runs without the server and without a network. LOGKEY is the public key of the log: it stands in pack.json under log_key, but have it
confirmed by somebody who is not the operator of the server, such as the other side. WITNESSKEY is the public key of a witness that you trust.

By hand: each entry's leaf is text. Its leaf hash is SHA-256 over a zero byte and the leaf; with the hashes of its proof it gives the root in the
checkpoint (RFC 6962, section 2.1.1), which the log signed (a signed note with Ed25519, c2sp.org/signed-note). A value belongs to its
commitment when HMAC-SHA-256 with the salt as key, over name, a zero byte and value, is the hash in the leaf's line "field".

What a pack does not prove stands at the end of what the program says.
`

// filter reads the filters of an address, as the trail's own page does; what cannot be read filters nothing.
func filter(q url.Values, zone *time.Location) evidence.Filter {
	f := evidence.Filter{Group: q.Get("what"), Person: ident.PersonID(q.Get("who")), Refused: q.Get("refused") != ""}
	if side := q.Get("side"); side == "firm" || side == "provider" {
		f.Side = side
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("from"), zone); err == nil {
		f.From = t
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("until"), zone); err == nil {
		f.To = t.AddDate(0, 0, 1)
	}
	return f
}
