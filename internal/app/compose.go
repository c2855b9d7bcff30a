package app

import (
	"context"
	"io"

	"countersign/internal/access"
	"countersign/internal/engagement"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
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
		Person: a.Account.EraseIn,
		Client: a.Matter.EraseClientIn,
		Matter: []func(context.Context, *gate.Tx, ident.MatterID) ([]string, error){
			a.Document.DisposeIn, a.Task.DisposeIn, a.Matter.DisposeIn,
		},
		Key: func(ctx context.Context, tx *db.Tx, m ident.MatterID) error {
			return a.stores.ring.Destroy(ctx, tx, keys.Matter(m))
		},
		Blobs: func(ctx context.Context) error {
			for {
				if n, err := a.Document.Sweep(ctx); err != nil || n == 0 {
					return err
				}
			}
		},
	})
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
