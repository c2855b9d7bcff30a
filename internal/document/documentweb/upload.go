package documentweb

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// The bounds of what surrounds the files of an upload.
const (
	maxFields     = 20
	maxFieldBytes = 4 << 10
	maxFiles      = 500
)

// A result is what became of one file. It is the JSON answer for the file.
type result struct {
	Name     string           `json:"name"` // as it was sent
	Status   int              `json:"status"`
	Say      string           `json:"detail,omitempty"` // why it was not taken
	Document ident.DocumentID `json:"document,omitempty"`
	Version  ident.VersionID  `json:"version,omitempty"`
	N        int64            `json:"n,omitempty"`
	Notes    []string         `json:"notes,omitempty"`
}

// fields are the words that came before a file.
type fields struct {
	kind, folder, reason, after string
	back                        string // where to go when all were taken; "" leaves it to the route
}

// A take stores one file.
type take func(ctx context.Context, f fields, name string, body io.Reader) (document.Received, error)

func (p pages) upload(w http.ResponseWriter, r *http.Request) error {
	m := ident.MatterID(r.PathValue("id"))
	return receive(w, r, matterPath(m)+"/documents", func(ctx context.Context, f fields, name string, body io.Reader) (document.Received, error) {
		return p.s.Upload(ctx, web.Who(r), document.Upload{Matter: m, Kind: document.Kind(f.kind), Folder: f.folder, Name: name, Reason: f.reason}, body)
	})
}

func (p pages) uploadWork(w http.ResponseWriter, r *http.Request) error {
	task := ident.TaskID(r.PathValue("id"))
	return receive(w, r, "/tasks/"+r.PathValue("id"), func(ctx context.Context, f fields, name string, body io.Reader) (document.Received, error) {
		return p.s.UploadWork(ctx, web.Who(r), task, name, f.reason, body)
	})
}

func (p pages) addVersion(w http.ResponseWriter, r *http.Request) error {
	id := ident.DocumentID(r.PathValue("id"))
	return receive(w, r, documentPath(id), func(ctx context.Context, f fields, name string, body io.Reader) (document.Received, error) {
		after, err := strconv.ParseInt(f.after, 10, 64)
		if err != nil {
			after = 0
		}
		return p.s.AddVersion(ctx, web.Who(r), document.NewVersion{Document: id, After: after, Name: name, Reason: f.reason}, body)
	})
}

// receive streams the files of a form to one take each, and answers: per file as JSON for scripts, with a redirect to
// back when all were taken, or with a page that has a sentence for each that was not.
func receive(w http.ResponseWriter, r *http.Request, back string, take take) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return answer(w, r, back, nil, fault.InField("file", "Choose a file, then upload it."))
	}
	var all []result
	var f fields
	for n := 0; ; {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // a wrapped one is a body that was cut off
			break
		}
		if err != nil && len(all) > 0 && all[len(all)-1].Say == fault.Say(errBroken) {
			return answer(w, r, back, all, nil) // it broke in the file before, which has said so
		}
		if err != nil {
			return answer(w, r, back, all, broken(err))
		}
		if part.FileName() == "" && part.FormName() != "file" {
			if n++; n > maxFields {
				return answer(w, r, back, all, fault.InField("file", "The form has too many fields."))
			}
			if err := f.read(part); err != nil {
				return answer(w, r, back, all, broken(err))
			}
			if f.back != "" {
				back = web.LocalPath(f.back)
			}
			continue
		}
		if sentName(part) == "" {
			continue // an empty file field
		}
		if len(all) == maxFiles {
			return answer(w, r, back, all, fault.InField("file", "An upload takes at most 500 files. The files before this one were taken."))
		}
		one, err := store(r, f, part, take)
		if err != nil {
			return answer(w, r, back, all, err)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return answer(w, r, back, nil, fault.InField("file", "Choose a file, then upload it."))
	}
	return answer(w, r, back, all, nil)
}

func (f *fields) read(part *multipart.Part) error {
	b, err := io.ReadAll(io.LimitReader(part, maxFieldBytes))
	if err != nil {
		return err
	}
	text := strings.TrimSpace(string(b))
	switch part.FormName() {
	case "kind":
		f.kind = text
	case "folder":
		f.folder = text
	case "reason":
		f.reason = text
	case "after":
		f.after = text
	case "back":
		f.back = text
	}
	return nil
}

