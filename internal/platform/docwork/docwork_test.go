package docwork

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The test binary is its own child, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == Command {
		if err := Child(hook{os.Stdin}, os.Stdout, os.Args[2], os.Args[3]); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A hook lets a test see what the child may still do when the bytes of its file come.
type hook struct{ io.Reader }

const tryEverything = "TRY EVERYTHING" // padded, so that the answer fits in its place

func (h hook) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	at := bytes.Index(p[:n], []byte(tryEverything))
	if at < 0 {
		return n, err
	}
	var done []string
	if f, err := os.Open("/etc/hostname"); err == nil {
		f.Close() //nolint:errcheck // a test
		done = append(done, "opened a file")
	}
	if f, err := os.CreateTemp("", "x"); err == nil {
		f.Close() //nolint:errcheck // a test
		done = append(done, "wrote a file")
	}
	if c, err := net.DialTimeout("udp", "127.0.0.1:9", time.Second); err == nil {
		c.Close() //nolint:errcheck // a test
		done = append(done, "opened a socket")
	}
	if exec.Command("/bin/true").Run() == nil { //nolint:gosec // it must not run
		done = append(done, "ran a program")
	}
	copy(p[at:n], "it "+strings.Join(done, ", ")+".             ")
	return n, err
}

// pool returns a pool of children of the test binary, which share the compiled code of earlier runs.
func pool(t testing.TB, s Settings) *Pool {
	t.Helper()
	s.Cache = filepath.Join(os.TempDir(), "countersign-test-cache")
	p, err := NewPool(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// memory is a file in memory.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

func source(key string, data []byte) Source {
	return Source{Key: key, Name: key, Size: int64(len(data)), Bytes: func(context.Context) (Bytes, error) { return inMemory{bytes.NewReader(data)}, nil }}
}

func textIn(t *testing.T, p *Pool, data []byte) (got Text) {
	t.Helper()
	err := p.Do(t.Context(), source(t.Name(), data), func(f *File) error { got = f.Words(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// zipped makes an archive of parts.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lying makes the one part of an archive say that it unpacks to 8 bytes, in the directory at the end.
func lying(archive []byte) []byte {
	at := bytes.LastIndex(archive, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(archive[at+24:], 8)
	return archive
}

const word = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>
<w:p><w:r><w:t>The court</w:t></w:r><w:r><w:tab/><w:t xml:space="preserve"> finds</w:t></w:r></w:p>
<w:p><w:r><w:t>for </w:t></w:r><w:ins><w:r><w:t>plaintiff</w:t></w:r></w:ins><w:del><w:r><w:delText>defendant</w:delText><w:t>gone</w:t></w:r></w:del></w:p></w:body></w:document>`

func TestText(t *testing.T) {
	p := pool(t, Settings{})
	for name, c := range map[string]struct {
		data []byte
		want string // paragraphs, or the reason
	}{
		"plain":                 {[]byte("One.\r\nTwo.\n\nThree"), "One.|Two.||Three"},
		"UTF-16":                {[]byte("\xff\xfeA\x00B\x00\n\x00C\x00"), "AB|C"},
		"Windows-1252":          {[]byte("na\xefve \x80 500"), "naïve € 500"},
		"hidden directions":     {[]byte("contract\u202efdp.exe\x1b[2J"), "contractfdp.exe[2J"},
		"word":                  {zipped(t, map[string]string{"word/document.xml": word}), "The court  finds|for plaintiff"},
		"empty":                 {nil, "why The file is empty."},
		"binary":                {[]byte("\x7fELF\x00\x00\x01"), "why This kind of file cannot be shown"},
		"a broken PDF":          {[]byte("%PDF-1.7\n..."), "why The PDF is broken"},
		"an archive":            {zipped(t, map[string]string{"a.txt": "x"}), "Files: 1|           1  a.txt"},
		"cut off":               {zipped(t, map[string]string{"word/document.xml": word})[:200], "why The archive is broken"},
		"entities":              {zipped(t, map[string]string{"word/document.xml": `<!DOCTYPE a [<!ENTITY x "y">]>` + word}), "why The file begins like a Word document"},
		"a bomb":                {zipped(t, map[string]string{"word/document.xml": "<a>" + strings.Repeat(" ", maxUnpacked+1) + "</a>"}), "why The file unpacks to more"},
		"a bomb that denies it": {lying(zipped(t, map[string]string{"word/document.xml": word})), "why The file begins like a Word document"},
		"more text than fit":    {bytes.Repeat([]byte("word\n"), maxText/5), "why The file holds more text"},
	} {
		t.Run(name, func(t *testing.T) {
			got := textIn(t, p, c.data)
			say := strings.Join(got.Paragraphs, "|")
			if got.Why != "" {
				say = "why " + got.Why
			}
			if !strings.HasPrefix(say, c.want) || got.Why == "" && say != c.want {
				t.Errorf("%.200q, want %q", say, c.want)
			}
		})
	}
}

// A child that a file has taken over can reach nothing.
func TestTheChildIsConfined(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can take these rights away")
	}
	got := textIn(t, pool(t, Settings{}), []byte(tryEverything+strings.Repeat(" ", 60)))
	if len(got.Paragraphs) != 1 || got.Paragraphs[0] != "it ." {
		t.Errorf("the child %q (%s)", got.Paragraphs, got.Why)
	}
}

// A child that dies ends one question and nothing else: the next is answered by another child, and what killed the first
// is not asked again.
func TestADyingChild(t *testing.T) {
	p := pool(t, Settings{})
	src := source("killed", []byte("One.\nTwo."))
	ask := func(fn func(*File) error) error { return p.Do(t.Context(), src, fn) }
	deadly := source("deadly", []byte("One."))
	starts := 0
	deadly.Bytes = func(context.Context) (Bytes, error) {
		starts++
		return killing{func() {
			if r := p.files["deadly"].running; r != nil { // not yet while the parent looks at the beginning
				r.child.kill()
			}
		}}, nil
	}
	for range 2 { // the child dies in the middle of opening it, and no second one is tried
		err := p.Do(t.Context(), deadly, func(f *File) error {
			if f.Info().Why == "" || starts != 1 {
				t.Errorf("%d children, %+v", starts, f.Info())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := ask(func(f *File) error {
		f.child.kill() // while nobody asks it
		if text, err := f.Text(0, nil); err != nil || text == "" {
			t.Errorf("after a death that no question caused: %q, %v", text, err)
		}
		page, err := f.Draw(0, 300)
		if err == nil {
			page.Release()
		}
		return err
	})
	if err != nil {
		t.Errorf("after the death of a child: %v", err)
	}
	if _, err := NewPool(Settings{Program: "/bin/false"}); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"/bin/false", "/nowhere/at/all"} {
		none, err := NewPool(Settings{Program: program})
		if err != nil {
			t.Fatal(err)
		}
		defer none.Close()
		if err := none.Do(t.Context(), src, func(*File) error { return nil }); err == nil {
			t.Errorf("%s was taken for a child", program)
		}
	}
}

// When the store fails, it is not the file that is to blame: the next reading begins anew.
func TestTheStoreFails(t *testing.T) {
	p := pool(t, Settings{})
	src := source("flaky", []byte("One."))
	working := src.Bytes
	src.Bytes = func(context.Context) (Bytes, error) { return failing{}, nil }
	err := p.Do(t.Context(), src, func(*File) error { return nil })
	if _, ok := errors.AsType[Sentence](err); ok || err == nil {
		t.Errorf("a store that fails gave %v", err)
	}
	p.mu.Lock()
	p.files["flaky"].src.Bytes = working
	p.mu.Unlock()
	if err := p.Do(t.Context(), src, func(f *File) error { _, err := f.Text(0, nil); return err }); err != nil {
		t.Errorf("after it works again: %v", err)
	}
}

type killing struct{ kill func() }

func (k killing) ReadAt(p []byte, _ int64) (int, error) { k.kill(); return len(p), nil }
func (killing) Close() error                            { return nil }

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errors.New("no store") }
func (failing) Close() error                      { return nil }

// More files than may be open at once take turns, and a pool that closes leaves no child behind.
func TestManyFiles(t *testing.T) {
	p := pool(t, Settings{Most: 2})
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			name := "f" + strconv.Itoa(i)
			for range 3 {
				err := p.Do(t.Context(), source(name, []byte(name)), func(f *File) error {
					text, err := f.Text(0, nil)
					if err == nil && text != name {
						err = fmt.Errorf("%s says %q", name, text)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(p.files) > 2 {
		t.Errorf("%d files are open", len(p.files))
	}
	p.Close()
	if err := p.Do(t.Context(), source("late", nil), func(*File) error { return nil }); err == nil {
		t.Error("a closed pool opened a file")
	}
}

// FuzzOpen reads whatever comes, and draws and reads its first page, in the test's own process.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("plain\ntext"))
	f.Add([]byte("\xfe\xff\x00A"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x00\x00"))
	f.Add(zipped(f, map[string]string{"word/document.xml": word}))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e *engine // PDFium is fuzzed by its own people
		file := e.openFile(bytes.NewReader(data), opening{Size: int64(len(data)), Name: "a.txt"})
		info := file.info()
		if (len(info.Pages) == 0) != (info.Why != "") {
			t.Errorf("%d pages, and why there are none: %q", len(info.Pages), info.Why)
		}
		if len(info.Pages) == 0 {
			return
		}
		if _, done, err := file.draw(0, 200); err == nil {
			done()
		}
		text, err := file.text(0)
		if err == nil && strings.ContainsAny(text, "\x00\x1b\u202e") {
			t.Errorf("a page holds what it must not: %q", text)
		}
	})
}
