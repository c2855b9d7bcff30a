package threadweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/thread"
)

type wireMessage struct {
	ID     thread.MessageID `json:"id"`
	Author ident.PersonID   `json:"author"`
	Name   string           `json:"name"`
	Org    string           `json:"org" doc:"Name of the organization the author spoke for."`
	Text   string           `json:"text"`
	At     time.Time        `json:"at"`
	Edited *time.Time       `json:"edited,omitempty"`
	Rev    int64            `json:"rev"`
}

type wireThread struct {
	Messages []wireMessage `json:"messages" doc:"Oldest first."`
	Older    string        `json:"older,omitempty" doc:"Ask with it as before for the page before; absent at the first."`
	Total    int           `json:"total"`
}

// A ByPlace is what talk hangs on.
type ByPlace struct {
	Kind string `path:"kind" enum:"matter,task,document"`
	ID   string `path:"id" doc:"Identifier of the matter, task or document."`
}

type wireWords struct {
	Text string `json:"text" minLength:"1"`
}

type wireID struct {
	ID thread.MessageID `json:"id"`
}

// API offers talk on matters, tasks and documents.
func API(api huma.API, s *thread.Service) {
	type page struct {
		ByPlace
		Before string `query:"before" doc:"As a page gave it in older."`
	}
	web.Offer(api, web.Endpoint{ID: "message.list", Method: "GET", Path: "/threads/{kind}/{id}", Summary: "Read the talk on a matter, task or document"},
		func(ctx context.Context, who actor.Actor, in *page) (wireThread, error) {
			p, err := s.Thread(ctx, who, in.Kind, in.ID, thread.ParseCursor(in.Before))
			out := wireThread{[]wireMessage{}, p.Older.String(), p.All}
			for _, m := range p.Messages {
				w := wireMessage{m.ID, m.Author, m.Name, m.Org, m.Text, m.At.UTC(), nil, m.Rev}
				if !m.Edited.IsZero() {
					at := m.Edited.UTC()
					w.Edited = &at
				}
				out.Messages = append(out.Messages, w)
			}
			return out, err
		})
	type post struct {
		ByPlace
		Body wireWords
	}
	web.Offer(api, web.Endpoint{ID: string(thread.DoPost), Path: "/threads/{kind}/{id}", Summary: "Say something on a matter, task or document", Status: 201},
		func(ctx context.Context, who actor.Actor, in *post) (wireID, error) {
			id, err := s.Post(ctx, who, in.Kind, in.ID, in.Body.Text)
			return wireID{id}, err
		})
	type change struct {
		Text string `json:"text" minLength:"1"`
		Rev  int64  `json:"rev" doc:"The revision that you saw."`
	}
	type edit struct {
		ID   thread.MessageID `path:"id" doc:"Identifier of the message."`
		Body change
	}
	web.Do(api, web.Endpoint{ID: string(thread.DoEdit), Path: "/messages/{id}/edit", Summary: "Change your own message; the text before is kept"},
		func(ctx context.Context, who actor.Actor, in *edit) error {
			_, err := s.Edit(ctx, who, in.ID, in.Body.Rev, in.Body.Text)
			return err
		})
	apiNotices(api, s)
}

func apiNotices(api huma.API, s *thread.Service) {
	type notice struct {
		ID     string    `json:"id"`
		Kind   string    `json:"kind" example:"returned"`
		Text   string    `json:"text" doc:"As you may read it now."`
		About  string    `json:"about,omitempty" doc:"task/…, document/…, deadline/…, trigger/… or matter/…"`
		At     time.Time `json:"at"`
		Read   bool      `json:"read"`
		Urgent bool      `json:"urgent"`
	}
	type notices struct {
		Notices []notice `json:"notices" doc:"Newest first."`
	}
	type which struct {
		All bool `query:"all" doc:"Those that were read, too."`
	}
	web.Offer(api, web.Endpoint{ID: "notice.list", Method: "GET", Path: "/notices", Summary: "List what you were told", Detail: "The newest 100."},
		func(ctx context.Context, who actor.Actor, in *which) (notices, error) {
			told, _, err := s.Notices(ctx, who, in.All, thread.Cursor{}, 100)
			out := notices{[]notice{}}
			for _, n := range told {
				about := ""
				if n.About.ID != "" {
					about = n.About.String()
				}
				out.Notices = append(out.Notices, notice{n.ID, n.Kind, n.Text, about, n.At.UTC(), n.Read, n.Urgent})
			}
			return out, err
		})
	type none struct{}
	web.Do(api, web.Endpoint{ID: string(thread.DoRead), Path: "/notices/read", Summary: "Mark everything as read that you were told until now"},
		func(ctx context.Context, who actor.Actor, _ *none) error { return s.ReadAll(ctx, who) })
}
