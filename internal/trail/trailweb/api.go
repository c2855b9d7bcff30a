package trailweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/trail"
)

// A WireEntry is one entry in words.
type WireEntry struct {
	ID      ident.EntryID  `json:"id"`
	At      time.Time      `json:"at"`
	Person  ident.PersonID `json:"person,omitempty" doc:"Absent for the program itself."`
	Name    string         `json:"name,omitempty"`
	Org     string         `json:"org,omitempty" doc:"Name of the organization it was done for."`
	Action  string         `json:"action" example:"task.submit"`
	Says    string         `json:"says" doc:"What was done, in words."`
	Reason  string         `json:"reason,omitempty"`
	Refused bool           `json:"refused"`
	Rule    string         `json:"rule,omitempty" doc:"Name of the rule that decided."`
	Policy  string         `json:"policy" doc:"SHA-256 of the policies that were asked, in hex."`
	Subject string         `json:"subject" example:"task/018b…"`
	Matter  ident.MatterID `json:"matter,omitempty"`
}

func entryOnWire(r trail.Row) WireEntry {
	return WireEntry{r.ID, r.At.UTC(), r.Person, r.Name, r.Org, r.Action, r.Did + " " + r.What, r.Because, r.Refused, r.Rule, r.Policy, r.Subject.String(), r.Matter}
}

type wireField struct {
	Name  string `json:"name"`
	Hash  string `json:"hash" doc:"HMAC-SHA-256 with salt as key over name, a zero byte and value, in base64."`
	Salt  string `json:"salt,omitempty" doc:"In base64."`
	Value string `json:"value,omitempty"`
	State string `json:"state" enum:"opens,differs,erased,withheld"`
}

// API offers the trail.
func API(api huma.API, s *trail.Service) {
	type ask struct {
		Kind    string    `path:"kind" enum:"matter,task,document,person,org"`
		ID      string    `path:"id" doc:"Identifier; mine for yourself or your own organization."`
		Refused bool      `query:"refused" doc:"Refused attempts only."`
		From    time.Time `query:"from"`
		To      time.Time `query:"to" doc:"Exclusive."`
		Before  string    `query:"before" doc:"As a page gave it in older."`
	}
	type page struct {
		Entries []WireEntry `json:"entries" doc:"Newest first."`
		Older   string      `json:"older,omitempty" doc:"Ask with it as before for the page before; absent at the first."`
	}
	web.Offer(api, web.Endpoint{ID: "trail.list", Method: "GET", Path: "/trail/{kind}/{id}", Summary: "Read the trail of a matter, task, document, person or organization"},
		func(ctx context.Context, who actor.Actor, in *ask) (page, error) {
			if in.ID == "mine" {
				in.ID = ""
			}
			p, err := s.Trail(ctx, who, trail.Scope{Kind: in.Kind, ID: in.ID}, trail.Filter{Refused: in.Refused, From: in.From, To: in.To}, trail.ParseCursor(in.Before))
			out := page{[]WireEntry{}, p.Older.String()}
			for _, r := range p.Rows {
				out.Entries = append(out.Entries, entryOnWire(r))
			}
			return out, err
		})
	type byID struct {
		ID ident.EntryID `path:"id" doc:"Identifier of the entry."`
	}
	type detail struct {
		WireEntry
		Leaf     string      `json:"leaf" doc:"The bytes that the log holds, which are text."`
		LeafHash string      `json:"leaf_hash" doc:"RFC 6962 section 2.1, in hex."`
		Fields   []wireField `json:"fields"`
	}
	web.Offer(api, web.Endpoint{ID: "trail.entry", Method: "GET", Path: "/entries/{id}", Summary: "Get an entry with its leaf and what opens its commitments"},
		func(ctx context.Context, who actor.Actor, in *byID) (detail, error) {
			d, err := s.Entry(ctx, who, in.ID)
			out := detail{entryOnWire(d.Row), d.Leaf, d.LeafHash, []wireField{}}
			for _, f := range d.Fields {
				out.Fields = append(out.Fields, wireField{f.Name, f.Hash, f.Salt, f.Value, f.State})
			}
			return out, err
		})
}
