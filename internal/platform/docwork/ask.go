package docwork

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

func (f *File) ask(name string, kind byte, what, into any) error {
	body, err := f.answer(name, kind, what, result, nil)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, into) != nil {
		return garbled
	}
	return nil
}

// answer puts one question to the child and brings it the ranges that it needs. A child that dies or takes too long has
// its question kept: it is not put to another child. name names the question.
func (f *File) answer(name string, kind byte, what any, expect byte, into []byte) ([]byte, error) {
	if why := f.pool.verdict(f.src.Key, name); why != "" {
		return nil, Sentence(why)
	}
	body, got, late, err := f.put(kind, what, into)
	if f.mayBeOthers(kind, late, err) {
		f.end()
		body, got, late, err = f.put(kind, what, into)
	}
	switch {
	case err == nil && got == failed:
		return nil, Sentence(body)
	case err == nil && got == expect:
		return body, nil
	case errors.Is(err, errBytes), f.running == nil: // the store's fault, or the machine's, not the file's
		f.end()
		return nil, err
	}
	f.end()
	why := deadly
	switch {
	case late:
		why = tooLong
	case err == nil:
		why = garbled
	}
	f.pool.judge(f.src.Key, name, string(why))
	return nil, why
}

// mayBeOthers is whether a child died, and the question may not be to blame: nobody asked it when it died, or it had read
// other files before. Then the question is put once more, to a child that reads this file alone.
func (f *File) mayBeOthers(kind byte, late bool, err error) bool {
	switch {
	case err == nil, late, f.running == nil, errors.Is(err, errBytes):
		return false
	case f.files > 1:
		f.alone = true
		return true
	}
	return errors.Is(err, errGone) && kind != askOpen && kind != askDrawn
}

// put opens the file again if its child is gone, and puts the question in the time that there is for one.
func (f *File) put(kind byte, what any, into []byte) (body []byte, got byte, late bool, err error) {
	if f.running == nil {
		if err := f.open(); err != nil {
			return nil, 0, false, err
		}
		if f.running == nil {
			return []byte(f.info.Why), failed, false, nil
		}
	}
	alarm := time.AfterFunc(timeLimit, f.child.kill)
	body, got, err = f.exchange(kind, what, into)
	return body, got, !alarm.Stop(), err
}

var (
	errBytes = errors.New("docwork: the bytes of the file")
	errGone  = errors.New("docwork: the child is gone")
)

func (f *File) exchange(kind byte, what any, into []byte) (body []byte, got byte, err error) {
	if err := sendJSON(f.child.in, kind, what); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", errGone, err)
	}
	most := maxResult
	switch kind {
	case askPage:
		most = 9 + 4*(maxPixels+maxPixels/8)
	case askInner:
		most = MaxFile
	}
	var scratch []byte
	for {
		got, body, err := receive(f.child.out, most, into)
		if err != nil || got != need {
			return body, got, err
		}
		if len(body) != 12 {
			return nil, 0, fmt.Errorf("docwork: a need of %d bytes", len(body))
		}
		off, n := int64(binary.BigEndian.Uint64(body)), int(binary.BigEndian.Uint32(body[8:])) //nolint:gosec // checked below
		if off < 0 || off > f.size || n > maxRange {
			return nil, 0, fmt.Errorf("docwork: %d bytes at %d are needed", n, off)
		}
		if cap(scratch) < n {
			scratch = make([]byte, max(n, 64<<10))
		}
		m, err := f.bytes.ReadAt(scratch[:n], off)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, fmt.Errorf("%w: %w", errBytes, err)
		}
		if err := send(f.child.in, given, scratch[:m]); err != nil {
			return nil, 0, err
		}
	}
}

// A verdict is why a question is not put to a child for now. It ends: a machine that is short of time or memory ends
// children too.
type verdict struct {
	why   string
	until time.Time
}

const verdictLasts = 10 * time.Minute

// mostVerdicts bounds what is remembered of files that end children; then it is all forgotten.
const mostVerdicts = 10_000

func (p *Pool) judge(key, question, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.verdicts) >= mostVerdicts {
		clear(p.verdicts)
	}
	p.verdicts[key+"\x00"+question] = verdict{why, time.Now().Add(verdictLasts)}
}

func (p *Pool) verdict(key, question string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.verdicts[key+"\x00"+question]
	if time.Now().After(v.until) {
		return ""
	}
	return v.why
}
