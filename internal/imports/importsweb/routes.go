package importsweb

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/http"

	"countersign/internal/imports"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Routes adds the routes. The two that take a file set a limit of their own, above web.FormBytes.
func Routes(mux web.Router, s *imports.Service) {
	p := pages{s}
	mux.Handle("GET /import", web.Handler(p.start))
	mux.Handle("GET /import/example/{kind}", web.Handler(p.example))
	mux.Handle("POST /import/preview", web.Handler(p.preview))
	mux.Handle("POST /import", web.Handler(p.run))
	mux.Handle("POST /import/{id}/undo", web.Handler(p.undo))
}

type pages struct{ s *imports.Service }

// room is what a form may take beside the file.
const room = 64 << 10

func (p pages) start(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, http.StatusOK, "", nil)
}

func (p pages) show(w http.ResponseWriter, r *http.Request, status int, kind imports.Kind, errs []ui.FieldError) error {
	kinds, err := p.s.MayHold(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	past, err := p.s.Past(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	rd := web.ReaderOf(r)
	return web.Page(w, r, status, startPage(web.Chrome(r, "Import"), kinds, past, kind, errs, rd.Zone))
}

func (p pages) refused(w http.ResponseWriter, r *http.Request, kind imports.Kind, err error) error {
	if !fault.Correctable(err) {
		return err
	}
	return p.show(w, r, web.Status(err), kind, web.FieldErrors(err))
}

func (p pages) example(w http.ResponseWriter, r *http.Request) error {
	kind := imports.Kind(r.PathValue("kind"))
	text := imports.Example(kind)
	if text == "" {
		return fault.Missing()
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(kind)+`.csv"`)
	_, err := io.WriteString(w, text)
	return err
}

func (p pages) preview(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, imports.MaxBytes+room)
	kind := imports.Kind(r.FormValue("kind"))
	file, head, err := r.FormFile("file")
	if err != nil {
		return p.refused(w, r, kind, fault.InField("file", "Choose a CSV file of at most 2 MB."))
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	plan, err := p.s.Preview(r.Context(), web.Who(r), kind, data)
	if err != nil {
		return p.refused(w, r, kind, err)
	}
	packed, err := pack(data)
	if err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, previewPage(web.Chrome(r, "Preview of an import"), plan, head.Filename, packed))
}

func (p pages) run(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 2*imports.MaxBytes+room)
	kind := imports.Kind(r.FormValue("kind"))
	data, err := unpack(r.FormValue("data"))
	if err != nil {
		return p.refused(w, r, kind, fault.InField("file", "The file did not come through whole. Choose it again."))
	}
	_, plan, err := p.s.Run(r.Context(), web.Who(r), kind, r.FormValue("name"), data)
	if err != nil {
		return p.refused(w, r, kind, err)
	}
	return web.Redirect(w, r, "/import", "Imported: "+ui.Number(plan.Made)+" made, "+ui.Number(plan.There)+" there already, "+ui.Number(plan.Refused)+" refused. It can be undone until what it made is used.")
}

func (p pages) undo(w http.ResponseWriter, r *http.Request) error {
	if err := p.s.Undo(r.Context(), web.Who(r), r.PathValue("id")); err != nil {
		return p.refused(w, r, "", err)
	}
	return web.Redirect(w, r, "/import", "Undone: all that the import made is taken back.")
}

// pack makes a file small enough to travel in a form.
func pack(data []byte) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes()), nil
}

// unpack reads no more than a file may hold, and one byte to notice more.
func unpack(s string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, imports.MaxBytes+1))
}

var kindNames = map[imports.Kind]string{imports.People: "People to invite", imports.Clients: "Clients", imports.Matters: "Matters", imports.Parties: "Parties of matters", imports.Team: "People on matters"}

func kindOptions(kinds []imports.Kind) []ui.Option {
	var out []ui.Option
	for _, k := range kinds {
		out = append(out, ui.Option{Value: string(k), Label: kindNames[k]})
	}
	return out
}

func errorOf(errs []ui.FieldError, name string) string {
	for _, e := range errs {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

// previewed caps the rows that a preview shows of each verdict; the counts are of all.
const previewed = 200

// worst orders a preview: what is refused first, then what is there, then what will be made.
func worst(rows []imports.Row) []imports.Row {
	var out []imports.Row
	for _, v := range []imports.Verdict{imports.Refused, imports.There, imports.Make} {
		n := 0
		for _, r := range rows {
			if r.Verdict == v && n < previewed {
				out = append(out, r)
				n++
			}
		}
	}
	return out
}
