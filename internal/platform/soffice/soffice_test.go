package soffice

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The test binary confines itself and becomes what it is told, as the program does.
func TestMain(m *testing.M) {
	BeChild()
	os.Exit(m.Run())
}

// fake is a LibreOffice that does what a script says. $out is where its PDF goes, $file what it is given.
func fake(t *testing.T, script string) *Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "soffice")
	head := "#!/bin/sh\nfor a; do case $last in --outdir) out=$a/file.pdf;; esac; last=$a; file=$a; done\n"
	if err := os.WriteFile(path, []byte(head+script+"\n"), 0o755); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	p, err := Find(path)
	if err != nil {
		t.Fatal(err)
	}
	if p == nil {
		t.Skip("this system cannot confine it")
	}
	return p
}

func TestFake(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("of the server"), 0o644); err != nil { //nolint:gosec // it must be out of reach all the same
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, script string
		want         string
		err          error
	}{
		{"it draws", `cat "$file" > "$out"`, "the file", nil},
		{"it dies", "exit 3", "", ErrFailed},
		{"it draws nothing", "exit 0", "", ErrFailed},
		{"it draws an empty file", `: > "$out"`, "", ErrFailed},
		{"it points elsewhere", `ln -s ` + secret + ` "$out"`, "", ErrFailed},
		{"it gives a folder", `mkdir "$out"`, "", ErrFailed},
		{"it reads the server's files", `cat ` + secret + ` /etc/passwd /proc/1/environ > "$out" 2>/dev/null; echo done >> "$out"`, "done\n", nil},
		{"it writes elsewhere", `echo x > ` + secret + `; echo done > "$out"`, "done\n", nil},
		{"it leaves a program behind", `sleep 1000 & echo done > "$out"`, "done\n", nil},
		{"it sees the server's environment", `env | grep -c SECRET_OF_TEST > "$out"; true`, "0\n", nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Setenv("SECRET_OF_TEST", "x")
			got, err := fake(t, c.script).PDF(t.Context(), "docx", strings.NewReader("the file"))
			if string(got) != c.want || !errors.Is(err, c.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, c.want, c.err)
			}
		})
	}
	if b, err := os.ReadFile(secret); err != nil || string(b) != "of the server" {
		t.Errorf("the file outside is %q, %v", b, err)
	}
	if left, err := filepath.Glob("/dev/shm/" + folderPrefix + "*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// What hangs is killed when its time is over, or when nobody waits for it any longer.
func TestHanging(t *testing.T) {
	p := fake(t, "sleep 1000")
	p.limit = time.Millisecond
	if _, err := p.PDF(t.Context(), "docx", strings.NewReader("x")); !errors.Is(err, ErrTooLong) {
		t.Errorf("without an end: %v", err)
	}
	p.limit = time.Hour
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := p.PDF(ctx, "docx", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("that nobody waits for: %v", err)
	}
	if _, err := p.PDF(t.Context(), "exe", strings.NewReader("x")); err == nil {
		t.Error("a kind of file that it does not draw was given to it")
	}
}

func TestFind(t *testing.T) {
	if p, err := Find("none"); p != nil || err != nil {
		t.Errorf("none: %v, %v", p, err)
	}
	if _, err := Find("/nowhere/soffice"); err == nil {
		t.Error("a program that is not there was found")
	}
}

// The real one draws, where it is installed.
func TestReal(t *testing.T) {
	p, err := Find("")
	if err != nil {
		t.Fatal(err)
	}
	if p == nil {
		t.Skip("LibreOffice is not installed, or cannot be confined")
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels":         `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml":   `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>The court finds for plaintiff.</w:t></w:r></w:p></w:body></w:document>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := p.PDF(t.Context(), "docx", &b)
	if err != nil || !bytes.HasPrefix(got, []byte("%PDF-")) {
		t.Errorf("%.40q, %v", got, err)
	}
	p.ways = []string{beside} // as where namespaces are not permitted
	got, err = p.PDF(t.Context(), "rtf", strings.NewReader(`{\rtf1\ansi Plain words.}`))
	if err != nil || !bytes.HasPrefix(got, []byte("%PDF-")) {
		t.Errorf("%.40q, %v", got, err)
	}
}
