package thread

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// maxMentions bounds how many people one message tells.
const maxMentions = 30

// A reachable person may be mentioned on a place.
type reachable struct {
	id   ident.PersonID
	name string
	org  ident.OrgID
}

// mentions finds @Name, @Firstname and @identifier in a text. It returns the text with identifiers written as names,
// and who is to be told: only people who see the place. A name that two of them share tells neither.
func mentions(ctx context.Context, tx *gate.Tx, p Place, text string) (string, []ident.PersonID, error) {
	if !strings.Contains(text, "@") {
		return text, nil, nil
	}
	all, err := members(ctx, tx, p)
	if err != nil {
		return text, nil, err
	}
	seen := map[ident.PersonID]bool{}
	sees := func(r reachable) (bool, error) {
		if ok, asked := seen[r.id]; asked {
			return ok, nil
		}
		d, err := tx.MayOther(ctx, r.id, r.org, DoPost, p.subject("", r.id))
		seen[r.id] = d.Allowed
		return d.Allowed, err
	}
	var out strings.Builder
	var told []ident.PersonID
	rest := text
	for len(told) < maxMentions {
		at := strings.IndexByte(rest, '@')
		if at < 0 {
			break
		}
		out.WriteString(rest[:at+1])
		inWord := at > 0 && wordEnds(rest[:at]) // an e-mail address is no mention
		rest = rest[at+1:]
		if inWord {
			continue
		}
		who, length, err := match(rest, all, sees)
		if err != nil {
			return text, nil, err
		}
		if who == nil {
			continue
		}
		out.WriteString(written(rest[:length], *who))
		rest = rest[length:]
		if !slices.Contains(told, who.id) {
			told = append(told, who.id)
		}
	}
	out.WriteString(rest)
	return out.String(), told, nil
}

// written is a mention as it is kept: an identifier becomes the name, a name stays as it was typed.
func written(as string, r reachable) string {
	if as == string(r.id) {
		return r.name
	}
	return as
}

// match returns the one person whose identifier, full name or else first name text begins with.
func match(text string, all []reachable, sees func(reachable) (bool, error)) (*reachable, int, error) {
	for _, key := range []func(reachable) string{
		func(r reachable) string { return string(r.id) },
		func(r reachable) string { return r.name },
		func(r reachable) string { first, _, _ := strings.Cut(r.name, " "); return first },
	} {
		var found []reachable
		for _, r := range all {
			if !begins(text, key(r)) {
				continue
			}
			ok, err := sees(r)
			if err != nil {
				return nil, 0, err
			}
			if ok && !slices.ContainsFunc(found, func(f reachable) bool { return f.id == r.id }) {
				found = append(found, r)
			}
		}
		// "Ana Maria" before "Ana": the longest name that fits is meant.
		slices.SortStableFunc(found, func(a, b reachable) int { return cmp.Compare(len(key(b)), len(key(a))) })
		switch {
		case len(found) == 1, len(found) > 1 && len(key(found[0])) > len(key(found[1])):
			return &found[0], len(key(found[0])), nil
		case len(found) > 1:
			return nil, 0, nil
		}
	}
	return nil, 0, nil
}

// begins reports whether text begins with the whole name, in any case.
func begins(text, name string) bool {
	if name == "" || len(text) < len(name) || !strings.EqualFold(text[:len(name)], name) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[len(name):])
	return len(text) == len(name) || !unicode.IsLetter(next) && !unicode.IsDigit(next)
}

func wordEnds(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return unicode.IsLetter(last) || unicode.IsDigit(last)
}

// members are the people of the organizations that hold the matter now; who of them sees it is asked one by one. Where
// the other side may not know of the place, they are the firm's alone.
func members(ctx context.Context, tx *gate.Tx, p Place) ([]reachable, error) {
	at := db.Micros(tx.Now)
	q := db.SQL(`SELECT p.id, p.name, m.org_id FROM person p JOIN member m ON m.person_id = p.id AND m.until_at > ?
		WHERE p.disabled_at = 0 AND m.org_id IN (SELECT org_id FROM matter_opening WHERE matter_id = ? AND from_at <= ? AND until_at > ?)`, at, p.Matter, at, at)
	all, err := db.All(ctx, tx, q.Join(db.SQL(` ORDER BY p.id, m.org_id`)), func(rs *db.Rows, r *reachable) error { return rs.Scan(&r.id, &r.name, &r.org) })
	if err != nil {
		return nil, err
	}
	other := map[ident.OrgID]bool{p.Firm: true}
	return slices.DeleteFunc(all, func(r reachable) bool {
		knows, asked := other[r.org]
		if !asked && err == nil {
			knows, err = p.knownTo(ctx, tx, r.org)
			other[r.org] = knows
		}
		return !knows
	}), err
}

// knownTo reports whether the place exists for people of an organization that holds the matter.
func (p Place) knownTo(ctx context.Context, tx *gate.Tx, org ident.OrgID) (bool, error) {
	all := func(string) db.Frag { return db.SQL("") }
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM (`).Join(placed(p.Kind, p.ID, org, all), db.SQL(`) x`))).Scan(&n)
	return n > 0, err
}
