package accountweb

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"countersign/internal/account"
	"countersign/internal/kernel/actor"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// reader is who reads, in which zones, on which side.
func (h *Web) reader(w http.ResponseWriter, r *http.Request, x account.Session) web.Reader {
	who := h.Account.Actor(x, h.device(r))
	zone := location(x.Zone, time.UTC)
	return web.Reader{Actor: who, Name: x.Name, Side: side(x.OrgKind), Zone: zone, Other: location(x.OtherZone, zone),
		Chrome: func(r *http.Request, title string) ui.Chrome { return h.chrome(w, r, x, who, title) }}
}

func location(name string, otherwise *time.Location) *time.Location {
	if l, err := time.LoadLocation(name); err == nil && name != "" {
		return l
	}
	return otherwise
}

func side(kind string) ui.Side {
	if kind == "provider" {
		return ui.Offshore
	}
	return ui.Onshore
}

// chrome is what stands around a page. What cannot be read for it is left out: a page is worth more than its bell.
func (h *Web) chrome(w http.ResponseWriter, r *http.Request, x account.Session, who actor.Actor, title string) ui.Chrome {
	c := ui.Chrome{Title: title, Side: side(x.OrgKind), Theme: x.Theme, Density: x.Density, KeysOff: !x.KeysOn, Org: x.OrgName, Person: x.Name,
		Nav: navigation(x, r.URL.Path), Flash: web.TakeFlash(w, r)}
	if x.Kind == account.Web {
		c.IdleSeconds = int((x.Idle() - time.Minute) / time.Second) // the page locks before the server does: seen_at may lag a minute
	}
	var err error
	if h.Notices != nil {
		if c.Notices, c.Unread, err = h.Notices(r.Context(), who); err != nil {
			slog.WarnContext(r.Context(), "notices", "err", err)
		}
	}
	if h.Shift != nil {
		c.Shift = h.Shift(r.Context(), who)
	}
	if h.Demo != nil {
		if c.Demo, err = h.Demo(r.Context(), who); err != nil {
			slog.WarnContext(r.Context(), "demo people", "err", err)
		}
	}
	return c
}

// navigation lists the pages of a side and role. It hides what a role has no use for; what may be seen is for the gate.
func navigation(x account.Session, path string) []ui.NavSection {
	sections := []ui.NavSection{
		{Items: []ui.NavItem{
			{Label: "Home", Href: "/", Icon: ui.IconHome, Key: "h"},
			{Label: "Matters", Href: "/matters", Icon: ui.IconFolder, Key: "m"},
			{Label: "Work", Href: "/work", Icon: ui.IconList, Key: "w"},
		}},
		{Label: "Evidence", Items: []ui.NavItem{{Label: "Trail", Href: "/trail", Icon: ui.IconTrail, Key: "t"}}},
		{Label: "Organization", Items: []ui.NavItem{
			{Label: "Playbooks", Href: "/playbooks", Icon: ui.IconBook, Key: "p"},
			{Label: "Engagements", Href: "/engagements", Icon: ui.IconLink, Key: "e"},
			{Label: "People", Href: "/people", Icon: ui.IconPeople, Key: "o"},
			{Label: "Settings", Href: "/settings", Icon: ui.IconSettings, Key: "s"},
		}},
	}
	if only(x.Roles, "client_reader") {
		sections = []ui.NavSection{{Items: sections[0].Items[:2]}, {Label: "Organization", Items: sections[2].Items[3:]}}
	}
	if only(x.Roles, "junior") {
		sections[2].Items = slices.DeleteFunc(sections[2].Items, func(i ui.NavItem) bool { return i.Href == "/engagements" })
	}
	for s := range sections {
		for i := range sections[s].Items {
			item := &sections[s].Items[i]
			item.Current = path == item.Href || item.Href != "/" && strings.HasPrefix(path, item.Href+"/")
		}
	}
	return sections
}

// only reports whether role is the one role held.
func only(roles []string, role string) bool { return len(roles) == 1 && roles[0] == role }
