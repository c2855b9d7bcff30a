package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"countersign/internal/access"
	"countersign/internal/engagement"
	"countersign/internal/evidence"
	"countersign/internal/evidence/evidenceweb"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
	"countersign/internal/privacy"
)

// privacy puts the feature together that erases: each other feature takes away what it holds itself.
func (a *App) privacy() *privacy.Service {
	return privacy.New(a.Gate, orgFiles{a.stores.blobs, a.stores.ring, a.stores.db}, privacy.Erasers{
		Person: []func(context.Context, *gate.Tx, ident.PersonID) ([]string, error){a.SLA.EraseIn, a.Account.EraseIn},
		Client: a.Matter.EraseClientIn,
		Matter: []func(context.Context, *gate.Tx, ident.MatterID) ([]string, error){
			a.Evidence.DisposeIn, a.Document.DisposeIn, a.Task.DisposeIn, a.Matter.DisposeIn,
		},
		Key: func(ctx context.Context, tx *db.Tx, m ident.MatterID) error {
			return a.stores.ring.Destroy(ctx, tx, keys.Matter(m))
		},
		Blobs: func(ctx context.Context) error {
			for {
				if n, err := a.Document.Sweep(ctx); err != nil || n == 0 {
					return errors.Join(err, a.Evidence.SweepPacks(ctx))
				}
			}
		},
	})
}

// making is what evidence packs are made with.
func (a *App) making() evidence.Making {
	return evidence.Making{Files: orgFiles{a.stores.blobs, a.stores.ring, a.stores.db}, Report: evidenceweb.Report, Work: a.workProduct}
}

// workProduct gives the newest versions of the files of a matter (work product only), a task or a document, each through the
// door that asks the gate and leaves an entry.
func (a *App) workProduct(ctx context.Context, who actor.Actor, scope evidence.Scope, each func(name, sha256, said string, body io.Reader) error) error {
	v := a.Gate.View(who)
	cond := map[string]db.Frag{"matter": db.SQL(`d.matter_id = ? AND d.kind = 'work'`, scope.ID), "task": db.SQL(`d.task_id = ?`, scope.ID), "document": db.SQL(`d.id = ?`, scope.ID)}[scope.Kind]
	type file struct {
		id   ident.VersionID
		name string
	}
	files, err := db.All(ctx, v, db.SQL(`SELECT v.id, v.name FROM document d JOIN version v ON v.document_id = d.id AND v.n = d.current_n WHERE `).Join(cond).And(v.Visible("d.matter_id")).Join(db.SQL(` ORDER BY d.id`)),
		func(rs *db.Rows, f *file) error { return rs.Scan(&f.id, &f.name) })
	if err != nil {
		return err
	}
	for i, f := range files {
		name := fmt.Sprintf("%03d %s", i+1, strings.NewReplacer("/", "_", "\\", "_", "..", "_").Replace(f.name))
		o, err := a.Document.Open(ctx, who, f.id)
		if k := fault.KindOf(err); err != nil && (k == fault.Forbidden || k == fault.NotFound) {
			if err := each(fmt.Sprintf("%03d", i+1), "", fault.Say(err), nil); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := errors.Join(each(name, hex.EncodeToString(o.SHA256[:]), "", o.Body), o.Body.Close()); err != nil {
			return err
		}
	}
	return nil
}

// orgFiles keeps files sealed under the key of an organization.
type orgFiles struct {
	blobs *blob.Store
	ring  *keys.Ring
	db    *db.DB
}

func (f orgFiles) Put(ctx context.Context, org ident.OrgID, binding string, r io.Reader) (string, int64, error) {
	key, err := f.ring.BlobKey(ctx, f.db, keys.Org(org))
	if err != nil {
		return "", 0, err
	}
	st, err := f.blobs.Put(ctx, key, binding, r)
	return st.Name, st.Size, err
}

func (f orgFiles) Open(ctx context.Context, org ident.OrgID, binding, name string) (io.ReadCloser, error) {
	key, err := f.ring.BlobKey(ctx, f.db, keys.Org(org))
	if err != nil {
		return nil, err
	}
	return f.blobs.Open(ctx, key, binding, name)
}

func (f orgFiles) Delete(ctx context.Context, name string) error { return f.blobs.Delete(ctx, name) }

// explainer puts the feature together that explains access: it tries the verbs of other features, and takes them back.
func (a *App) explainer() *access.Service {
	standing := func(ctx context.Context, who actor.Actor, id ident.TaskID) (authz.Subject, string, error) {
		t, err := a.Task.Get(ctx, who, id)
		if err != nil {
			return authz.Subject{}, "", err
		}
		return t.Subject(), t.Name(), nil
	}
	return access.New(a.Gate, a.Document, standing, access.Changes{
		AddToTeam: a.Matter.AddToTeam,
		RaiseWall: func(ctx context.Context, who actor.Actor, m ident.MatterID, p ident.PersonID, reason string) error {
			_, err := a.Matter.RaiseWall(ctx, who, m, p, reason)
			return err
		},
		EndEngagement: func(ctx context.Context, who actor.Actor, e ident.EngagementID, reason string) error {
			return a.Engagement.MovePhase(ctx, who, engagement.PhaseMove{ID: e, To: engagement.Ended, Reason: reason})
		},
		AddClause: func(ctx context.Context, who actor.Actor, c access.Clause) error {
			return a.Engagement.AddClause(ctx, who, engagement.NewClause{Engagement: c.Engagement, Name: c.Name, Say: c.Say, Fix: c.Fix, Forbid: c.Text})
		}})
}
