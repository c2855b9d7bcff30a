package matterweb

import (
	"net/http"
	"strconv"

	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/web"
)

func (p pages) edit(w http.ResponseWriter, r *http.Request) error {
	return p.showEdit(w, r, web.Form{})
}

func (p pages) showEdit(w http.ResponseWriter, r *http.Request, f web.Form) error {
	e, err := p.s.EditForm(r.Context(), web.Who(r), id(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, f.Code(), editPage(web.Chrome(r, "Edit "+e.Number), e, f))
}

func (p pages) save(w http.ResponseWriter, r *http.Request) error {
	rev, _ := strconv.ParseInt(r.FormValue("rev"), 10, 64) // 0, as when absent, takes the present one
	err := p.s.Edit(r.Context(), web.Who(r), matter.Change{ID: id(r), Number: r.FormValue("number"), Title: r.FormValue("title"),
		PracticeArea: r.FormValue("practice_area"), Jurisdiction: r.FormValue("jurisdiction"), DataClass: r.FormValue("data_class"),
		Standing: r.FormValue("standing"), Rev: rev})
	return done(w, r, err, "matter", matterPath(r, ""), "Saved.", p.showEdit)
}

func (p pages) turn(w http.ResponseWriter, r *http.Request) error {
	do, flash := p.s.Close, "Closed. Nothing of it is released any more."
	if r.Pattern == "POST /matters/{id}/reopen" {
		do, flash = p.s.Reopen, "Open again."
	}
	err := do(r.Context(), web.Who(r), id(r), r.FormValue("reason"))
	return done(w, r, err, "turn", matterPath(r, ""), flash, p.showEdit)
}

func (p pages) addFact(w http.ResponseWriter, r *http.Request) error {
	_, err := p.s.AddFact(r.Context(), web.Who(r), id(r), r.FormValue("label"), r.FormValue("value"))
	return done(w, r, err, "fact", matterPath(r, "/edit#facts"), "Added. Drafts copy it from the matter and from every task.", p.showEdit)
}

func (p pages) changeFact(w http.ResponseWriter, r *http.Request) (err error) {
	fact, flash := r.PathValue("fact"), "Saved."
	switch r.FormValue("do") {
	case "remove":
		err, flash = p.s.RemoveFact(r.Context(), web.Who(r), id(r), fact), "Removed."
	case "raise":
		err, flash = p.s.RaiseFact(r.Context(), web.Who(r), id(r), fact), ""
	default:
		err = p.s.EditFact(r.Context(), web.Who(r), id(r), matter.Fact{ID: fact, Label: r.FormValue("label"), Value: r.FormValue("value")})
	}
	return done(w, r, err, "fact-"+fact, matterPath(r, "/edit#facts"), flash, p.showEdit)
}

const listChanged = "The party list has changed. Conflict checks made before do not count for it."

func (p pages) addParty(w http.ResponseWriter, r *http.Request) error {
	_, err := p.s.AddParty(r.Context(), web.Who(r), id(r), matter.NewParty{Name: r.FormValue("name"), Role: r.FormValue("role")})
	return done(w, r, err, "party", matterPath(r, "/edit#parties"), listChanged, p.showEdit)
}

func (p pages) changeParty(w http.ResponseWriter, r *http.Request) (err error) {
	party := r.PathValue("pty")
	if r.FormValue("do") == "remove" {
		err = p.s.RemoveParty(r.Context(), web.Who(r), id(r), party)
	} else {
		err = p.s.EditParty(r.Context(), web.Who(r), id(r), party, matter.NewParty{Name: r.FormValue("name"), Role: r.FormValue("role")})
	}
	return done(w, r, err, "party-"+party, matterPath(r, "/edit#parties"), listChanged, p.showEdit)
}

func (p pages) gates(w http.ResponseWriter, r *http.Request) error {
	return p.showGates(w, r, web.Form{})
}

func (p pages) showGates(w http.ResponseWriter, r *http.Request, f web.Form) error {
	g, err := p.s.Gates(r.Context(), web.Who(r), id(r))
	if err != nil {
		return err
	}
	c, rd := web.Chrome(r, "Gates of "+g.Number), web.ReaderOf(r)
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(g.ID))
	return web.Page(w, r, f.Code(), gatesPage(c, g, f, zones{rd.Zone, rd.Other}))
}

func (p pages) consent(w http.ResponseWriter, r *http.Request) error {
	_, err := p.s.RecordConsent(r.Context(), web.Who(r), matter.NewConsent{Matter: id(r), Provider: ident.OrgID(r.FormValue("provider")),
		Country: r.FormValue("country"), DataClass: r.FormValue("data_class"), GivenBy: r.FormValue("given_by"), GivenOn: r.FormValue("given_on"),
		ExpiresOn: r.FormValue("expires_on"), Evidence: ident.VersionID(r.FormValue("evidence")), Note: r.FormValue("note")})
	return done(w, r, err, "consent", matterPath(r, "/gates"), "On file. The consent gate is open for this provider, country and data class.", p.showGates)
}

