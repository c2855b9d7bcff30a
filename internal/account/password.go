package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"countersign/internal/kernel/fault"
)

// The cost of a password hash: 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, argon2id).
const (
	argonKiB    = 19 * 1024
	argonPasses = 2
	argonLanes  = 1
	saltBytes   = 16
	keyBytes    = 32
)

// The length of a password in characters. NIST SP 800-63B section 5.1.1.2 asks for 8; we ask for more and set no rules
// of composition.
const (
	PasswordMin = 12
	PasswordMax = 256
	strongFrom  = 3 // of zxcvbn's 0 to 4
)

// A hasher runs at most two hashes at once, so that a flood of sign-ins cannot take the machine's memory.
type hasher struct {
	slots chan struct{}
	runs  atomic.Int64 // hashes computed; what a test of equal cost counts
	dummy string       // verified when there is no account, for the same cost
}

func newHasher() *hasher {
	h := &hasher{slots: make(chan struct{}, 2)}
	h.dummy = phc(make([]byte, saltBytes), make([]byte, keyBytes)) // no password has this key
	return h
}

func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonKiB, argonPasses, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

func (h *hasher) key(ctx context.Context, password string, salt []byte, kib, passes uint32, lanes uint8, n int) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	h.runs.Add(1)
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, passes, kib, lanes, uint32(n)), nil
}

// Make returns the PHC string of a password.
func (h *hasher) Make(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) //nolint:errcheck // never fails: crypto/rand aborts the program instead
	key, err := h.key(ctx, password, salt, argonKiB, argonPasses, argonLanes, keyBytes)
	return phc(salt, key), err
}

// Verify reports whether password is the one of stored. An empty stored hash costs the same and is never right.
func (h *hasher) Verify(ctx context.Context, stored, password string) (bool, error) {
	known := stored != ""
	if !known {
		stored = h.dummy
	}
	if len(password) > 4*PasswordMax { // bytes of the longest password: nobody has it, and nothing longer is hashed
		password, known = "", false
	}
	var version int
	var kib, passes uint32
	var lanes uint8
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("account: a password hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &kib, &passes, &lanes); err != nil || version != argon2.Version {
		return false, fmt.Errorf("account: a password hash has parameters that cannot be read")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("account: a password hash is damaged")
	}
	got, err := h.key(ctx, password, salt, kib, passes, lanes, len(want))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1 && known, err
}

// Strength scores a password from 0 to 4 against what an attacker would guess first; words are those of the person
// and the organization.
func Strength(password string, words ...string) int {
	return zxcvbn.PasswordStrength(firstChars(password, 100), personal(words)).Score
}

// goodPassword checks a password that is to be set.
//
// Faults: Invalid (field "password").
func goodPassword(password string, words ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < PasswordMin:
		return fault.InField("password", fmt.Sprintf("A password has at least %d characters. Four words that do not belong together are long enough.", PasswordMin))
	case n > PasswordMax:
		return fault.InField("password", fmt.Sprintf("A password has at most %d characters.", PasswordMax))
	}
	lower := strings.ToLower(password)
	for _, w := range personal(words) {
		if strings.Contains(lower, w) {
			return fault.InField("password", "The password holds your name, your e-mail address or your organization's name. Use words that nobody connects with you.")
		}
	}
	if Strength(password, words...) < strongFrom {
		return fault.InField("password", "This password is among those that are guessed first. Add another word or two that do not belong together.")
	}
	return nil
}

// personal splits words into parts of four letters or more; shorter ones are in too many words to be refused.
func personal(words []string) (out []string) {
	for _, w := range words {
		for _, part := range strings.FieldsFunc(strings.ToLower(w), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(part) >= 4 {
				out = append(out, part)
			}
		}
	}
	return out
}

// firstChars cuts what is scored: the cost of the score grows with the square of the length.
func firstChars(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
