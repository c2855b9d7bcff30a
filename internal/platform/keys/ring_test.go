package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
)

var _ blob.Sealer = BlobKey{}

const (
	halsted  = ident.OrgID("01900000-0000-7000-8000-00000000000a")
	meridian = ident.OrgID("01900000-0000-7000-8000-00000000000b")
)

var (
	one   = Matter("01900000-0000-7000-8000-000000000001")
	two   = Matter("01900000-0000-7000-8000-000000000002")
	words = Org(halsted)
)

// A desk is a ring with a clock to turn, over a firm with two matters and words of its own.
type desk struct {
	*Ring
	keeper *MemoryKeeper
	clock  time.Time
	d      *db.DB
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	k := &desk{keeper: NewMemoryKeeper(), clock: time.Unix(1_700_000_000, 0), d: d}
	k.Ring = NewRing(k.keeper, func() time.Time { return k.clock })
	if err := k.Provision(t.Context(), halsted); err != nil {
		t.Fatal(err)
	}
	for _, s := range []Scope{one, two, words} {
		k.make(t, s)
	}
	return k
}

func (k *desk) make(t *testing.T, s Scope) {
	t.Helper()
	if err := k.d.Write(t.Context(), func(tx *db.Tx) error { return k.Make(t.Context(), tx, s, halsted) }); err != nil {
		t.Fatal(err)
	}
}

func (k *desk) seal(t *testing.T, s Scope, plain, aad string) []byte {
	t.Helper()
	b, err := k.Seal(t.Context(), k.d, s, []byte(plain), aad)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealedWordsOpenOnlyWhereTheyBelong(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		const secret = "the client will settle at forty"
		sealed := k.seal(t, one, secret, "message.body/7")
		if bytes.Contains(sealed, []byte("settle")) || len(sealed) != 1+12+len(secret)+16 || sealed[0] != 1 {
			t.Errorf("sealed: %x", sealed)
		}
		if again := k.seal(t, one, secret, "message.body/7"); bytes.Equal(again, sealed) {
			t.Error("the same words seal to the same bytes")
		}
		got, err := k.Open(t.Context(), d, one, sealed, "message.body/7")
		if err != nil || string(got) != secret {
			t.Errorf("opened %q, %v", got, err)
		}
		// Another process, which has only the table and the Keeper.
		got, err = NewRing(k.keeper, k.now).Open(t.Context(), d, one, sealed, "message.body/7")
		if err != nil || string(got) != secret {
			t.Errorf("another process opened %q, %v", got, err)
		}
		flipped := func(i int) []byte { b := bytes.Clone(sealed); b[i] ^= 1; return b }
		for what, c := range map[string]struct {
			scope  Scope
			sealed []byte
			aad    string
		}{
			"another matter": {two, sealed, "message.body/7"},
			"the firm's own": {words, sealed, "message.body/7"},
			"another row":    {one, sealed, "message.body/8"},
			"version":        {one, flipped(0), "message.body/7"},
			"nonce":          {one, flipped(1), "message.body/7"},
			"text":           {one, flipped(20), "message.body/7"},
			"tag":            {one, flipped(len(sealed) - 1), "message.body/7"},
			"short":          {one, sealed[:len(sealed)-1], "message.body/7"},
			"stub":           {one, sealed[:5], "message.body/7"},
		} {
			got, err := k.Open(t.Context(), d, c.scope, c.sealed, c.aad)
			if err == nil || len(got) > 0 || !errors.Is(err, errSeal) || fault.KindOf(err) != fault.Internal {
				t.Errorf("%s: %q, %v", what, got, err)
			}
			if err != nil && strings.Contains(err.Error(), "settle") {
				t.Errorf("%s: the error tells: %v", what, err)
			}
		}
	})
}

func TestEmptyStaysEmpty(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		if b := k.seal(t, one, "", "x"); b != nil {
			t.Errorf("sealed to %x", b)
		}
		if b, err := k.Open(t.Context(), d, one, []byte{}, "x"); len(b) > 0 || err != nil {
			t.Errorf("%x, %v", b, err)
		}
	})
}

func TestMakeKeepsTheFirstKey(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		sealed := k.seal(t, one, "kept", "x")
		k.make(t, one)
		k.Forget(one)
		if got, err := k.Open(t.Context(), d, one, sealed, "x"); err != nil || string(got) != "kept" {
			t.Errorf("%q, %v", got, err)
		}
		var at int64
		if err := d.QueryRow(t.Context(), db.SQL("SELECT made_at FROM data_key WHERE id = ?", "matter/01900000-0000-7000-8000-000000000001")).Scan(&at); err != nil || at != db.Micros(k.clock) {
			t.Errorf("made_at %d, %v", at, err)
		}
	})
}

