package accountweb

import (
	"net/http"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// offered are the time zones of the lists: those of the United States, of the countries that paralegal work goes to,
// and a few between.
var offered = []string{
	"America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico",
	"America/Toronto", "America/Bogota", "America/Mexico_City", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Africa/Johannesburg", "Africa/Nairobi",
	"Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Colombo", "Asia/Dhaka", "Asia/Manila", "Asia/Singapore", "Australia/Sydney", "UTC",
}

// zones are the options of a time zone field; one that is set and not in the list stays in it.
func zones(set string) (out []ui.Option) {
	known := set == ""
	for _, z := range offered {
		out = append(out, ui.Option{Value: z, Label: z})
		known = known || z == set
	}
	if !known {
		out = append(out, ui.Option{Value: set, Label: set})
	}
	return out
}

func orgID(text string) ident.OrgID       { return ident.OrgID(text) }
func personID(text string) ident.PersonID { return ident.PersonID(text) }

// ownerOf is the actor of the session of a request, also before it is open.
func (h *Web) ownerOf(r *http.Request) actor.Actor {
	if x, ok := sessionOf(r); ok {
		return h.Account.Actor(x, h.device(r))
	}
	return web.Who(r)
}
