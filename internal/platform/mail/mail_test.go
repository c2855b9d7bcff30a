package mail

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/jhillyerd/enmime/v2"
)

const from = "Countersign <office@example.org>"

// A server is a mail server in this process: it keeps what it gets and refuses by the recipient's name.
type server struct {
	smtp.Session
	mu  sync.Mutex
	got [][]byte
}

func (s *server) Reset()                               {}
func (s *server) Logout() error                        { return nil }
func (s *server) Mail(string, *smtp.MailOptions) error { return nil }

func (s *server) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "later@"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
	}
	return nil
}

func (s *server) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, b)
	return err
}

func (s *server) letters(t *testing.T) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// serve starts the server and returns its configuration; with config it offers STARTTLS.
func serve(t *testing.T, config *tls.Config) (*server, SMTP) {
	t.Helper()
	s := &server{}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return s, nil }))
	srv.Domain, srv.TLSConfig = "localhost", config
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l) //nolint:errcheck // ends with Close
	t.Cleanup(func() { srv.Close() })
	return s, SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Policy: NoTLS, From: from}
}

// eachSender runs f on both senders; letters returns what was delivered.
func eachSender(t *testing.T, f func(t *testing.T, s Sender, letters func(*testing.T) [][]byte)) {
	t.Run("smtp", func(t *testing.T) {
		srv, c := serve(t, nil)
		s, err := NewSMTP(c)
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, srv.letters)
	})
	t.Run("folder", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "mail")
		s, err := NewFolder(dir, from)
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, func(t *testing.T) (out [][]byte) {
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				b, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, b)
			}
			return out
		})
	})
}

func TestALetterArrivesAsWritten(t *testing.T) {
	eachSender(t, func(t *testing.T, s Sender, letters func(*testing.T) [][]byte) {
		m := Message{ID: "notice-1", To: `"Ana Müller" <ana@example.com>`, Subject: "Prüfung: § 5 – 日本", Text: "Line one\nsecond ünit", HTML: "<p>Line one</p>",
			ListUnsubscribe: "https://example.org/u/1"}
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got := letters(t)
		if len(got) != 1 {
			t.Fatalf("%d letters", len(got))
		}
		e, err := enmime.ReadEnvelope(bytes.NewReader(got[0]))
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"Message-ID": "<notice-1@example.org>", "Subject": m.Subject, "From": `"Countersign" <office@example.org>`,
			"List-Unsubscribe": "<https://example.org/u/1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated",
		} {
			if h := e.GetHeader(name); h != want {
				t.Errorf("%s: %q, want %q", name, h, want)
			}
		}
		to, err := e.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Name != "Ana Müller" || to[0].Address != "ana@example.com" {
			t.Errorf("To: %v %v", to, err)
		}
		if strings.ReplaceAll(strings.TrimSpace(e.Text), "\r", "") != m.Text || strings.TrimSpace(e.HTML) != m.HTML {
			t.Errorf("text %q, html %q", e.Text, e.HTML)
		}
	})
}

func TestARetryIsTheSameLetter(t *testing.T) {
	eachSender(t, func(t *testing.T, s Sender, letters func(*testing.T) [][]byte) {
		for range 2 {
			if err := s.Send(t.Context(), Message{ID: "n", To: "a@example.com", Subject: "s", Text: "t"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range letters(t) {
			if !bytes.Contains(l, []byte("<n@example.org>")) {
				t.Errorf("another Message-ID:\n%s", l)
			}
		}
	})
}

func TestMalformedLettersAreRefusedForGood(t *testing.T) {
	good := Message{ID: "n", To: "a@example.com", Subject: "s", Text: "t"}
	eachSender(t, func(t *testing.T, s Sender, letters func(*testing.T) [][]byte) {
		for name, spoil := range map[string]func(*Message){
			"line end in address":     func(m *Message) { m.To = "a@example.com\r\nBcc: b@example.com" },
			"folded address":          func(m *Message) { m.To = "Ana\r\n <a@example.com>" },
			"two addresses":           func(m *Message) { m.To = "a@example.com, b@example.com" },
			"no address":              func(m *Message) { m.To = "" },
			"line end in subject":     func(m *Message) { m.Subject = "s\nBcc: b@example.com" },
			"line end in unsubscribe": func(m *Message) { m.ListUnsubscribe = "https://x.example\r\nBcc: b@example.com" },
			"script as unsubscribe":   func(m *Message) { m.ListUnsubscribe = "javascript:1" },
			"path as identifier":      func(m *Message) { m.ID = "../../x" },
			"no identifier":           func(m *Message) { m.ID = "" },
		} {
			m := good
			spoil(&m)
			err := s.Send(t.Context(), m)
			if !Permanent(err) {
				t.Errorf("%s: %v", name, err)
			} else if strings.Contains(err.Error(), "example") {
				t.Errorf("%s: the error names an address: %v", name, err)
			}
		}
		if n := len(letters(t)); n != 0 {
			t.Errorf("%d letters were sent", n)
		}
	})
}

func TestRefusalsOfTheServer(t *testing.T) {
	_, c := serve(t, nil)
	s, err := NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	for to, permanent := range map[string]bool{"nobody@example.com": true, "later@example.com": false} {
		err := s.Send(t.Context(), Message{ID: "n", To: to, Subject: "s", Text: "t"})
		if err == nil || Permanent(err) != permanent {
			t.Errorf("%s: %v", to, err)
		} else if strings.Contains(err.Error(), to) {
			t.Errorf("the error names the address: %v", err)
		}
	}
	c.Port = 1 // nobody listens
	s, err = NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), Message{ID: "n", To: "a@example.com"}); err == nil || Permanent(err) {
		t.Errorf("no server: %v", err)
	}
}

func TestStartTLSIsDemandedByDefault(t *testing.T) {
	web := httptest.NewTLSServer(nil) // lends its certificate for 127.0.0.1
	defer web.Close()
	m := Message{ID: "n", To: "a@example.com", Subject: "s", Text: "t"}
	for _, offered := range []bool{false, true} {
		var config *tls.Config
		if offered {
			config = web.TLS.Clone()
		}
		srv, c := serve(t, config)
		c.Policy, c.Config = "", web.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		c.Config.ServerName = c.Host
		s, err := NewSMTP(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), m); (err == nil) != offered || len(srv.letters(t)) == 1 != offered {
			t.Errorf("TLS offered %v: %v", offered, err)
		}
	}
}

func TestConfigurationsThatAreRefused(t *testing.T) {
	for _, c := range []SMTP{{Host: "h", From: "nobody"}, {Host: "h", From: "a@example.org\n"}, {Host: "h", From: from, Policy: "maybe"}, {From: from}} {
		if _, err := NewSMTP(c); err == nil {
			t.Errorf("%+v passed", c)
		}
	}
	if _, err := NewFolder(t.TempDir(), "x"); err == nil {
		t.Error("a folder without a sender passed")
	}
}
