package document

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// putOnRecord puts on record that pages go out, before they do. It is no verb: the entry follows in batches, by TellPages.
func (s *Service) putOnRecord(ctx context.Context, who actor.Actor, v Version, in Path, now time.Time, pages ...int) error {
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		for _, n := range pages {
			if err := putPage(ctx, tx, who, v, in, now, n); err != nil {
				return err
			}
		}
		return nil
	})
}

func putPage(ctx context.Context, tx *db.Tx, who actor.Actor, v Version, in Path, now time.Time, n int) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO page_seen (version_id, inside, page, person_id, session_id, document_id, matter_id, org_id, first_at, last_at, times, shown_ms, told)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0)
			ON CONFLICT (version_id, inside, page, person_id, session_id) DO UPDATE SET last_at = excluded.last_at, times = page_seen.times + 1`,
		v.ID, in.String(), n, who.Person, who.Session, v.Document, v.Matter, who.Org, db.Micros(now), db.Micros(now)))
	return err
}

// maxShown bounds how long one report may say that a page was on screen.
const maxShown = 10 * time.Minute

// Shown adds how long pages were on the reader's screen, by what the browser says. Pages that were not sent to this
// session are left out.
func (s *Service) Shown(ctx context.Context, who actor.Actor, p Part, pages map[int]time.Duration) (err error) {
	defer fault.Wrap(&err, "document.Shown(%s)", p)
	return s.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		for _, n := range slices.Sorted(maps.Keys(pages)) {
			ms := min(max(pages[n], 0), maxShown).Milliseconds()
			if _, err := tx.Exec(ctx, db.SQL(`UPDATE page_seen SET shown_ms = shown_ms + ? WHERE version_id = ? AND inside = ? AND page = ? AND person_id = ? AND session_id = ?`,
				ms, p.Version, p.In.String(), n, who.Person, who.Session)); err != nil {
				return err
			}
		}
		return nil
	})
}

// A Sight is that a person was sent a page.
type Sight struct {
	Person  string // display name
	Org     string
	Version ident.VersionID
	N       int64 // number of the version
	Inside  Path  // of the file inside the version; empty: the version itself
	Page    int
	First   time.Time
	Last    time.Time
	Times   int
	Shown   time.Duration // on screen, by what the browser says
	Session string        // its code, as it stands in the mark
}

// mostSights bounds the list of pages.
const mostSights = 2000

// sights are the pages of a document that went out, newest first.
func sights(ctx context.Context, v gate.View, d Document) ([]Sight, error) {
	return db.All(ctx, v, db.SQL(`SELECT p.name, o.name, dv.id, dv.n, s.inside, s.page, s.first_at, s.last_at, s.times, s.shown_ms, s.session_id
		FROM page_seen s JOIN version dv ON dv.id = s.version_id JOIN person p ON p.id = s.person_id JOIN org o ON o.id = s.org_id
		WHERE s.document_id = ? ORDER BY s.last_at DESC, s.version_id, s.inside, s.page LIMIT ?`, d.ID, mostSights),
		func(rs *db.Rows, x *Sight) error {
			var ms int64
			var inside string
			var session ident.SessionID
			err := rs.Scan(&x.Person, &x.Org, &x.Version, &x.N, &inside, &x.Page, db.At{T: &x.First}, db.At{T: &x.Last}, &x.Times, &ms, &session)
			x.Inside, _ = ParsePath(inside) // it was written from one
			x.Shown, x.Session = time.Duration(ms)*time.Millisecond, SessionCode(actor.Actor{Session: session})
			return err
		})
}

// TellPages is the job that turns the record of pages into entries. Insert it every few minutes.
type TellPages struct{}

// Kind names the job.
func (TellPages) Kind() string { return "document.tell_pages" }

// Tell writes an entry document.see for every reader and part with pages that were sent since the last time. It
// takes a bounded number and reports how many entries it wrote.
func (s *Service) Tell(ctx context.Context) (entries int, err error) {
	defer fault.Wrap(&err, "document.Tell")
	type batch struct {
		version  ident.VersionID
		inside   string
		person   ident.PersonID
		session  ident.SessionID
		org      ident.OrgID
		document ident.DocumentID
		matter   ident.MatterID
	}
	batches, err := db.All(ctx, s.Gate.DB, db.SQL(`SELECT DISTINCT version_id, inside, person_id, session_id, org_id, document_id, matter_id FROM page_seen WHERE told < times LIMIT 200`),
		func(rs *db.Rows, b *batch) error {
			return rs.Scan(&b.version, &b.inside, &b.person, &b.session, &b.org, &b.document, &b.matter)
		})
	if err != nil {
		return 0, err
	}
	for _, b := range batches {
		err := s.Gate.Write(ctx, actor.System(TellPages{}.Kind()), SeePages, func(tx *gate.Tx) error {
			v, d, err := loadVersion(ctx, tx, b.version)
			if err != nil {
				return err
			}
			pages, err := db.Column[int](ctx, tx, db.SQL(`SELECT page FROM page_seen WHERE version_id = ? AND inside = ? AND person_id = ? AND session_id = ? AND told < times ORDER BY page`, b.version, b.inside, b.person, b.session))
			if err != nil || len(pages) == 0 {
				return err
			}
			if err := tx.Permit(ctx, d.Subject()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, db.SQL(`UPDATE page_seen SET told = times WHERE version_id = ? AND inside = ? AND person_id = ? AND session_id = ?`, b.version, b.inside, b.person, b.session).And(db.In("page", pages))); err != nil {
				return err
			}
			tx.Record(gate.Entry{Subject: d.ref(), Rev: v.N, Matter: d.Matter, Owner: d.Firm, Values: map[string]string{
				"version": strconv.FormatInt(v.N, 10), "version_id": string(v.ID), "inside": b.inside, "person": string(b.person), "pages": pageRanges(pages),
				"session_code": SessionCode(actor.Actor{Session: b.session})}})
			entries++
			return nil
		})
		if err != nil {
			return entries, err
		}
	}
	return entries, nil
}

// pageRanges writes page numbers, which are in order, as "pages 1-3, 7".
func pageRanges(pages []int) string {
	var parts []string
	for i := 0; i < len(pages); {
		k := i
		for k+1 < len(pages) && pages[k+1] == pages[k]+1 {
			k++
		}
		part := strconv.Itoa(pages[i])
		if k > i {
			part += "-" + strconv.Itoa(pages[k])
		}
		parts = append(parts, part)
		i = k + 1
	}
	word := "page "
	if len(pages) > 1 {
		word = "pages "
	}
	return word + strings.Join(parts, ", ")
}
