package docwork

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The test binary is its own child, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == Command {
		if err := Child(hook{os.Stdin}, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A hook lets a test see what the child may still do when it reads its first byte.
type hook struct{ io.Reader }

func (h hook) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if string(p[:n]) != "TRY EVERYTHING" {
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
	return copy(p, "it "+strings.Join(done, ", ")+"."), err
}

func textIn(t *testing.T, data []byte) Text {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Text(t.Context(), bytes.NewReader(data))
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
		"binary":                {[]byte("\x7fELF\x00\x00\x01"), "why This kind of file has no text"},
		"PDF":                   {[]byte("%PDF-1.7\n..."), "why A PDF is compared page by page"},
		"an archive":            {zipped(t, map[string]string{"a.txt": "x"}), "why This archive is no Word document"},
		"cut off":               {zipped(t, map[string]string{"word/document.xml": word})[:200], "why The file begins like a Word document"},
		"entities":              {zipped(t, map[string]string{"word/document.xml": `<!DOCTYPE a [<!ENTITY x "y">]>` + word}), "why The file begins like a Word document"},
		"a bomb":                {zipped(t, map[string]string{"word/document.xml": "<a>" + strings.Repeat(" ", maxUnpacked+1) + "</a>"}), "why The file unpacks to more"},
		"a bomb that denies it": {lying(zipped(t, map[string]string{"word/document.xml": word})), "why The file begins like a Word document"},
		"more text than fit":    {bytes.Repeat([]byte("word\n"), maxText/5), "why The file holds more text"},
	} {
		t.Run(name, func(t *testing.T) {
			got := textIn(t, c.data)
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
	if got := textIn(t, []byte("TRY EVERYTHING")); len(got.Paragraphs) != 1 || got.Paragraphs[0] != "it ." {
		t.Errorf("the child %q (%s)", got.Paragraphs, got.Why)
	}
}

// A child that dies, or a caller that leaves, ends the reading and nothing else.
func TestADyingChild(t *testing.T) {
	broken := At("/bin/false")
	if got, err := broken.Text(t.Context(), strings.NewReader("x")); err != nil || got.Why == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := At("/nowhere/at/all").Text(t.Context(), strings.NewReader("x")); err == nil {
		t.Error("a program that is not there was started")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Text(ctx, strings.NewReader("x")); err == nil {
		t.Error("nobody waits for the answer, and it came")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("plain\ntext"))
	f.Add([]byte("\xfe\xff\x00A"))
	f.Add(zipped(f, map[string]string{"word/document.xml": word}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, line := range read(bytes.NewReader(data)).Paragraphs {
			if strings.ContainsAny(line, "\x00\x1b\n\u202e") {
				t.Errorf("a paragraph holds what a page must not: %q", line)
			}
		}
	})
}
