package trail

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/ledger"
)

// A Row is one entry in words.
type Row struct {
	ID      ident.EntryID
	At      time.Time
	Person  ident.PersonID // "" for the program itself
	Name    string
	Firm    bool // done for a firm; else for a provider
	Org     string
	Action  string // "task.submit"
	Did     string // "handed in", or "tried to"
	What    string // "T-2091 Deposition summary, submission 2"
	Because string // the reason given; "" for none
	Refused bool
	Rule    string // name of the rule that decided, "" when the entry names none
	RuleSay string
	Policy  string // hex SHA-256 of the policies that were asked
	Address string // network address, for those who may see it; else ""
	Subject authz.Ref
	Matter  ident.MatterID
	Sealed  bool // the values cannot be opened: the key is gone

	org, owner ident.OrgID
	leaf       []byte
	sealed     []byte
	openings   []ledger.Opening
	withheld   bool // of a record in quarantine
	blind      bool // another's finding, on work that the reader is reviewing
}

const rowColumns = `SELECT e.id, e.at, e.verb, e.refused, e.subject_kind, e.subject_id, e.matter_id, e.org_id, e.owner_org_id, e.person_id, e.leaf, e.openings,
	COALESCE(p.name, ''), COALESCE(o.name, ''), COALESCE(o.kind, '') = 'firm' FROM entry e LEFT JOIN person p ON p.id = e.person_id LEFT JOIN org o ON o.id = e.org_id`

func scanRow(rs *db.Rows, r *Row) error {
	return rs.Scan(&r.ID, db.At{T: &r.At}, &r.Action, &r.Refused, &r.Subject.Kind, &r.Subject.ID, &r.Matter, &r.org, &r.owner, &r.Person, &r.leaf, &r.sealed, &r.Name, &r.Org, &r.Firm)
}

// rows runs a query that begins with rowColumns and puts each entry into words.
func (a asker) rows(ctx context.Context, rule func(string) (authz.Rule, bool), q db.Frag) ([]Row, error) {
	rows, err := db.All(ctx, a, q, scanRow)
	if err != nil {
		return nil, err
	}
	if err := a.shut(ctx, rows); err != nil {
		return nil, err
	}
	if err := a.blind(ctx, rows); err != nil {
		return nil, err
	}
	for i := range rows {
		if err := a.open(ctx, &rows[i]); err != nil {
			return nil, err
		}
	}
	names, err := a.names(ctx, rows)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].tell(names, rule)
	}
	return rows, nil
}

// shut withholds the values of documents in quarantine from whoever does not keep them there.
func (a asker) shut(ctx context.Context, rows []Row) error {
	var ids []string
	for _, r := range rows {
		if r.Subject.Kind == "document" {
			ids = append(ids, r.Subject.ID)
		}
	}
	open, err := db.Column[string](ctx, a, db.SQL(`SELECT d.id FROM document d JOIN matter m ON m.id = d.matter_id WHERE 1 = 1`).And(db.In("d.id", ids), a.unshut()))
	if err != nil {
		return err
	}
	ok := map[string]bool{}
	for _, id := range open {
		ok[id] = true
	}
	for i, r := range rows {
		rows[i].withheld = r.Subject.Kind == "document" && !ok[r.Subject.ID]
	}
	return nil
}

// blind keeps what others found from who reviews the same work now: a review may be a blind one, and the trail must not
// tell what the page of the task does not. The attorney who accepts reads everything.
func (a asker) blind(ctx context.Context, rows []Row) error {
	held, err := db.Column[string](ctx, a, db.SQL(`SELECT id FROM task WHERE holder_id = ? AND author_id <> ? AND supervisor_id <> ?`, a.Who.Person, a.Who.Person, a.Who.Person))
	if err != nil {
		return err
	}
	for i, r := range rows {
		rows[i].blind = r.Action == "task.raise_finding" && r.Person != a.Who.Person && slices.Contains(held, r.Subject.ID)
	}
	return nil
}

// open decrypts the openings. A key that is gone leaves the entry, without its values.
func (a asker) open(ctx context.Context, r *Row) error {
	if r.withheld || r.blind {
		return nil
	}
	var plain string
	var err error
	aad := "entry/" + string(r.ID)
	if r.Matter != "" {
		plain, err = a.Open(ctx, r.Matter, r.sealed, aad)
	} else {
		plain, err = a.OpenOrg(ctx, r.owner, r.sealed, aad)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.Sealed = true
		return nil
	}
	return json.Unmarshal([]byte(plain), &r.openings)
}

// mayAddress: network addresses are for officers of the actor's own organization.
func (a asker) mayAddress(r Row) bool { return a.officer && r.org == a.Who.Org }

func (r Row) values() map[string]string {
	out := make(map[string]string, len(r.openings))
	for _, o := range r.openings {
		out[o.Name] = o.Value
	}
	return out
}

// tell fills in the words.
func (r *Row) tell(names map[string]string, rule func(string) (authz.Rule, bool)) {
	values := r.values()
	for _, name := range []string{"person", "holder"} { // identifiers of people
		values[name] = names["person/"+values[name]]
	}
	for _, name := range []string{"due", "silence"} {
		if at, err := time.Parse(time.RFC3339, values[name]); err == nil {
			values[name] = at.UTC().Format("2 Jan 2006 15:04 UTC")
		}
	}
	values["missing"] = strings.ReplaceAll(values["missing"], "\n", "; ")
	it := names[r.Subject.String()]
	if it == "" {
		it = "a " + strings.ReplaceAll(r.Subject.Kind, "_", " ")
	}
	if r.withheld {
		it = "a document in quarantine"
	}
	r.Did, r.What = sentence(r.Action, it, values, r.Refused)
	if page := names["finding/"+values["finding"]]; page != "" {
		r.What += page
	}
	r.Because = values["reason"]
	if r.Name == "" {
		r.Name = "Countersign"
	}
	leaf := leafWords(r.leaf)
	r.Policy = leaf["policy"]
	if leaf["rule"] != "" && leaf["rule"] != "system-job" { // that a job may do its work needs no saying
		r.Rule = leaf["rule"]
		if known, ok := rule(leaf["rule"]); ok && known.Name != "" {
			r.Rule, r.RuleSay = known.Name, known.Say
		}
	}
}

