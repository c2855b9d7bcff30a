package document

import (
	"context"
	"strconv"

	"countersign/internal/document/redline"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/gate"
)

// A Comparison is two versions of a document side by side. Why tells why their words could not be compared.
type Comparison struct {
	Document Document
	From, To Version
	Passages []redline.Passage // none: the words are the same
	Why      string
}

// Compare shows what changed between two versions, by their numbers. It shows words of both, so it is a write: it leaves
// the entry document.compare before a byte is read.
//
// Faults: NotFound (also a version that is not there), Forbidden (who may not take the file out; in quarantine).
func (s *Service) Compare(ctx context.Context, who actor.Actor, id ident.DocumentID, from, to int64) (c Comparison, err error) {
	defer fault.Wrap(&err, "document.Compare(%s, %d, %d)", id, from, to)
	err = s.Gate.Write(ctx, who, CompareVersions, func(tx *gate.Tx) error {
		d, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, d.Subject()); err != nil {
			return err
		}
		c = Comparison{Document: d}
		for _, v := range []struct {
			n  int64
			to *Version
		}{{from, &c.From}, {to, &c.To}} {
			var version ident.VersionID
			err := tx.QueryRow(ctx, db.SQL(`SELECT dv.id FROM version dv WHERE dv.document_id = ? AND dv.n = ? AND `, d.ID, v.n).Join(tx.Visible("dv.matter_id"))).Scan(&version)
			if err != nil {
				return tx.Absent("version", strconv.FormatInt(v.n, 10))
			}
			if *v.to, _, err = loadVersion(ctx, tx, version); err != nil {
				return err
			}
		}
		tx.Record(gate.Entry{Subject: d.ref(), Rev: c.To.N, Matter: d.Matter, Owner: d.Firm, Values: map[string]string{
			"version": strconv.FormatInt(c.To.N, 10), "before": strconv.FormatInt(c.From.N, 10)}})
		return nil
	})
	if err != nil {
		return Comparison{}, err
	}
	before, err := s.text(ctx, c.From)
	if err != nil {
		return c, err
	}
	after, err := s.text(ctx, c.To)
	if err != nil {
		return c, err
	}
	if c.Why = before.Why; c.Why == "" {
		c.Why = after.Why
	}
	if c.Why == "" {
		c.Passages = redline.Compare(before.Paragraphs, after.Paragraphs)
	}
	return c, nil
}

func (s *Service) text(ctx context.Context, v Version) (t docwork.Text, err error) {
	err = s.Files.Do(ctx, s.source(v), func(f *docwork.File) error { t = f.Words(); return nil })
	return t, err
}
