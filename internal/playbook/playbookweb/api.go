package playbookweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/playbook"
)

type wirePlaybook struct {
	ID        ident.PlaybookID  `json:"id"`
	Code      string            `json:"code" doc:"Task type." example:"LI-03"`
	Name      string            `json:"name"`
	Area      string            `json:"practice_area"`
	Current   int64             `json:"current" doc:"The released version; 0 while only a draft exists."`
	Draft     int64             `json:"draft,omitempty" doc:"The version being drafted."`
	Offshore  playbook.Offshore `json:"offshore" enum:"yes,conditional,no"`
	Retired   bool              `json:"retired"`
	Turnround int64             `json:"turnaround_hours" doc:"Business hours."`
	Rush      int64             `json:"rush_hours" doc:"Business hours."`
}

type wireList struct {
	Playbooks []wirePlaybook `json:"playbooks"`
	After     string         `json:"after,omitempty" doc:"Ask with it for the next page; absent at the end."`
}

type wireStage struct {
	Key   string             `json:"key"`
	Name  string             `json:"name"`
	Kind  playbook.StageKind `json:"kind" enum:"draft,review,acceptance"`
	Role  string             `json:"role"`
	Blind int                `json:"blind_percent" minimum:"0" maximum:"100"`
}

type wireChecklist struct {
	Stage string   `json:"stage"`
	Items []string `json:"items"`
}

type wireVersion struct {
	Playbook    ident.PlaybookID  `json:"playbook"`
	Code        string            `json:"code"`
	Name        string            `json:"name"`
	N           int64             `json:"n"`
	State       playbook.State    `json:"state" enum:"draft,released"`
	Offshore    playbook.Offshore `json:"offshore" enum:"yes,conditional,no"`
	Condition   string            `json:"condition,omitempty"`
	Turnround   int64             `json:"turnaround_hours"`
	Rush        int64             `json:"rush_hours"`
	Stages      []wireStage       `json:"stages"`
	Steps       []string          `json:"steps"`
	Checklists  []wireChecklist   `json:"checklists"`
	Deliverable string            `json:"deliverable"`
	Template    string            `json:"template"`
	ReleasedAt  *time.Time        `json:"released_at,omitempty"`
	Note        string            `json:"note"`
	Rev         int64             `json:"rev"`
}

func apiVersion(v playbook.Version) wireVersion {
	w := wireVersion{Playbook: v.Playbook, Code: v.Code, Name: v.Name, N: v.N, State: v.State, Offshore: v.Offshore, Condition: v.Body.Condition, Turnround: v.TurnaroundHours, Rush: v.RushHours,
		Stages: []wireStage{}, Steps: append([]string{}, v.Body.Steps...), Checklists: []wireChecklist{}, Deliverable: v.Body.Deliverable, Template: v.Body.Template, Note: v.Note, Rev: v.Rev}
	for _, s := range v.Stages {
		w.Stages = append(w.Stages, wireStage{s.Key, s.Name, s.Kind, s.Role, s.BlindPercent})
	}
	for _, c := range v.Body.Checklists {
		w.Checklists = append(w.Checklists, wireChecklist{c.StageKey, append([]string{}, c.Items...)})
	}
	if !v.ReleasedAt.IsZero() {
		at := v.ReleasedAt.UTC()
		w.ReleasedAt = &at
	}
	return w
}

// A ByVersion is the input of an operation on one version.
type ByVersion struct {
	ID ident.PlaybookID `path:"id" doc:"Identifier of the playbook."`
	N  int64            `path:"n" minimum:"0" doc:"Number of the version; 0 for the one in force."`
}

// API offers a firm's playbooks and its taxonomy of defects.
func API(api huma.API, s *playbook.Service) {
	apiReads(api, s)
	apiVerbs(api, s)
}

type wireNone struct{}