// leafWords reads the lines of a leaf; a dash is no value. Commitments stand under "field <name>".
func leafWords(leaf []byte) map[string]string {
	out := map[string]string{}
	for line := range strings.SplitSeq(string(leaf), "\n") {
		key, value, ok := strings.Cut(line, " ")
		if !ok || value == "-" {
			continue
		}
		if key == "field" {
			name, hash, _ := strings.Cut(value, " ")
			key, value = "field "+name, hash
		}
		out[key] = value
	}
	return out
}

// nameQueries give the names of records that entries are about: identifier and name, column of the matter they hang
// on ("" for none). own marks the queries that end in the reader's organization.
func (a asker) nameQueries() map[string]db.Frag {
	own := a.Who.Org
	return map[string]db.Frag{
		"matter":   db.SQL(`SELECT m.id AS id, m.title || ' (' || m.number || ')' AS name FROM matter m WHERE `).Join(a.Visible("m.id")),
		"task":     db.SQL(`SELECT t.id AS id, 'T-' || CAST(t.number AS TEXT) || ' ' || t.title AS name FROM task t WHERE (t.state <> 'preparing' OR t.firm_id = ?)`, own).And(a.Visible("t.matter_id")),
		"document": db.SQL(`SELECT d.id AS id, d.name AS name FROM document d JOIN matter m ON m.id = d.matter_id WHERE `).Join(a.Visible("d.matter_id")).And(a.unshut()),
		"message": db.SQL(`SELECT g.id AS id, 'a message on ' || COALESCE('T-' || CAST(t.number AS TEXT), CASE WHEN d.state = 'active' THEN d.name END, CASE WHEN g.subject_kind = 'matter' THEN m.title END, 'a document') AS name
			FROM message g JOIN matter m ON m.id = g.matter_id LEFT JOIN task t ON g.subject_kind = 'task' AND t.id = g.subject_id LEFT JOIN document d ON g.subject_kind = 'document' AND d.id = g.subject_id WHERE `).Join(a.Visible("g.matter_id")),
		"deadline":   db.SQL(`SELECT d.id AS id, 'D-' || CAST(d.number AS TEXT) || ' ' || d.title AS name FROM deadline d WHERE `).Join(a.Visible("d.matter_id")),
		"trigger":    db.SQL(`SELECT t.id AS id, 'E-' || CAST(t.number AS TEXT) AS name FROM docket_trigger t WHERE `).Join(a.Visible("t.matter_id")),
		"person":     db.SQL(`SELECT id, name FROM person WHERE 1 = 1`),
		"client":     db.SQL(`SELECT id, name FROM client WHERE firm_id = ?`, own),
		"playbook":   db.SQL(`SELECT id, code || ' ' || name AS name FROM playbook WHERE firm_id = ?`, own),
		"engagement": db.SQL(`SELECT id, name FROM engagement WHERE (firm_id = ? OR provider_id = ?)`, own, own),
		"org":        db.SQL(`SELECT id, name FROM org WHERE 1 = 1`),

		"working_calendar": db.SQL(`SELECT id, name FROM working_calendar WHERE org_id = ?`, own),
		"finding":          db.SQL(`SELECT f.id AS id, CASE WHEN f.page > 0 THEN ', page ' || CAST(f.page AS TEXT) ELSE '' END AS name FROM finding f JOIN task t ON t.id = f.task_id WHERE `).Join(a.Visible("t.matter_id")),
	}
}

// personKinds are subjects whose identifier is a person's.
var personKinds = map[string]bool{"account": true, "member": true, "notices": true, "person": true}

// names looks up what entries are about, keyed "kind/id", one query a kind.
func (a asker) names(ctx context.Context, rows []Row) (map[string]string, error) {
	wanted := map[string]map[string]bool{}
	want := func(kind, id string) {
		if wanted[kind] == nil {
			wanted[kind] = map[string]bool{}
		}
		wanted[kind][id] = true
	}
	for _, r := range rows {
		want(r.Subject.Kind, r.Subject.ID)
		if personKinds[r.Subject.Kind] {
			want("person", r.Subject.ID)
		}
		v := r.values()
		want("person", v["person"])
		want("person", v["holder"])
		want("finding", v["finding"])
	}
	out := map[string]string{}
	for kind, q := range a.nameQueries() {
		ids := make([]string, 0, len(wanted[kind]))
		for id := range maps.Keys(wanted[kind]) {
			ids = append(ids, id)
		}
		found, err := db.All(ctx, a, db.SQL(`SELECT x.id, x.name FROM (`).Join(q, db.SQL(`) x WHERE `), db.In("x.id", ids)), func(rs *db.Rows, pair *[2]string) error { return rs.Scan(&pair[0], &pair[1]) })
		if err != nil {
			return nil, err
		}
		for _, pair := range found {
			out[kind+"/"+pair[0]] = pair[1]
		}
	}
	for kind := range personKinds {
		for id := range wanted[kind] {
			out[kind+"/"+id] = out["person/"+id]
		}
	}
	return out, nil
}
