package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bundle is an archive with a note and a message, to which a PDF and an archive with a picture of text are attached.
func bundle(t *testing.T, name, line string) string {
	t.Helper()
	pdf, err := os.ReadFile(write(t, strings.Repeat(line+" ", 150), "Attached order.pdf")[0])
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string, body []byte) string {
		return "--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString(body) + "\r\n"
	}
	inner := archive(t, "deep/Yard notes.txt", "Deepest of all: "+line, "deep/Blank.bmp", strings.Repeat("\x00", 17<<20))
	mail := "From: Dana Whitfield <dana@whitfield.example>\r\nTo: desk@whitfield.example\r\nSubject: The yard papers\r\nDate: Mon, 23 Nov 2026 08:40:00 -0600\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nThe order and the notes are attached.\r\n" +
		part("Attached order.pdf", pdf) + part("Notes.zip", inner) + "--x--\r\n"
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, archive(t, "Cover note.txt", "What the yard sent.", "Yard papers.eml", mail), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// archive zips pairs of name and text.
func archive(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err == nil {
			_, err = w.Write([]byte(pairs[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestFamilies reads what lies inside an archive as documents of their own, down to a file in an archive in a message in
// an archive, and finds in the record who saw which page of it.
func TestFamilies(t *testing.T) {
	t.Parallel()
	s := Common(t)
	firm := Open(t, s.URL, "/sign-in", Wide)
	firm.Enter("Margaret Ansel")
	firm.Go("/matters")
	firm.Follow("Brandt")
	matter := firm.Path()
	firm.Go(matter + "/documents?kind=source")
	firm.Fill("#f-folder", "Family")
	firm.SendFiles("form[data-upload]:has(#f-kind)", bundle(t, "Yard bundle.zip", "The crane driver signed at noon."))
	firm.Go(matter + "/documents?q=Yard+bundle")
	firm.Follow("Yard bundle.zip")
	doc := firm.Path()
	firm.Send("Read version 1")
	read := firm.Path()
	firm.loaded("#p1 img")
	firm.See("2 files listed inside")
	firm.Accessible()
	firm.Shot("families 1 archive")
	firm.Follow("Yard papers.eml")
	firm.loaded("#p1 img")
	firm.See("File 2 inside Yard bundle.zip, version 1. E-mail")
	firm.Follow("Attached order.pdf")
	firm.loaded("#p1 img")
	firm.See("File 2.1 inside Yard bundle.zip, version 1. PDF, 2 pages.")
	firm.Accessible()
	firm.Shot("families 2 attachment")
	firm.leave(func() { firm.Keys("]") })
	firm.See("File 2.2 inside")
	firm.Follow("deep/Yard notes.txt")
	firm.loaded("#p1 img")
	firm.See("It unpacks to far more than it takes up")
	firm.Scheme("dark")
	firm.Accessible()
	firm.Shot("families 3 deepest dark")
	firm.Scheme("light")
	firm.Width(Narrow)
	firm.Accessible()
	firm.Shot("families 4 deepest narrow")
	firm.Width(Wide)
	firm.Fill("#f-find-in", "crane driver")
	firm.Send("Find")
	firm.See("1 page")

	firm.Go(doc + "/readers")
	firm.See("file 2.2.1 inside")
	firm.Accessible()
	firm.Shot("families 5 who saw")

	firm.Go(matter + "/residency?scope=folder&folder=Family")
	firm.Send("Set the rule")
	x := s.As(t, "Asha Deshpande")
	version := strings.TrimSuffix(read, "/read")
	for path, want := range map[string]int{"/words/1?in=2.1": http.StatusForbidden, "/words/1?in=2.2.1": http.StatusForbidden, "/file": http.StatusForbidden,
		"/read?in=2.1": http.StatusOK, "/pages/1?in=2.2.1": http.StatusOK, "/pages/1?in=7": http.StatusNotFound, "/read?in=2.x": http.StatusNotFound} {
		if status, body := x.Get(version + path); status != want || strings.Contains(body, "crane driver") {
			t.Errorf("%s abroad: %d %s", path, status, Excerpt(body))
		}
	}
	if _, body := x.Get(version + "/read?in=2.1&q=crane"); strings.Contains(body, "crane driver") {
		t.Error("a search abroad shows words of an attachment")
	}
}