func (p pages) withdrawConsent(w http.ResponseWriter, r *http.Request) error {
	err := p.s.WithdrawConsent(r.Context(), web.Who(r), id(r), r.PathValue("consent"), r.FormValue("reason"))
	return done(w, r, err, "withdraw", matterPath(r, "/gates"), "Withdrawn. The provider lost sight of the matter at once.", p.showGates)
}

func (p pages) ask(w http.ResponseWriter, r *http.Request) error {
	_, err := p.s.AskConflictCheck(r.Context(), web.Who(r), id(r), ident.OrgID(r.FormValue("provider")))
	return done(w, r, err, "ask", matterPath(r, "/gates"), "Asked. The provider sees the names and the number of the check, nothing else.", p.showGates)
}

func (p pages) restrict(w http.ResponseWriter, r *http.Request) error {
	do, flash := p.s.Restrict, "Flagged. Releases are asked against it from now."
	if r.FormValue("do") == "lift" {
		do, flash = p.s.LiftRestriction, "Lifted."
	}
	err := do(r.Context(), web.Who(r), id(r), r.FormValue("restriction"), r.FormValue("reason"))
	return done(w, r, err, "restrict", matterPath(r, "/gates"), flash, p.showGates)
}

func (p pages) undertaking(w http.ResponseWriter, r *http.Request) error {
	do, flash := p.s.FileUndertaking, "On file."
	if r.FormValue("do") == "withdraw" {
		do, flash = p.s.WithdrawUndertaking, "Taken off the file. Releases wait for a new one."
	}
	err := do(r.Context(), web.Who(r), id(r), ident.OrgID(r.FormValue("provider")), r.FormValue("note"))
	return done(w, r, err, "undertaking", matterPath(r, "/gates"), flash, p.showGates)
}

func (p pages) team(w http.ResponseWriter, r *http.Request) error {
	return p.showTeam(w, r, web.Form{})
}

func (p pages) showTeam(w http.ResponseWriter, r *http.Request, f web.Form) error {
	t, err := p.s.Team(r.Context(), web.Who(r), id(r))
	if err != nil {
		return err
	}
	c := web.Chrome(r, "Team of "+t.Number)
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(t.ID))
	return web.Page(w, r, f.Code(), teamPage(c, t, f))
}

func (p pages) addToTeam(w http.ResponseWriter, r *http.Request) error {
	err := p.s.AddToTeam(r.Context(), web.Who(r), id(r), ident.PersonID(r.FormValue("person")))
	return done(w, r, err, "add", matterPath(r, "/team"), "Added to the team.", p.showTeam)
}

func (p pages) removeFromTeam(w http.ResponseWriter, r *http.Request) error {
	err := p.s.RemoveFromTeam(r.Context(), web.Who(r), id(r), ident.PersonID(r.FormValue("person")), r.FormValue("reason"))
	return done(w, r, err, "remove", matterPath(r, "/team"), "Removed. This person lost sight of the matter at once.", p.showTeam)
}

func (p pages) assign(w http.ResponseWriter, r *http.Request) error {
	err := p.s.AssignAttorney(r.Context(), web.Who(r), id(r), ident.PersonID(r.FormValue("supervisor")), ident.PersonID(r.FormValue("delegate")))
	return done(w, r, err, "assign", matterPath(r, "/team"), "Assigned.", p.showTeam)
}

func (p pages) raiseWall(w http.ResponseWriter, r *http.Request) error {
	_, err := p.s.RaiseWall(r.Context(), web.Who(r), id(r), ident.PersonID(r.FormValue("person")), r.FormValue("reason"))
	return done(w, r, err, "wall", matterPath(r, "/team"), "The wall stands. For this person the matter does not exist from now on.", p.showTeam)
}

func (p pages) walls(w http.ResponseWriter, r *http.Request) error {
	return p.showWalls(w, r, web.Form{})
}

func (p pages) showWalls(w http.ResponseWriter, r *http.Request, f web.Form) error {
	l, err := p.s.Walls(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, f.Code(), wallsPage(web.Chrome(r, "Ethical walls"), l, f))
}

func (p pages) lowerWall(w http.ResponseWriter, r *http.Request) error {
	err := p.s.LowerWall(r.Context(), web.Who(r), r.PathValue("wall"), r.FormValue("reason"))
	return done(w, r, err, "lower", "/walls", "Lowered.", p.showWalls)
}

func (p pages) checks(w http.ResponseWriter, r *http.Request) error {
	return p.showChecks(w, r, web.Form{})
}

func (p pages) showChecks(w http.ResponseWriter, r *http.Request, f web.Form) error {
	asked, answered, err := p.s.ConflictChecks(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	c := web.Chrome(r, "Conflict checks")
	c.LiveTopics = append(c.LiveTopics, "org/"+string(web.Who(r).Org))
	return web.Page(w, r, f.Code(), checksPage(c, asked, answered, f))
}

func (p pages) answer(w http.ResponseWriter, r *http.Request) error {
	check := r.PathValue("check")
	err := p.s.AnswerConflictCheck(r.Context(), web.Who(r), check, matter.Outcome(r.FormValue("outcome")), r.FormValue("note"))
	return done(w, r, err, "answer-"+check, "/conflict-checks", "Answered. The firm sees it now.", p.showChecks)
}
