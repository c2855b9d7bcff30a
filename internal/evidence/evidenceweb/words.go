package evidenceweb

import (
	"time"

	"countersign/internal/evidence"
	"countersign/internal/ui"
)

func (p recordPage) errorOf(field string) string {
	for _, e := range p.Errors {
		if e.Name == field {
			return e.Text
		}
	}
	return ""
}

// says is what is proven and what is not, in plain words.
func (p recordPage) says() (tone ui.Tone, lead, more string) {
	firm, provider := p.Proven()
	switch {
	case firm == 0 && provider == 0:
		return ui.Warn, "Nothing is proven against the operator of this server yet.",
			"The log shows every change to an entry to whoever kept an older checkpoint, but nobody has kept one: whoever runs the server could rewrite the whole history and sign it anew. Each side can end that by running a witness."
	case firm == 0 || provider == 0:
		side, n := "The firm's", firm
		if firm == 0 {
			side, n = "The provider's", provider
		}
		return ui.Info, side + " witness vouches for the first " + ui.Number(int(n)) + " entries.",
			"They cannot be changed, removed or reordered any more without that witness noticing. The other side has no witness of its own: it has to trust this one."
	}
	return ui.OK, "Witnesses of both sides vouch for the first " + ui.Number(int(min(firm, provider))) + " entries.",
		"Neither side, nor whoever runs the server, can change, remove or reorder them any more without both witnesses noticing. Later entries follow with the next cosignatures."
}

// state is a witness's last word.
func (p recordPage) state(w evidence.Witness) (ui.Tone, ui.IconName, string) {
	switch {
	case !w.EndedAt.IsZero():
		return ui.Plain, ui.IconVoid, "Ended"
	case w.Refused != "":
		return ui.Bad, ui.IconWarn, "Refused"
	case w.Silent(p.Size, p.Now):
		return ui.Warn, ui.IconWarn, "Silent"
	case w.Size == 0:
		return ui.Plain, ui.IconClock, "Not yet"
	}
	return ui.OK, ui.IconOK, "Cosigns"
}

func (p recordPage) day(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.In(p.Reader.Zone).Format("2 Jan 2006, 15:04 MST")
}

// waiting says what the tree does not hold yet.
func (p recordPage) waiting() string {
	switch {
	case p.Waiting == 0:
		return "None: every entry has its place"
	case p.Waiting >= 1000:
		return "1,000 or more"
	}
	return ui.Number(p.Waiting)
}

// cosigned says how far witnesses vouch, for a report.
func (p packPage) cosigned() string {
	if p.Vouched == 0 {
		return "By no witness: whoever runs the server could have signed another history"
	}
	return "The first " + ui.Number(int(p.Vouched)) + " entries of the log, by a witness"
}

func whoOf(l evidence.Line) string {
	if l.Person == "" {
		return "The program"
	}
	return l.Name
}