func apiReads(api huma.API, s *playbook.Service) {
	type filter struct {
		Area    string `query:"area"`
		Find    string `query:"find" doc:"Part of a code or name."`
		Retired bool   `query:"retired"`
		After   string `query:"after" doc:"As the page before gave it."`
	}
	web.Offer(api, web.Endpoint{ID: "playbook.list", Method: "GET", Path: "/playbooks", Summary: "List the playbooks of your firm"},
		func(ctx context.Context, who actor.Actor, in *filter) (wireList, error) {
			l, err := s.List(ctx, who, playbook.Filter{Area: in.Area, Find: in.Find, Retired: in.Retired, After: in.After})
			out := wireList{[]wirePlaybook{}, l.Next}
			for _, c := range l.Cards {
				out.Playbooks = append(out.Playbooks, wirePlaybook{c.ID, c.Code, c.Name, c.Area, c.Current, c.Draft, c.Offshore, !c.Retired.IsZero(), c.TurnaroundHours, c.RushHours})
			}
			return out, err
		})
	web.Offer(api, web.Endpoint{ID: "playbook.get_version", Method: "GET", Path: "/playbooks/{id}/versions/{n}", Summary: "Get a version of a playbook"},
		func(ctx context.Context, who actor.Actor, in *ByVersion) (wireVersion, error) {
			sh, err := s.Sheet(ctx, who, in.ID, in.N)
			return apiVersion(sh.Version), err
		})
	type byTask struct {
		ID ident.TaskID `path:"id" doc:"Identifier of the task."`
	}
	web.Offer(api, web.Endpoint{ID: "playbook.for_task", Method: "GET", Path: "/tasks/{id}/playbook", Summary: "Get the version that a task is pinned to"},
		func(ctx context.Context, who actor.Actor, in *byTask) (wireVersion, error) {
			v, err := s.ForTask(ctx, who, in.ID)
			return apiVersion(v), err
		})
	apiDefects(api, s)
}

// A WireDefect is one code of a firm's taxonomy.
type WireDefect struct {
	Code     string `json:"code" example:"D-C1"`
	Severity string `json:"severity" enum:"critical,major,minor"`
	Name     string `json:"name"`
	Examples string `json:"examples,omitempty"`
	Points   int64  `json:"points" doc:"Weight in quality figures."`
	Rev      int64  `json:"rev,omitempty" doc:"The revision that you looked at."`
}

func (d WireDefect) defect() playbook.Defect {
	return playbook.Defect{Code: d.Code, Severity: d.Severity, Name: d.Name, Examples: d.Examples, Points: d.Points, Rev: d.Rev}
}

func apiDefects(api huma.API, s *playbook.Service) {
	type listedDefect struct {
		WireDefect
		Retired bool `json:"retired"`
	}
	type defects struct {
		Defects []listedDefect `json:"defects"`
	}
	web.Offer(api, web.Endpoint{ID: "defect.list", Method: "GET", Path: "/defects", Summary: "List the defect codes of your firm"},
		func(ctx context.Context, who actor.Actor, _ *wireNone) (defects, error) {
			ds, err := s.Taxonomy(ctx, who)
			out := defects{[]listedDefect{}}
			for _, d := range ds {
				out.Defects = append(out.Defects, listedDefect{WireDefect{d.Code, d.Severity, d.Name, d.Examples, d.Points, d.Rev}, !d.Retired.IsZero()})
			}
			return out, err
		})
	type addDefect struct{ Body WireDefect }
	web.Do(api, web.Endpoint{ID: string(playbook.AddDefect), Path: "/defects", Summary: "Add a defect code"},
		func(ctx context.Context, who actor.Actor, in *addDefect) error {
			return s.AddDefect(ctx, who, in.Body.defect())
		})
	type editDefect struct {
		Code string `path:"code" doc:"The code; it never changes."`
		Body WireDefect
	}
	web.Do(api, web.Endpoint{ID: string(playbook.EditDefect), Path: "/defects/{code}/edit", Summary: "Change the words and weight of a defect code"},
		func(ctx context.Context, who actor.Actor, in *editDefect) error {
			in.Body.Code = in.Code
			return s.EditDefect(ctx, who, in.Body.defect())
		})
	type retireDefect struct {
		Rev int64 `json:"rev" doc:"The revision that you looked at."`
	}
	type retireCode struct {
		Code string `path:"code"`
		Body retireDefect
	}
	web.Do(api, web.Endpoint{ID: string(playbook.RetireDefect), Path: "/defects/{code}/retire", Summary: "Retire a defect code", Detail: "Findings that bear it keep it."},
		func(ctx context.Context, who actor.Actor, in *retireCode) error {
			return s.RetireDefect(ctx, who, in.Code, in.Body.Rev)
		})
}