// sentName is the name as it came. The library would cut path parts off by the rules of this machine, and without a
// word; the document service cuts them by those of every machine, and tells.
func sentName(part *multipart.Part) string {
	if _, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition")); err == nil {
		return params["filename"]
	}
	return part.FileName()
}

// store has one file taken. An error it returns ends the whole upload: it would meet every other file too.
func store(r *http.Request, f fields, part *multipart.Part, take take) (result, error) {
	got, err := take(r.Context(), f, sentName(part), part)
	if err == nil {
		return result{Name: sentName(part), Status: http.StatusCreated, Document: got.Document.ID, Version: got.Version.ID, N: got.Version.N, Notes: got.Notes}, nil
	}
	switch err = broken(err); {
	case fault.Correctable(err):
		return result{Name: sentName(part), Status: status(err), Say: fault.Say(err)}, nil
	case fault.KindOf(err) == fault.Internal && r.Context().Err() == nil:
		slog.ErrorContext(r.Context(), "upload failed", "route", r.Pattern, "err", err)
		return result{Name: sentName(part), Status: http.StatusInternalServerError, Say: "The file was not stored: the program failed. Try again."}, nil
	}
	return result{}, err
}

var errBroken = fault.InField("file", "The connection broke. Nothing of this file was kept. Send it again.")

// broken says what a body that ended too soon means.
func broken(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errBroken
	}
	return err
}

func status(err error) int {
	if errors.Is(err, document.ErrTooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return web.Status(err)
}

// answer tells what became of the files, and of the upload as a whole when err ended it.
func answer(w http.ResponseWriter, r *http.Request, back string, all []result, err error) error {
	if err != nil && fault.Correctable(err) {
		all = append(all, result{Status: status(err), Say: fault.Say(err)})
		err = nil
	}
	script := web.Part(r) || strings.Contains(r.Header.Get("Accept"), "application/json")
	if err != nil && script && fault.KindOf(err) != fault.Internal {
		return problem(w, status(err), fault.Say(err), all)
	}
	if err != nil {
		return err
	}
	code, say := summary(all)
	switch {
	case script && say != "" && code != http.StatusMultiStatus:
		return problem(w, code, say, all)
	case script:
		return sendJSON(w, code, "application/json", struct {
			Files []result `json:"files"`
		}{all})
	case say == "":
		return web.Redirect(w, r, back, taken(all))
	}
	if code == http.StatusMultiStatus {
		code = http.StatusUnprocessableEntity
	}
	return web.Page(w, r, code, resultsView(resultsPage{web.Chrome(r, "Uploaded files"), back, all}))
}

// A resultsPage is what became of each file.
type resultsPage struct {
	Chrome ui.Chrome
	Back   string
	Files  []result
}

// summary is the status of the whole: 201 when every file was taken, 207 when some were, else that of the first.
func summary(all []result) (code int, say string) {
	good := 0
	for _, f := range all {
		if f.Say == "" {
			good++
		} else if say == "" {
			code, say = f.Status, f.Say
		}
	}
	switch good {
	case len(all):
		return http.StatusCreated, ""
	case 0:
		return code, say
	}
	return http.StatusMultiStatus, say
}

// problem is an answer by RFC 9457, with the single files beside.
func problem(w http.ResponseWriter, code int, say string, all []result) error {
	return sendJSON(w, code, "application/problem+json", struct {
		Title  string   `json:"title"`
		Status int      `json:"status"`
		Detail string   `json:"detail"`
		Files  []result `json:"files,omitempty"`
	}{http.StatusText(code), code, say, all})
}

func sendJSON(w http.ResponseWriter, code int, contentType string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(code)
	_, err = w.Write(b)
	return err
}

// taken is the flash line of an upload that went well. Notes of a single file are told with it.
func taken(all []result) string {
	if len(all) == 1 {
		return strings.Join(append([]string{"Taken."}, all[0].Notes...), " ")
	}
	say := ui.Plural(len(all), "file", "files") + " taken."
	for _, f := range all {
		if len(f.Notes) > 0 && len(say) < 300 { // the line travels in a cookie
			say += " " + f.Name + ": " + strings.Join(f.Notes, " ")
		}
	}
	return say
}
