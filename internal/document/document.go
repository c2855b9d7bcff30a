package document

import (
	"strconv"
	"time"
	"unicode/utf8"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
)

// Verbs of this package.
const (
	UploadFile      authz.Action = "document.upload"
	AddVersion      authz.Action = "document.add_version"
	RestoreVersion  authz.Action = "document.restore_version"
	OpenFile        authz.Action = "document.open"
	SeePages        authz.Action = "document.see"
	CompareVersions authz.Action = "document.compare"
	UnlockFile      authz.Action = "document.unlock"
	SetResidency    authz.Action = "document.set_residency"
	LiftResidency   authz.Action = "document.lift_residency"
	Quarantine      authz.Action = "document.quarantine"
	LiftQuarantine  authz.Action = "document.lift_quarantine"
	SeeQuarantined  authz.Action = "document.see_quarantined"
)

// A Kind says what a document is in its matter.
type Kind string

// The kinds of document.
const (
	Source   Kind = "source"   // came from the client, the court, the other side
	Work     Kind = "work"     // work product: it belongs to a task, or is the team's own
	Template Kind = "template" // a form to fill
	Evidence Kind = "evidence" // proves a gate: a signed consent, an undertaking
)

func (k Kind) known() bool { return k == Source || k == Work || k == Template || k == Evidence }

// A State is whether a document is in use.
type State string

// The states of a document.
const (
	Active      State = "active"
	Quarantined State = "quarantined"
)

// A Document is one file of a matter through all its versions.
type Document struct {
	ID      ident.DocumentID
	Matter  ident.MatterID
	Firm    ident.OrgID  // of the matter
	Task    ident.TaskID // the task it is work product of; "" for the matter's own documents
	Kind    Kind
	Name    string
	Folder  string // "Pleadings/Orders"; "" at the top
	State   State
	Current int64 // number of the newest version
	MadeBy  ident.PersonID
	MadeAt  time.Time
	Rev     int64

	limits limits // set by find
}

// limits is what residency says of a document, for the one who asks for it.
type limits struct {
	home     string   // country of the firm
	keptFrom []string // organizations for which a rule stands
	viewOnly []string // of them: providers that work in another country
	shut     []string // why the asker is outside a window: "network", "hours"
}

// Subject is the document as the policies see it.
func (d Document) Subject() authz.Subject {
	return authz.Subject{Ref: d.ref(), Matter: string(d.Matter), Org: string(d.Firm),
		Attrs: map[string]any{"kind": string(d.Kind), "state": string(d.State), "author": string(d.MadeBy), "home": d.limits.home, "kept_from": d.limits.keptFrom, "view_only": d.limits.viewOnly, "shut": d.limits.shut}}
}

func (d Document) ref() authz.Ref { return authz.Ref{Kind: "document", ID: string(d.ID)} }

// topic is what open pages that show the document listen to.
func (d Document) topic() string { return "matter/" + string(d.Matter) }

// A Version is one immutable state of a document's bytes.
type Version struct {
	ID        ident.VersionID
	Document  ident.DocumentID
	Matter    ident.MatterID
	N         int64  // from 1
	Name      string // of the file as it was uploaded; "Quarantined file" while the document is in quarantine
	SizeBytes int64
	MediaType string // what the bytes are, not what the name says
	Author    ident.PersonID
	Org       ident.OrgID // of the author, when it was made
	Stage     string      // key of the task's stage in which it was made; "" outside a task
	Reason    string
	MadeAt    time.Time
	State     State // of the document

	blob string
}

// binding is what the sealed bytes belong to: bytes of another version do not open in its place.
func binding(id ident.VersionID) string { return "version/" + string(id) }

// ErrTooLarge is the fault of an upload beyond the limit: nothing of it is kept.
var ErrTooLarge = fault.InField("file", "The file is larger than this installation takes. Nothing of it was kept.")

// DefaultMaxBytes is the largest file that is taken unless the configuration says otherwise: 8 GiB.
const DefaultMaxBytes = 8 << 30

const maxReasonRunes = 500

func checkReason(reason string) error {
	if utf8.RuneCountInString(reason) > maxReasonRunes {
		return fault.InField("reason", "The reason has at most "+strconv.Itoa(maxReasonRunes)+" characters.")
	}
	return nil
}

// writable refuses new versions of what is set aside.
func (d Document) writable() error {
	if d.State == Quarantined {
		return fault.New(fault.Conflict, "The document is in quarantine. Lift the quarantine first.")
	}
	return nil
}

// next is the version that follows d's newest one.
func (d Document) next(id ident.VersionID, name, reason, stage string) Version {
	return Version{ID: id, Document: d.ID, Matter: d.Matter, N: d.Current + 1, Name: name, Reason: reason, Stage: stage, State: d.State}
}
