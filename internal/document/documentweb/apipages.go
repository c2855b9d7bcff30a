package documentweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/area"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

// A WirePart names what is read.
type WirePart struct {
	ID ident.VersionID `path:"id" doc:"Identifier of the version."`
	In string          `query:"in" doc:"A file inside it: 2.1 is the first file of the second one. Left out: the version itself." example:"2.1"`
}

func (p WirePart) part() (document.Part, error) {
	in, ok := document.ParsePath(p.In)
	if !ok {
		return document.Part{}, fault.Missing()
	}
	return document.Part{Version: p.ID, In: in}, nil
}

// A WirePage names a page of what is read.
type WirePage struct {
	WirePart
	N int `path:"n" minimum:"1" doc:"Number of the page, from 1."`
}

type wirePages struct {
	Kind   string      `json:"kind" example:"PDF" doc:"What the bytes are."`
	Pages  []wireSize  `json:"pages" doc:"Their sizes, in the file's own unit: the ratio counts. Empty: why tells."`
	Why    string      `json:"why,omitempty" doc:"Why there are no pages."`
	Leaves string      `json:"leaves,omitempty" doc:"What the pages leave out; absent when they show the file as it is."`
	Inside []wireChild `json:"inside" doc:"Attachments of a message, members of an archive."`
	Native bool        `json:"native" doc:"Whether you may take out the file and its words."`
}

type wireSize struct {
	W float32 `json:"w"`
	H float32 `json:"h"`
}

type wireChild struct {
	In        string `json:"in" doc:"Ask with it for its pages."`
	Name      string `json:"name"`
	SizeBytes int64  `json:"size_bytes"`
	Why       string `json:"why,omitempty" doc:"Why it cannot be opened."`
}

func pagesOnWire(v document.View) wirePages {
	out := wirePages{Kind: v.Info.Kind, Pages: []wireSize{}, Why: v.Info.Why, Leaves: v.Info.Leaves, Inside: []wireChild{}, Native: v.Native.Allowed}
	for _, p := range v.Info.Pages {
		out.Pages = append(out.Pages, wireSize(p))
	}
	for _, k := range v.Family {
		if len(k.In) == len(v.In)+1 && slices.Equal(k.In.Out(), v.In) {
			out.Inside = append(out.Inside, wireChild{k.In.String(), k.Name, k.SizeBytes, k.Why})
		}
	}
	return out
}

type wireReading struct {
	Person string    `json:"person"`
	Org    string    `json:"org"`
	N      int64     `json:"n" doc:"Number of the version."`
	At     time.Time `json:"at"`
}

type wireSight struct {
	Person  string          `json:"person"`
	Org     string          `json:"org"`
	Version ident.VersionID `json:"version"`
	N       int64           `json:"n" doc:"Number of the version."`
	In      string          `json:"in,omitempty" doc:"The file inside it."`
	Page    int             `json:"page"`
	First   time.Time       `json:"first_at"`
	Last    time.Time       `json:"last_at"`
	Times   int             `json:"times"`
	Shown   float64         `json:"shown_seconds" doc:"On screen, by what the browser says."`
	Session string          `json:"session" doc:"Its code, as it stands in the mark."`
}

type wireReadership struct {
	Takings []wireReading `json:"takings" doc:"Who took out which version, newest first."`
	Pages   []wireSight   `json:"pages" doc:"Who was sent which page, newest first."`
}

func readershipOnWire(r document.Readership) wireReadership {
	out := wireReadership{[]wireReading{}, []wireSight{}}
	for _, x := range r.Readings {
		out.Takings = append(out.Takings, wireReading{x.Person, x.Org, x.N, x.At.UTC()})
	}
	for _, x := range r.Sights {
		out.Pages = append(out.Pages, wireSight{x.Person, x.Org, x.Version, x.N, x.Inside.String(), x.Page, x.First.UTC(), x.Last.UTC(), x.Times, x.Shown.Seconds(), x.Session})
	}
	return out
}

// apiPages offers reading page by page.
func apiPages(api huma.API, s *document.Service) {
	web.Offer(api, web.Endpoint{ID: "document.pages", Method: "GET", Path: "/versions/{id}/pages", Summary: "Get what a version is and how many pages it has", Detail: "It leaves an entry."},
		func(ctx context.Context, who actor.Actor, in *WirePart) (wirePages, error) {
			p, err := in.part()
			if err != nil {
				return wirePages{}, err
			}
			v, err := s.View(ctx, who, p)
			return pagesOnWire(v), err
		})
	web.Offer(api, web.Endpoint{ID: "document.readers", Method: "GET", Path: "/documents/{id}/readers", Summary: "Get who took out a document and who saw which page"},
		func(ctx context.Context, who actor.Actor, in *byDocument) (wireReadership, error) {
			r, err := s.Readers(ctx, who, in.ID)
			return readershipOnWire(r), err
		})
	type page struct {
		WirePage
		Width int `query:"width" minimum:"200" maximum:"2400" default:"935" doc:"Pixels, before it is turned."`
		Turn  int `query:"turn" minimum:"0" maximum:"3" doc:"Quarters, clockwise."`
	}
	web.Offer(api, web.Endpoint{ID: string(document.SeePages), Method: "GET", Path: "/versions/{id}/pages/{n}", Summary: "See a page of a version", Detail: "The picture carries your name, and is on record before it is sent.", Produces: "image/png"},
		func(ctx context.Context, who actor.Actor, in *page) (web.Sender, error) {
			p, err := in.part()
			if err != nil {
				return nil, err
			}
			return web.Send(func(w http.ResponseWriter, _ *http.Request) error {
				return sendPage(ctx, w, s, who, p, in.N, document.Look{Width: in.Width, Turns: in.Turn})
			}), nil
		})
	type words struct {
		WirePage
		At string `query:"at" doc:"A rectangle in parts of the page: x, y, width, height. Left out: the whole page." example:"0.1,0.25,0.3,0.02"`
	}
	web.Offer(api, web.Endpoint{ID: "document.words", Method: "GET", Path: "/versions/{id}/words/{n}", Summary: "Get the words of a page", Detail: "For those who may take out the file."},
		func(ctx context.Context, who actor.Actor, in *words) (out wirePageText, err error) {
			p, err := in.part()
			if err != nil {
				return out, err
			}
			var at *area.Area
			if in.At != "" {
				a, ok := area.Parse(in.At)
				if !ok {
					return out, fault.InField("at", "This is no rectangle of a page.")
				}
				at = &a
			}
			out.Text, err = s.Quote(ctx, who, p, in.N, at)
			return out, err
		})
}

type wirePageText struct {
	Text string `json:"text"`
}
