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
		Nav:    navigation(x, r.URL.Path),
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
	c := ui.Chrome{Title: title, FindOff: onlyClient(x), Side: side(x.OrgKind), Theme: x.Theme, Density: x.Density, KeysOff: !x.KeysOn, Org: x.OrgName, Person: x.Name,
		Nav: web.ReaderOf(r).Nav, Flash: web.TakeFlash(w, r)}
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

// A place is an item of the navigation with the side and the roles that have a use for it; "" is both sides, and every role.
type place struct {
	section     string
	item        ui.NavItem
	side, roles string
}

// places follow the policies: what a role may not open stands in nobody's way. What may be seen is still for the gate.
var places = []place{
	{"", ui.NavItem{Label: "Home", Href: "/", Icon: ui.IconHome, Key: "h"}, "", ""},
	{"", ui.NavItem{Label: "Matters", Href: "/matters", Icon: ui.IconFolder, Key: "m"}, "", staff},
	{"", ui.NavItem{Label: "Work", Href: "/work", Icon: ui.IconList, Key: "w"}, "", staff},
	{"", ui.NavItem{Label: "Deadlines", Href: "/deadlines", Icon: ui.IconCalendar, Key: "d"}, "", staff},
	{"", ui.NavItem{Label: "Conflict checks", Href: "/conflict-checks", Icon: ui.IconCourt, Key: "c"}, "provider", "team_lead administrator"},
	{"Evidence", ui.NavItem{Label: "Trail", Href: "/trail", Icon: ui.IconTrail, Key: "t"}, "", staff},
	{"Evidence", ui.NavItem{Label: "Record", Href: "/record", Icon: ui.IconOK, Key: "x"}, "", staff},
	{"Evidence", ui.NavItem{Label: "Walls", Href: "/walls", Icon: ui.IconLock, Key: "l"}, "firm", "compliance_officer"},
	{"Evidence", ui.NavItem{Label: "Residency probe", Href: "/probes", Icon: ui.IconEye, Key: "r"}, "firm", "partner compliance_officer operations_manager administrator"},
	{"Evidence", ui.NavItem{Label: "Privacy", Href: "/privacy", Icon: ui.IconLock, Key: "y"}, "", "compliance_officer administrator"},
	{"Organization", ui.NavItem{Label: "Playbooks", Href: "/playbooks", Icon: ui.IconBook, Key: "p"}, "firm", staff},
	{"Organization", ui.NavItem{Label: "Engagements", Href: "/engagements", Icon: ui.IconLink, Key: "e"}, "",
		"operations_manager partner supervising_attorney compliance_officer administrator team_lead"},
	{"Organization", ui.NavItem{Label: "Working time", Href: "/calendars", Icon: ui.IconCalendar, Key: "k"}, "", staff},
	{"Organization", ui.NavItem{Label: "People", Href: "/people", Icon: ui.IconPeople, Key: "o"}, "", staff},
	{"Organization", ui.NavItem{Label: "Import", Href: "/import", Icon: ui.IconUpload, Key: "i"}, "", "partner operations_manager administrator"},
	{"Organization", ui.NavItem{Label: "Settings", Href: "/settings", Icon: ui.IconSettings, Key: "s"}, "", ""},
}

// staff is every role but the client's reader.
const staff = "partner supervising_attorney operations_manager compliance_officer administrator junior peer_reviewer senior_reviewer team_lead quality_auditor"

func (p place) isFor(x account.Session) bool {
	fits := func(role string) bool { return slices.Contains(strings.Fields(p.roles), role) }
	return (p.side == "" || p.side == x.OrgKind) && (p.roles == "" || slices.ContainsFunc(x.Roles, fits))
}

// navigation lists the pages of a side and role.
func navigation(x account.Session, path string) (sections []ui.NavSection) {
	for _, p := range places {
		if !p.isFor(x) {
			continue
		}
		if n := len(sections); n == 0 || sections[n-1].Label != p.section {
			sections = append(sections, ui.NavSection{Label: p.section})
		}
		p.item.Current = path == p.item.Href || p.item.Href != "/" && strings.HasPrefix(path, p.item.Href+"/")
		last := &sections[len(sections)-1]
		last.Items = append(last.Items, p.item)
	}
	return sections
}