// TestARolledBackKeyIsNotUsedAgain: a transaction that makes a key and seals with it may be run twice.
func TestARolledBackKeyIsNotUsedAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		third := Matter("01900000-0000-7000-8000-000000000003")
		again := errors.New("again")
		var sealed []byte
		run := func(end error) error {
			return d.Write(t.Context(), func(tx *db.Tx) (err error) {
				if err = k.Make(t.Context(), tx, third, halsted); err != nil {
					return err
				}
				if sealed, err = k.Seal(t.Context(), tx, third, []byte("words"), "x"); err != nil {
					return err
				}
				return end
			})
		}
		if err := run(again); !errors.Is(err, again) {
			t.Fatal(err)
		}
		if err := run(nil); err != nil {
			t.Fatal(err)
		}
		got, err := NewRing(k.keeper, k.now).Open(t.Context(), d, third, sealed, "x")
		if err != nil || string(got) != "words" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestWithoutTheFirmKeyNothingOpens(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		sealed := k.seal(t, one, "words", "x")
		opens := func() error {
			_, err := k.Open(t.Context(), d, one, sealed, "x")
			return err
		}
		k.keeper.Revoke(firmKey(halsted))
		k.clock = k.clock.Add(keptFor - time.Second)
		if err := opens(); err != nil {
			t.Errorf("within the minute: %v", err)
		}
		k.clock = k.clock.Add(time.Second)
		if err := opens(); !errors.Is(err, ErrNoKey) {
			t.Errorf("after a minute: %v", err)
		}

		k = newDesk2(t, d)
		sealed = k.seal(t, two, "words", "x")
		k.keeper.Revoke(firmKey(meridian))
		k.ForgetOrg(halsted)
		if _, err := k.Open(t.Context(), d, two, sealed, "x"); err != nil {
			t.Errorf("another firm was forgotten: %v", err)
		}
		k.ForgetOrg(meridian)
		if _, err := k.Open(t.Context(), d, two, sealed, "x"); !errors.Is(err, ErrNoKey) {
			t.Errorf("at once: %v", err)
		}
		for what, err := range map[string]error{
			"make": d.Write(t.Context(), func(tx *db.Tx) error {
				return k.Make(t.Context(), tx, Matter("01900000-0000-7000-8000-000000000009"), meridian)
			}),
			"hash": second(k.Hash(t.Context(), d, two, []byte("x"))),
			"seal": second(k.Seal(t.Context(), d, two, []byte("x"), "x")),
			"blob": second(k.BlobKey(t.Context(), d, two)),
		} {
			if !errors.Is(err, ErrNoKey) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// newDesk2 starts over on the same database, with the second matter under another firm.
func newDesk2(t *testing.T, d *db.DB) *desk {
	t.Helper()
	k := &desk{keeper: NewMemoryKeeper(), clock: time.Unix(1_700_000_000, 0), d: d}
	k.Ring = NewRing(k.keeper, func() time.Time { return k.clock })
	if err := k.Provision(t.Context(), meridian); err != nil {
		t.Fatal(err)
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(t.Context(), db.SQL("DELETE FROM data_key")); err != nil {
			return err
		}
		return k.Make(t.Context(), tx, two, meridian)
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAMovedKeyDoesNotOpen(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), db.SQL("UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE id = ?) WHERE id = ?", one.id, two.id))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Seal(t.Context(), d, two, []byte("x"), "x"); !errors.Is(err, errSeal) {
			t.Errorf("one matter's key serves another: %v", err)
		}
		if _, err := k.Seal(t.Context(), d, Matter("absent"), []byte("x"), "x"); err == nil {
			t.Error("a matter without a key seals")
		}
	})
}

func TestHashSeesTheSameBytesWithinAMatterOnly(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		hash := func(s Scope, sum string) string {
			h, err := k.Hash(t.Context(), d, s, []byte(sum))
			if err != nil || len(h) != 32 {
				t.Fatal(h, err)
			}
			k.Forget(s)
			return string(h)
		}
		if first, again := hash(one, "a"), hash(one, "a"); first != again || hash(one, "a") == hash(one, "b") || hash(one, "a") == hash(two, "a") {
			t.Error("the keyed hash is not one")
		}
	})
}

func TestBlobKeys(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		derive := func(s Scope, salt string) (func([]byte) error, [16]byte) {
			b, err := k.BlobKey(t.Context(), d, s)
			if err != nil {
				t.Fatal(err)
			}
			if text := fmt.Sprintf("%v %+v %#v %s %x", b, b, b, b, b); strings.Contains(text, fmt.Sprintf("%x", b.root)) {
				t.Error("a printed BlobKey shows its root")
			}
			a, check, err := b.Derive([]byte(salt))
			if err != nil {
				t.Fatal(err)
			}
			return func(ct []byte) error {
				if ct == nil {
					return nil
				}
				return second(a.Open(nil, nil, ct, nil))
			}, check
		}
		b, _ := k.BlobKey(t.Context(), d, one)
		a, want, err := b.Derive([]byte("salt"))
		if err != nil {
			t.Fatal(err)
		}
		ct := a.Seal(nil, nil, []byte("x"), nil)
		if open, check := derive(one, "salt"); open(ct) != nil || check != want {
			t.Error("the same salt gives another key")
		}
		for _, c := range []struct {
			s    Scope
			salt string
		}{{one, "pepper"}, {two, "salt"}} {
			if open, check := derive(c.s, c.salt); open(ct) == nil || check == want {
				t.Errorf("%v %s: the same key", c.s, c.salt)
			}
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	r := NewRing(NewMemoryKeeper(), func() time.Time { return time.Unix(1, 0) })
	for i := range keptKeys + 100 {
		r.keep(Scope{fmt.Sprint(i)}, &dataKey{until: time.Unix(2, 0)}, 0)
	}
	if len(r.kept) != keptKeys {
		t.Errorf("%d keys in memory", len(r.kept))
	}
	if _, ok := r.kept[Scope{fmt.Sprint(keptKeys + 99)}]; !ok {
		t.Error("the newest was dropped")
	}
}

// TestForgetDuringALoad: a key on its way from the Keeper when it is forgotten is not kept.
func TestForgetDuringALoad(t *testing.T) {
	eachEngine(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.Ring = NewRing(forgetful{k.keeper, func() { k.ForgetOrg(halsted) }}, k.now)
		k.seal(t, one, "x", "x")
		if len(k.kept) != 0 {
			t.Error("a key outlived its own withdrawal")
		}
	})
}

// forgetful calls during while it unwraps.
type forgetful struct {
	Keeper
	during func()
}

func (f forgetful) Unwrap(ctx context.Context, key string, wrapped, aad []byte) ([]byte, error) {
	f.during()
	return f.Keeper.Unwrap(ctx, key, wrapped, aad)
}
