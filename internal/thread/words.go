package thread

import (
	"strconv"
	"strings"
)

// A wording is how one kind of notice is put: on a page, where {it} and {by} are names that the reader may know, and
// in a mail, where the thing told is counted and nothing but numbers follows.
type wording struct {
	page      string
	one, many string
}

var wordings = map[string]wording{
	"assigned":               {"{it} is assigned to you", "task assigned to you", "tasks assigned to you"},
	"taken-away":             {"{it} was given to someone else", "task given to someone else", "tasks given to someone else"},
	"amended":                {"{by} amended the package of {it}", "package amended", "packages amended"},
	"released":               {"{by} released {it} to you again", "package released to you again", "packages released to you again"},
	"question":               {"{by} asks about {it}", "question waits", "questions wait"},
	"answered":               {"{by} answered your question on {it}", "question of yours answered", "questions of yours answered"},
	"assumed":                {"Your default on {it} took effect: nobody objected", "default of yours took effect", "defaults of yours took effect"},
	"declined":               {"{by} declined {it}: something is missing", "package declined", "packages declined"},
	"paused":                 {"{by} paused {it}", "task paused", "tasks paused"},
	"resumed":                {"{by} resumed {it}", "task resumed", "tasks resumed"},
	"recalled":               {"{by} recalled {it}", "task recalled", "tasks recalled"},
	"cancelled":              {"{by} cancelled {it}", "task cancelled", "tasks cancelled"},
	"rush":                   {"{by} changed the rush mark of {it}", "rush mark changed", "rush marks changed"},
	"submitted":              {"{it} waits for your review", "task waits for your review", "tasks wait for your review"},
	"ready-to-sign":          {"{it} is ready to sign", "task ready to sign", "tasks ready to sign"},
	"delivered":              {"{it} is signed off and delivered", "task delivered", "tasks delivered"},
	"returned":               {"{it} is returned to you with findings", "task returned to you", "tasks returned to you"},
	"consent-withdrawn":      {"{by} recorded that the client withdrew consent on {it}: the provider's access has ended", "consent withdrawn", "consents withdrawn"},
	"matter-closed":          {"A client of {it} withdrew consent. One matter and its tasks are closed to you; destroy what you still hold of it", "matter closed to you", "matters closed to you"},
	"leak":                   {"The residency probe found that something leaves the country", "residency probe found a leak", "residency probes found leaks"},
	"witness":                {"A witness refuses to cosign the record: see Record", "witness refused to cosign the record", "witnesses refused to cosign the record"},
	"deadline-due":           {"{it} is near: acknowledge it", "deadline is near", "deadlines are near"},
	"deadline-climbed":       {"{it} is near, and nobody acknowledged it", "deadline is near without an acknowledgement", "deadlines are near without an acknowledgement"},
	"deadline-entered":       {"{by} entered {it}: enter it too", "event waits for a second entry", "events wait for a second entry"},
	"deadline-set":           {"{by} confirmed {it}: its dates are in force", "event in force", "events in force"},
	"deadline-mismatch":      {"The two entries of {it} differ: nothing is in force", "pair of entries differs", "pairs of entries differ"},
	"deadline-move":          {"{by} proposes to move {it}", "move of a date waits for approval", "moves of dates wait for approval"},
	"deadline-move-approved": {"{by} approved your move of {it}", "move of yours approved", "moves of yours approved"},
	"deadline-move-refused":  {"{by} refused your move of {it}", "move of yours refused", "moves of yours refused"},
	"deadline-moved":         {"{by} moved {it}", "date moved", "dates moved"},
	"deadline-satisfied":     {"{by} satisfied {it}", "deadline satisfied", "deadlines satisfied"},
	"deadline-cancelled":     {"{by} cancelled {it}", "deadline cancelled", "deadlines cancelled"},
	"deadline-given":         {"{by} gave {it} to you", "deadline given to you", "deadlines given to you"},
	"mention":                {"{by} mentions you on {it}", "mention of you", "mentions of you"},
	"witness-silent":         {"A witness of the record is silent: see Record", "silent witness of the record", "silent witnesses of the record"},
	"privacy":                {"A request about personal data moved: see Privacy", "privacy request moved", "privacy requests moved"},
}

// other is the wording of a kind that this table does not know: a feature told something new.
var other = wording{"There is news of {it}", "other notice", "other notices"}

func wordingOf(kind string) wording {
	if w, ok := wordings[kind]; ok {
		return w
	}
	return other
}

// said puts a notice into words for the page.
func said(kind, it, by string) string {
	if by == "" {
		by = "Countersign"
	}
	if it == "" {
		it = "your account"
	}
	return strings.NewReplacer("{it}", it, "{by}", by).Replace(wordingOf(kind).page)
}

// counted puts notices of one kind into a line for a mail: "3 tasks returned to you: T-2091, T-2094, T-2096".
func counted(kind string, n int, numbers []string) string {
	w := wordingOf(kind)
	line := strconv.Itoa(n) + " " + w.many
	if n == 1 {
		line = "1 " + w.one
	}
	if len(numbers) > 0 {
		line += ": " + strings.Join(numbers, ", ")
	}
	return line
}
