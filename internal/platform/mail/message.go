package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// A Message is one letter to one person.
type Message struct {
	ID              string // stable and unique, such as the identifier of the notice; letters, digits, "-", "_" and "."
	To              string // one address, with or without a name
	Subject         string
	Text            string
	HTML            string // optional, in addition to Text
	ListUnsubscribe string // optional: an https or mailto address; https is offered for one click (RFC 8058)
}

// A Sender delivers messages. It returns nil once the next party has taken the message over. An error for which
// Permanent is false is worth another try.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// An Error is a delivery that failed.
type Error struct {
	ID        string // of the message
	Reason    string // code and step; no address, no text
	permanent bool
}

func (e *Error) Error() string { return "mail: message " + e.ID + ": " + e.Reason }

// Permanent reports whether trying again cannot help: the message is malformed, or the server refused it for good.
func Permanent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.permanent
}

// address parses one address. Line ends are refused before the parser, which would fold some of them away.
func address(s string) (*mail.Address, error) {
	if strings.ContainsAny(s, "\r\n\x00") {
		return nil, errors.New("an address has no line end")
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, errors.New("the address cannot be read")
	}
	return a, nil
}

// build makes the message in go-mail's form. Every error it returns is permanent.
func build(from *mail.Address, m Message, now time.Time) (*gomail.Msg, error) {
	refuse := func(reason string) (*gomail.Msg, error) {
		return nil, &Error{ID: m.ID, Reason: reason, permanent: true}
	}
	if !validID(m.ID) {
		return nil, &Error{ID: "?", Reason: "the identifier is malformed", permanent: true}
	}
	to, err := address(m.To)
	if err != nil {
		return refuse(err.Error())
	}
	if strings.ContainsAny(m.Subject+m.ListUnsubscribe, "\r\n\x00") {
		return refuse("a header has no line end")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	msg.SetMessageIDWithValue(m.ID + "@" + from.Address[strings.LastIndexByte(from.Address, '@')+1:])
	msg.SetDateWithValue(now)
	msg.Subject(m.Subject)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	switch u := m.ListUnsubscribe; {
	case u == "":
	case strings.HasPrefix(u, "https://"):
		if err := msg.SetListUnsubscribeOneClick(u); err != nil {
			return refuse("the unsubscribe address is malformed")
		}
	case strings.HasPrefix(u, "mailto:"):
		msg.SetListUnsubscribe(u)
	default:
		return refuse("an unsubscribe address begins with https: or mailto:")
	}
	return msg, nil
}

// validID admits what is safe both in a Message-ID and as the name of a file.
func validID(id string) bool {
	ok := id != "" && len(id) <= 128 && id[0] != '.'
	for _, c := range id {
		ok = ok && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.", c))
	}
	return ok
}

// sender parses the address that letters come from.
func sender(from string) (*mail.Address, error) {
	a, err := address(from)
	if err != nil {
		return nil, fmt.Errorf("mail: sender: %w", err)
	}
	return a, nil
}
