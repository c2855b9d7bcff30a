package documentweb

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

// A WireDocument is a document; others embed it, and the document of the API shows exported fields only.
type WireDocument struct {
	ID     ident.DocumentID `json:"id"`
	Matter ident.MatterID   `json:"matter"`
	Task   ident.TaskID     `json:"task,omitempty" doc:"The task it is work product of."`
	Kind   document.Kind    `json:"kind" enum:"source,work,template,evidence"`
	Name   string           `json:"name"`
	Folder string           `json:"folder"`
	State  document.State   `json:"state" enum:"active,quarantined"`
	N      int64            `json:"current" doc:"Number of the newest version."`
	Rev    int64            `json:"rev"`
}

type wireVersion struct {
	ID        ident.VersionID  `json:"id"`
	Document  ident.DocumentID `json:"document"`
	N         int64            `json:"n"`
	Name      string           `json:"name" doc:"Of the file as it was uploaded."`
	SizeBytes int64            `json:"size_bytes"`
	MediaType string           `json:"media_type" doc:"What the bytes are, not what the name says."`
	SHA256    string           `json:"sha256,omitempty" doc:"In hex."`
	Author    ident.PersonID   `json:"author"`
	Stage     string           `json:"stage,omitempty" doc:"Of the task, in which it was made."`
	Reason    string           `json:"reason,omitempty"`
	MadeAt    time.Time        `json:"made_at"`
}

func documentOnWire(d document.Document) WireDocument {
	return WireDocument{d.ID, d.Matter, d.Task, d.Kind, d.Name, d.Folder, d.State, d.Current, d.Rev}
}

func versionOnWire(v document.Version) wireVersion {
	return wireVersion{v.ID, v.Document, v.N, v.Name, v.SizeBytes, v.MediaType, "", v.Author, v.Stage, v.Reason, v.MadeAt.UTC()}
}

type wireReceived struct {
	Document WireDocument `json:"document"`
	Version  wireVersion  `json:"version"`
	Notes    []string     `json:"notes" doc:"Sentences about the name, the type, and the same bytes elsewhere in the matter."`
}

func receivedOnWire(r document.Received) wireReceived {
	return wireReceived{documentOnWire(r.Document), versionOnWire(r.Version), append([]string{}, r.Notes...)}
}

const (
	anyBytes  = "application/octet-stream"
	rawDetail = "The body is the file as it is, whatever its Content-Type says. What the bytes are is found out here."
)

// API offers the verbs and questions of documents.
func API(api huma.API, s *document.Service) {
	apiReads(api, s)
	apiPages(api, s)
	apiUploads(api, s)
	apiQuarantine(api, s)
	apiUnlock(api, s)
	apiResidency(api, s)
}

type byDocument struct {
	ID ident.DocumentID `path:"id" doc:"Identifier of the document."`
}

type wireItem struct {
	WireDocument
	Version   ident.VersionID `json:"version" doc:"The newest."`
	SizeBytes int64           `json:"size_bytes"`
	MediaType string          `json:"media_type"`
}

type wireLibrary struct {
	Documents []wireItem       `json:"documents"`
	Total     int              `json:"total"`
	After     ident.DocumentID `json:"after,omitempty" doc:"Ask with it for the next page; absent at the end."`
}

type wireSheet struct {
	WireDocument
	Versions []wireVersion `json:"versions" doc:"Newest first."`
}