func apiVerbs(api huma.API, s *playbook.Service) {
	type imported struct {
		Playbooks int `json:"playbooks" doc:"Made now."`
		Defects   int `json:"defects" doc:"Made now."`
	}
	web.Offer(api, web.Endpoint{ID: string(playbook.Import), Path: "/playbooks/import", Summary: "Import the default catalogue", Detail: "What the firm has already is left as it is."},
		func(ctx context.Context, who actor.Actor, _ *wireNone) (imported, error) {
			n, err := s.ImportCatalogue(ctx, who)
			return imported{n.Playbooks, n.Defects}, err
		})
	type newPlaybook struct {
		Code string `json:"code"`
		Name string `json:"name"`
		Area string `json:"practice_area"`
	}
	type newIn struct{ Body newPlaybook }
	web.Offer(api, web.Endpoint{ID: string(playbook.New), Path: "/playbooks", Summary: "Begin a playbook with a first draft version", Status: 201},
		func(ctx context.Context, who actor.Actor, in *newIn) (wireVersion, error) {
			v, err := s.NewPlaybook(ctx, who, playbook.NewRequest{Code: in.Body.Code, Name: in.Body.Name, Area: in.Body.Area})
			return apiVersion(v), err
		})
	type byID struct {
		ID ident.PlaybookID `path:"id" doc:"Identifier of the playbook."`
	}
	web.Offer(api, web.Endpoint{ID: string(playbook.StartVersion), Path: "/playbooks/{id}/versions", Summary: "Start a draft from the released version", Status: 201},
		func(ctx context.Context, who actor.Actor, in *byID) (wireVersion, error) {
			v, err := s.StartVersion(ctx, who, in.ID)
			return apiVersion(v), err
		})
	type edit struct {
		ByVersion
		Body wireEdit
	}
	web.Offer(api, web.Endpoint{ID: string(playbook.EditVersion), Path: "/playbooks/{id}/versions/{n}/edit", Summary: "Change a draft version"},
		func(ctx context.Context, who actor.Actor, in *edit) (wireVersion, error) {
			v, err := s.EditVersion(ctx, who, in.Body.edit(in.ID, in.N))
			return apiVersion(v), err
		})
	type release struct {
		Rev int64 `json:"rev" doc:"The revision that you looked at."`
	}
	type releaseIn struct {
		ByVersion
		Body release
	}
	web.Offer(api, web.Endpoint{ID: string(playbook.ReleaseVersion), Path: "/playbooks/{id}/versions/{n}/release", Summary: "Release a version", Detail: "Work begun on an older version goes on with it."},
		func(ctx context.Context, who actor.Actor, in *releaseIn) (wireVersion, error) {
			r, err := s.ReleaseVersion(ctx, who, playbook.Release{Playbook: in.ID, N: in.N, Rev: in.Body.Rev})
			return apiVersion(r.Version), err
		})
	web.Do(api, web.Endpoint{ID: string(playbook.Retire), Path: "/playbooks/{id}/retire", Summary: "Take a playbook out of the choices for new tasks"},
		func(ctx context.Context, who actor.Actor, in *byID) error { return s.Retire(ctx, who, in.ID) })
}

type wireEdit struct {
	Offshore    playbook.Offshore `json:"offshore" enum:"yes,conditional,no"`
	Condition   string            `json:"condition,omitempty"`
	Turnround   int64             `json:"turnaround_hours"`
	Rush        int64             `json:"rush_hours"`
	Stages      []wireStage       `json:"stages"`
	Steps       []string          `json:"steps"`
	Checklists  []wireChecklist   `json:"checklists,omitempty"`
	Flags       []string          `json:"flags,omitempty"`
	Deliverable string            `json:"deliverable,omitempty"`
	Inputs      []string          `json:"inputs,omitempty"`
	Defects     []string          `json:"defects,omitempty" doc:"What commonly goes wrong."`
	Template    string            `json:"template,omitempty"`
	TemplateDoc ident.VersionID   `json:"template_version,omitempty"`
	Note        string            `json:"note" doc:"What changed, in one line."`
	Rev         int64             `json:"rev" doc:"The revision that you looked at."`
}

func (b wireEdit) edit(id ident.PlaybookID, n int64) playbook.Edit {
	e := playbook.Edit{Playbook: id, N: n, Rev: b.Rev, Offshore: b.Offshore, TurnaroundHours: b.Turnround, RushHours: b.Rush, Template: b.TemplateDoc, Note: b.Note,
		Body: playbook.Body{Steps: b.Steps, Condition: b.Condition, Flags: b.Flags, Deliverable: b.Deliverable, Inputs: b.Inputs, Defects: b.Defects, Template: b.Template}}
	for _, s := range b.Stages {
		e.Stages = append(e.Stages, playbook.Stage{Key: s.Key, Name: s.Name, Kind: s.Kind, Role: s.Role, BlindPercent: s.Blind})
	}
	for _, c := range b.Checklists {
		e.Body.Checklists = append(e.Body.Checklists, playbook.Checklist{StageKey: c.Stage, Items: c.Items})
	}
	return e
}
