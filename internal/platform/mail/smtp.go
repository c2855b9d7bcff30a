package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

const sendTimeout = 30 * time.Second

// A TLSPolicy is how the connection to the mail server is protected.
type TLSPolicy string

// The policies. The empty value is STARTTLS.
const (
	StartTLS TLSPolicy = "starttls" // plain at first, then TLS; no TLS, no letter
	TLS      TLSPolicy = "tls"      // TLS from the first byte
	NoTLS    TLSPolicy = "none"     // for a relay on the same machine
)

// SMTP is the configuration of a mail server.
type SMTP struct {
	Host     string
	Port     int    // 0: 587, for TLS 465, for NoTLS 25
	User     string // empty: no sign-in
	Password string
	Policy   TLSPolicy
	From     string      // the address letters come from
	Config   *tls.Config // nil: the system's roots
}

// NewSMTP returns a sender that opens one connection per message.
func NewSMTP(c SMTP) (Sender, error) {
	from, err := sender(c.From)
	if err != nil {
		return nil, err
	}
	opts := []gomail.Option{gomail.WithTimeout(sendTimeout)}
	switch c.Policy {
	case StartTLS, "":
		opts = append(opts, gomail.WithTLSPortPolicy(gomail.TLSMandatory))
	case TLS:
		opts = append(opts, gomail.WithSSLPort(false))
	case NoTLS:
		opts = append(opts, gomail.WithTLSPortPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("mail: unknown TLS policy %q", c.Policy)
	}
	if c.Port != 0 {
		opts = append(opts, gomail.WithPort(c.Port))
	}
	if c.Config != nil {
		opts = append(opts, gomail.WithTLSConfig(c.Config))
	}
	if c.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.User), gomail.WithPassword(c.Password))
	}
	if _, err := gomail.NewClient(c.Host, opts...); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &smtpSender{from, c.Host, opts}, nil
}

type smtpSender struct {
	from *mail.Address
	host string
	opts []gomail.Option
}

// Send implements Sender. A client is made per message because one holds a single connection.
func (s *smtpSender) Send(ctx context.Context, m Message) error {
	msg, err := build(s.from, m, time.Now())
	if err != nil {
		return err
	}
	c, err := gomail.NewClient(s.host, s.opts...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := c.DialWithContext(ctx); err != nil {
		// A refused sign-in counts as temporary: the letter is good once the configuration is put right.
		return &Error{ID: m.ID, Reason: "no connection to the server: " + err.Error()}
	}
	err = c.Send(msg)
	c.Close() //nolint:errcheck // the server has taken the message over, or has not; QUIT changes neither
	if err == nil || msg.IsDelivered() {
		return nil
	}
	return failure(m.ID, err)
}

// failure keeps the server's code of err and drops the rest, which names the recipient.
func failure(id string, err error) error {
	se, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return &Error{ID: id, Reason: "the connection to the server broke"}
	}
	code := se.ErrorCode()
	reason := "the server answered " + strconv.Itoa(code)
	if code == 0 {
		reason = "the server gave no answer"
	}
	return &Error{ID: id, Reason: reason, permanent: code >= 500 && code < 600}
}
