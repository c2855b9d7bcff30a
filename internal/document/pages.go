package document

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"

	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/area"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/mark"
	"countersign/internal/platform/raster"
)

// Files opens files away from the server's own process: docwork.Pool.
type Files interface {
	Do(ctx context.Context, s docwork.Source, ask func(*docwork.File) error) error
}

// A Hit is a page with words that were looked for.
type Hit = docwork.Hit

// A View is a version, or a file inside it, as it is read: its pages, and what may be done beside looking.
type View struct {
	Document Document
	Version  Version
	In       Path           // of the file inside the version that is read; empty: the version itself
	Info     docwork.Info   // of the file that is read
	Family   []Kin          // the version and what is inside, in the order of a tree; the version alone when nothing is
	Unlock   authz.Decision // whether the reader may give the password of a locked file
	Native   authz.Decision // whether the reader may take out the file, and so its text
	Code     string         // of the reader's session, as it stands in the mark
	Says     string         // the whole mark, as it stands now
}

// sitting is how long after a page was sent a version counts as still being read.
const sitting = 15 * time.Minute

// View opens a part for reading, page by page. The first time in a sitting it leaves the entry document.see; the
// pages that are sent follow in entries of their own.
//
// Faults: NotFound (also a file inside that is not there), Forbidden (in quarantine).
func (s *Service) View(ctx context.Context, who actor.Actor, p Part) (out View, err error) {
	defer fault.Wrap(&err, "document.View(%s)", p)
	view := s.Gate.View(who)
	id := p.Version
	out.In = p.In
	out.Code = SessionCode(who)
	if out.Says, err = markOf(ctx, view, who, view.Now); err != nil {
		return out, err
	}
	var recent int
	if err := view.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM page_seen WHERE version_id = ? AND inside = ? AND person_id = ? AND session_id = ? AND last_at > ?`,
		id, p.In.String(), who.Person, who.Session, db.Micros(view.Now.Add(-sitting)))).Scan(&recent); err != nil {
		return out, err
	}
	if recent > 0 {
		out.Version, out.Document, err = s.may(ctx, who, id, SeePages)
	} else {
		err = s.Gate.Write(ctx, who, SeePages, func(tx *gate.Tx) (err error) {
			if out.Version, out.Document, err = loadVersion(ctx, tx, id); err != nil {
				return err
			}
			d := out.Document
			if err := tx.Permit(ctx, d.Subject()); err != nil {
				return err
			}
			tx.Record(gate.Entry{Subject: d.ref(), Rev: out.Version.N, Matter: d.Matter, Owner: d.Firm, Values: map[string]string{
				"version": strconv.FormatInt(out.Version.N, 10), "version_id": string(id), "inside": p.In.String(), "session_code": out.Code}})
			return nil
		})
	}
	if err != nil {
		return View{}, err
	}
	native, err := view.May(ctx, OpenFile, out.Document.Subject())
	if err != nil {
		return View{}, err
	}
	out.Native = native
	out.Info, out.Family, err = s.open(ctx, out.Version, p.In)
	if err == nil && out.Info.Locked && len(p.In) == 0 {
		out.Unlock, err = view.May(ctx, UnlockFile, out.Document.Subject())
	}
	return out, err
}

// source is a version's bytes for a child.
func (s *Service) source(v Version) docwork.Source {
	return docwork.Source{Key: string(v.ID), Group: string(v.Matter), Name: v.Name, Size: v.SizeBytes, Bytes: func(ctx context.Context) (docwork.Bytes, error) {
		key, err := s.blobKey(ctx, s.Gate.DB, v)
		if err != nil {
			return nil, err
		}
		return s.Blobs.Open(ctx, key, binding(v.ID), v.blob)
	}, Password: func(ctx context.Context) (string, error) { return s.passwordOf(ctx, v.ID) }}
}

// may looks up a version outside a write and asks whether the actor may do action with it.
func (s *Service) may(ctx context.Context, who actor.Actor, id ident.VersionID, action authz.Action) (v Version, d Document, err error) {
	view := s.Gate.View(who)
	err = scanVersion(view.QueryRow(ctx, db.SQL(`SELECT `+versionColumns+` FROM version dv JOIN document d ON d.id = dv.document_id WHERE dv.id = ? AND `, id).
		Join(view.Visible("dv.matter_id"))), &v)
	if err != nil {
		return v, d, absent(err)
	}
	if d, err = find(ctx, view, who, view.Now, v.Document, view.Visible("d.matter_id"), db.Frag{}); err != nil {
		return v, d, absent(err)
	}
	may, err := view.May(ctx, action, d.Subject())
	if err == nil && !may.Allowed {
		err = fault.Refused(may)
	}
	return v, d, err
}

// legible is the narrowest page that can be read, in pixels: letters of 12 points are 3 pixels high on it.
const legible = 160

// A Look is how a page is drawn.
type Look struct {
	Width int // pixels of the page before it is turned
	Turns int // quarters, clockwise
}

// turned is a page turned clockwise by quarters.
func turned(m image.Image, quarters int) image.Image {
	quarters = (quarters%4 + 4) % 4
	if quarters == 0 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	to := image.Rect(0, 0, w, h)
	if quarters%2 == 1 {
		to = image.Rect(0, 0, h, w)
	}
	place := func(x, y int) (int, int) {
		switch quarters {
		case 1:
			return h - 1 - y, x
		case 2:
			return w - 1 - x, h - 1 - y
		}
		return y, w - 1 - x
	}
	switch m := m.(type) {
	case *image.Gray:
		out := image.NewGray(to)
		for y := range h {
			for x := range w {
				tx, ty := place(x, y)
				out.Pix[ty*out.Stride+tx] = m.Pix[y*m.Stride+x]
			}
		}
		return out
	case *image.RGBA:
		out := image.NewRGBA(to)
		for y := range h {
			for x := range w {
				tx, ty := place(x, y)
				copy(out.Pix[ty*out.Stride+4*tx:][:4], m.Pix[y*m.Stride+4*x:])
			}
		}
		return out
	}
	return m
}

// Page writes page n (from 1) of a part to w as a PNG, width pixels wide, with the reader's name, organization, the
// time and the code of the session in its pixels. That the page was seen is on record before its first byte is sent.
//
// Faults: NotFound (also a page that is not there), Forbidden, Invalid (it cannot be drawn, or not be marked).
func (s *Service) Page(ctx context.Context, who actor.Actor, p Part, n int, look Look, w io.Writer) (err error) {
	defer fault.Wrap(&err, "document.Page(%s, %d)", p, n)
	v, _, err := s.may(ctx, who, p.Version, SeePages)
	if err != nil {
		return err
	}
	view := s.Gate.View(who)
	says, err := markOf(ctx, view, who, view.Now)
	if err != nil {
		return err
	}
	var page *docwork.Page
	err = s.reading(ctx, v, p.In, func(f *docwork.File) error {
		if n < 1 || n > len(f.Info().Pages) {
			return fault.Missing()
		}
		page, err = f.Draw(n-1, look.Width)
		return err
	})
	if err != nil {
		return err
	}
	defer page.Release()
	stamp, err := stamps.of(says, page.Width)
	if err != nil {
		return err
	}
	drawn := turned(page.Image, look.Turns)
	if err := stamp.Draw(drawn); err != nil {
		return err
	}
	recorded := make(chan error, 1)
	if page.Width >= legible { // while the picture is packed; it waits for the record before it goes anywhere
		go func() { recorded <- s.putOnRecord(ctx, who, v, p.In, view.Now, n) }()
	} else {
		recorded <- nil
	}
	var packed bytes.Buffer
	if err := errors.Join(raster.PNG(&packed, drawn), <-recorded); err != nil {
		return err
	}
	_, err = packed.WriteTo(w)
	return err
}

// toReader turns a sentence about a file into a fault for its reader.
func toReader(err error) error {
	if say, ok := err.(docwork.Sentence); ok { //nolint:errorlint // the pool returns it bare
		return fault.New(fault.Invalid, string(say))
	}
	return err
}

// Quote returns the words of page n (from 1) of a part that stand in a rectangle, or all of them when in is nil.
//
// Faults: NotFound, Forbidden (who may only see pages is given no text).
func (s *Service) Quote(ctx context.Context, who actor.Actor, p Part, n int, in *area.Area) (text string, err error) {
	defer fault.Wrap(&err, "document.Quote(%s, %d)", p, n)
	v, _, err := s.may(ctx, who, p.Version, OpenFile)
	if err != nil {
		return "", err
	}
	err = s.reading(ctx, v, p.In, func(f *docwork.File) error {
		if n < 1 || n > len(f.Info().Pages) {
			return fault.Missing()
		}
		text, err = f.Text(n-1, in)
		return err
	})
	if err != nil {
		return "", err
	}
	return text, s.putOnRecord(ctx, who, v, p.In, s.Gate.View(who).Now, n)
}

// FindIn returns the pages of a part that hold words, each with the line around the first: these pages are on record as
// seen.
//
// Faults: NotFound, Forbidden (who may only see pages is given no text).
func (s *Service) FindIn(ctx context.Context, who actor.Actor, p Part, words string) (hits []Hit, err error) {
	defer fault.Wrap(&err, "document.FindIn(%s)", p)
	v, _, err := s.may(ctx, who, p.Version, OpenFile)
	if err != nil {
		return nil, err
	}
	err = s.reading(ctx, v, p.In, func(f *docwork.File) error {
		hits, err = f.Find(words)
		return err
	})
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	pages := make([]int, len(hits))
	for i, h := range hits {
		pages[i] = h.Page + 1
	}
	return hits, s.putOnRecord(ctx, who, v, p.In, s.Gate.View(who).Now, pages...)
}

// SessionCode is the short name of the actor's session, as it stands in marks: "7F3A-22". It tells the session in the
// entries and the page record, and gives no way into it.
func SessionCode(who actor.Actor) string {
	sum := sha256.Sum256([]byte("mark/" + string(who.Session)))
	code := strings.ToUpper(hex.EncodeToString(sum[:3]))
	return code[:4] + "-" + code[4:]
}

// markOf is what stands in the pixels: name, organization, time to the minute, code. A name in letters that cannot be
// drawn gives way to the address of mail; when neither can be, there is no page.
func markOf(ctx context.Context, q db.Reader, who actor.Actor, now time.Time) (string, error) {
	var name, email, org string
	if err := q.QueryRow(ctx, db.SQL(`SELECT p.name, p.email, o.name FROM person p, org o WHERE p.id = ? AND o.id = ?`, who.Person, who.Org)).Scan(&name, &email, &org); err != nil {
		return "", err
	}
	parts := []string{name, org, now.UTC().Format("2006-01-02 15:04") + " UTC", SessionCode(who)}
	if !mark.Drawable(name) {
		parts[0] = email
	}
	if !mark.Drawable(org) {
		parts[1] = string(who.Org)
	}
	says := strings.Join(parts, " · ")
	if !mark.Drawable(says) {
		return "", fault.New(fault.Invalid, "Pages cannot be shown: your name and address cannot be written into them. Ask your administrator to add a name in Latin letters.")
	}
	return says, nil
}

// stamps keeps the marks of the last minute: a reader scrolls through pages of one width.
var stamps = stampCache{made: map[string]*mark.Stamp{}}

type stampCache struct {
	mu   sync.Mutex
	made map[string]*mark.Stamp
}

func (c *stampCache) of(says string, width int) (*mark.Stamp, error) {
	key := fmt.Sprint(width, "/", says)
	c.mu.Lock()
	s := c.made[key]
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := mark.New(says, width)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) >= 64 {
		clear(c.made)
	}
	c.made[key] = s
	return s, nil
}