func apiReads(api huma.API, s *document.Service) {
	type filter struct {
		ID     ident.MatterID   `path:"id" doc:"Identifier of the matter."`
		Kind   document.Kind    `query:"kind" enum:"source,work,template,evidence"`
		Folder string           `query:"folder" doc:"With what lies below it."`
		Find   string           `query:"find" doc:"Part of a name."`
		After  ident.DocumentID `query:"after" doc:"As the page before gave it."`
	}
	web.Offer(api, web.Endpoint{ID: "document.list", Method: "GET", Path: "/matters/{id}/documents", Summary: "List the documents of a matter"},
		func(ctx context.Context, who actor.Actor, in *filter) (wireLibrary, error) {
			l, err := s.Library(ctx, who, in.ID, document.Filter{Kind: in.Kind, Folder: in.Folder, Find: in.Find, After: in.After})
			out := wireLibrary{[]wireItem{}, l.Total, l.Next}
			for _, i := range l.Items {
				out.Documents = append(out.Documents, wireItem{documentOnWire(i.Document), i.Version, i.SizeBytes, i.MediaType})
			}
			return out, err
		})
	web.Offer(api, web.Endpoint{ID: "document.get", Method: "GET", Path: "/documents/{id}", Summary: "Get a document with its versions"},
		func(ctx context.Context, who actor.Actor, in *byDocument) (wireSheet, error) {
			sh, err := s.Sheet(ctx, who, in.ID)
			out := wireSheet{documentOnWire(sh.Document), []wireVersion{}}
			for _, l := range sh.Lines {
				v := versionOnWire(l.Version)
				v.SHA256 = hex.EncodeToString(l.SHA256[:])
				out.Versions = append(out.Versions, v)
			}
			return out, err
		})
	apiCompare(api, s)
	type byVersion struct {
		ID ident.VersionID `path:"id" doc:"Identifier of the version."`
	}
	web.Offer(api, web.Endpoint{ID: string(document.OpenFile), Method: "GET", Path: "/versions/{id}/bytes", Summary: "Take out the bytes of a version", Detail: "It leaves an entry.", Produces: anyBytes},
		func(ctx context.Context, who actor.Actor, in *byVersion) (web.Sender, error) {
			o, err := s.Open(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return web.Send(func(w http.ResponseWriter, r *http.Request) error {
				defer o.Body.Close() //nolint:errcheck // it was only read
				serveBytes(w, r, o)
				return nil
			}), nil
		})
}

func apiUploads(api huma.API, s *document.Service) {
	type upload struct {
		ID     ident.MatterID `path:"id" doc:"Identifier of the matter."`
		Name   string         `query:"name" required:"true" doc:"Name of the file."`
		Kind   document.Kind  `query:"kind" required:"true" enum:"source,work,template,evidence"`
		Task   ident.TaskID   `query:"task" doc:"The task it is work product of."`
		Folder string         `query:"folder"`
		Reason string         `query:"reason"`
		web.Raw
	}
	web.Offer(api, web.Endpoint{ID: string(document.UploadFile), Path: "/matters/{id}/documents", Summary: "Upload a file as a new document", Detail: rawDetail, Status: 201, Takes: anyBytes},
		func(ctx context.Context, who actor.Actor, in *upload) (wireReceived, error) {
			r, err := s.Upload(ctx, who, document.Upload{Matter: in.ID, Task: in.Task, Kind: in.Kind, Folder: in.Folder, Name: in.Name, Reason: in.Reason}, in.Reader())
			return receivedOnWire(r), err
		})
	type next struct {
		ID     ident.DocumentID `path:"id" doc:"Identifier of the document."`
		Name   string           `query:"name" required:"true" doc:"Name of the file."`
		After  int64            `query:"after" doc:"Number of the newest version that you saw; left out: whatever it is."`
		Reason string           `query:"reason"`
		web.Raw
	}
	web.Offer(api, web.Endpoint{ID: string(document.AddVersion), Path: "/documents/{id}/versions", Summary: "Upload a file as the next version", Detail: rawDetail, Status: 201, Takes: anyBytes},
		func(ctx context.Context, who actor.Actor, in *next) (wireReceived, error) {
			r, err := s.AddVersion(ctx, who, document.NewVersion{Document: in.ID, After: in.After, Name: in.Name, Reason: in.Reason}, in.Reader())
			return receivedOnWire(r), err
		})
	type restore struct {
		After  int64  `json:"after,omitempty" doc:"Number of the newest version that you saw."`
		Reason string `json:"reason,omitempty"`
	}
	type restoreIn struct {
		ID   ident.VersionID `path:"id" doc:"Identifier of the version."`
		Body restore
	}
	web.Offer(api, web.Endpoint{ID: string(document.RestoreVersion), Path: "/versions/{id}/restore", Summary: "Make an old version the newest one again", Status: 201},
		func(ctx context.Context, who actor.Actor, in *restoreIn) (wireReceived, error) {
			r, err := s.RestoreVersion(ctx, who, in.ID, in.Body.After, in.Body.Reason)
			return receivedOnWire(r), err
		})
}

func apiQuarantine(api huma.API, s *document.Service) {
	type cause struct {
		Cause  document.Cause `json:"cause" enum:"wrong matter,clawback"`
		Reason string         `json:"reason"`
	}
	type in struct {
		ID   ident.DocumentID `path:"id" doc:"Identifier of the document."`
		Body cause
	}
	web.Do(api, web.Endpoint{ID: string(document.Quarantine), Path: "/documents/{id}/quarantine", Summary: "Set a document aside at once"},
		func(ctx context.Context, who actor.Actor, in *in) error {
			return s.Quarantine(ctx, who, document.QuarantineRequest{Document: in.ID, Cause: in.Body.Cause, Reason: in.Body.Reason})
		})
	web.Do(api, web.Endpoint{ID: string(document.LiftQuarantine), Path: "/documents/{id}/lift-quarantine", Summary: "Give a document back to those who could see it"},
		func(ctx context.Context, who actor.Actor, in *byDocument) error {
			return s.LiftQuarantine(ctx, who, in.ID)
		})
}

func apiCompare(api huma.API, s *document.Service) {
	type ask struct {
		ID   ident.DocumentID `path:"id" doc:"Identifier of the document."`
		From int64            `query:"from" required:"true" doc:"Number of the earlier version."`
		To   int64            `query:"to" required:"true" doc:"Number of the later version."`
	}
	type run struct {
		Text string `json:"text"`
		Is   string `json:"is" enum:"kept,added,removed"`
	}
	type passage struct {
		Runs    []run `json:"runs,omitempty"`
		Skipped int   `json:"skipped,omitempty" doc:"Paragraphs that are the same in both, left out here."`
	}
	type comparison struct {
		Passages []passage `json:"passages" doc:"Empty: the words are the same."`
		Why      string    `json:"why,omitempty" doc:"Why the words could not be compared."`
	}
	web.Offer(api, web.Endpoint{ID: string(document.CompareVersions), Method: "GET", Path: "/documents/{id}/compare", Summary: "Compare two versions word by word", Detail: "It leaves an entry."},
		func(ctx context.Context, who actor.Actor, in *ask) (comparison, error) {
			c, err := s.Compare(ctx, who, in.ID, in.From, in.To)
			out := comparison{[]passage{}, c.Why}
			for _, p := range c.Passages {
				w := passage{Skipped: p.Skipped}
				for _, r := range p.Runs {
					w.Runs = append(w.Runs, run{r.Text, [...]string{"kept", "added", "removed"}[r.Op]})
				}
				out.Passages = append(out.Passages, w)
			}
			return out, err
		})
}
