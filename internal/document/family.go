package document

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/docwork"
)

// A Path leads to a file inside a file: an attachment of a message, a member of an archive. It holds the places in the
// lists of what is inside, from 1 and from the outside in: "1.3" is the third file of the first. Empty: the file itself.
type Path []int

// MaxDepth is how many files may lie around one that is opened.
const MaxDepth = 5

// ParsePath reads "1.3". ok is false for what is no path, or leads deeper than MaxDepth.
func ParsePath(s string) (p Path, ok bool) {
	if s == "" {
		return nil, true
	}
	parts := strings.Split(s, ".")
	if len(parts) > MaxDepth {
		return nil, false
	}
	for _, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > 1_000_000 || strconv.Itoa(n) != part {
			return nil, false
		}
		p = append(p, n)
	}
	return p, true
}

// String is the text that ParsePath reads.
func (p Path) String() string {
	parts := make([]string, len(p))
	for i, n := range p {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ".")
}

// To is the path of the nth file, from 1, inside the one that p leads to.
func (p Path) To(n int) Path { return append(p[:len(p):len(p)], n) }

// Out is the path of the file around the one that p leads to.
func (p Path) Out() Path { return p[:max(0, len(p)-1)] }

// A Part is what is read: a version, or a file inside it.
type Part struct {
	Version ident.VersionID
	In      Path
}

// String names the part in messages of the program.
func (p Part) String() string {
	if len(p.In) == 0 {
		return string(p.Version)
	}
	return string(p.Version) + "/" + p.In.String()
}

// A Kin is one file of a family: the version itself, or a file inside it.
type Kin struct {
	In        Path
	Name      string
	SizeBytes int64
	Why       string // one sentence: why it cannot be opened; "" when it can be tried
	Holds     int    // how many files are inside, of those that are listed under it; 0 when it was not opened
}

// Depth is how many files are around it.
func (k Kin) Depth() int { return len(k.In) }

// inside is the source of a part of version v, and what the files around it are, the version first. Who may see or open
// the version has been asked before: what lies inside a document is subject to every rule that the document is.
func (s *Service) inside(ctx context.Context, v Version, in Path) (src docwork.Source, outer []docwork.Info, err error) {
	at := make([]int, len(in))
	for i, n := range in {
		at[i] = n - 1
	}
	src, outer, err = docwork.Inside(ctx, s.Files, s.source(v), at)
	if errors.Is(err, docwork.ErrNotInside) {
		err = fault.Missing()
	}
	return src, outer, err
}

// reading has ask put its questions to a part of version v.
//
// Faults: NotFound (there is no such file inside), Invalid (the reason why it cannot be read), ask's own.
func (s *Service) reading(ctx context.Context, v Version, in Path, ask func(*docwork.File) error) error {
	src, _, err := s.inside(ctx, v, in)
	if err == nil {
		err = s.Files.Do(ctx, src, ask)
	}
	return toReader(err)
}

// open finds out what a part of version v is, and lists its family: every file on the way to it with those beside, and
// those inside it. A part that cannot be had is no error: its Info says why.
func (s *Service) open(ctx context.Context, v Version, in Path) (info docwork.Info, family []Kin, err error) {
	src, infos, err := s.inside(ctx, v, in)
	if err == nil {
		err = s.Files.Do(ctx, src, func(f *docwork.File) error { info = f.Info(); return nil })
	}
	if say, ok := errors.AsType[docwork.Sentence](err); ok {
		info, err = docwork.Info{Kind: "File", Why: string(say)}, nil
	} else if err == nil {
		infos = append(infos, info)
	}
	if err != nil {
		return info, nil, err
	}
	root := Kin{Name: v.Name, SizeBytes: v.SizeBytes}
	return info, kin(root, in, infos), nil
}

// kin lists a file with what infos say of it and of those on the way to in, the outermost first.
func kin(k Kin, in Path, infos []docwork.Info) []Kin {
	if len(infos) == 0 {
		return []Kin{k}
	}
	children := infos[0].Children
	k.Holds = len(children)
	out := []Kin{k}
	for i, c := range children {
		child := Kin{In: k.In.To(i + 1), Name: c.Name, SizeBytes: c.SizeBytes, Why: c.Why}
		if len(child.In) > MaxDepth {
			child.Why = "It lies deeper than files are opened here."
		}
		if depth := len(k.In); depth < len(in) && in[depth] == i+1 {
			out = append(out, kin(child, in, infos[1:])...)
		} else {
			out = append(out, child)
		}
	}
	return out
}
