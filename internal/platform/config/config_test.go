package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func parse(t *testing.T, args ...string) (*Config, error) {
	t.Helper()
	var c Config
	p, err := kong.New(&c, kong.Exit(func(int) { t.Fatal("exit") }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Parse(args)
	return &c, err
}

func TestDefaultsWork(t *testing.T) {
	c, err := parse(t, "--data=/srv/x y")
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := c.Blobs()
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.SQLitePath():  "/srv/x y/countersign.db",
		c.DatabaseKey(): "/srv/x y/database.key",
		c.Keys():        "/srv/x y/keys",
		c.MailFolder():  "/srv/x y/mail",
		blobs:           "file:///srv/x%20y/blobs",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if p, err := c.MailPassword(); p != "" || err != nil || c.Secure() {
		t.Errorf("%q %v %v", p, err, c.Secure())
	}
}

func TestTheEnvironmentCountsAndAFlagGoesFirst(t *testing.T) {
	t.Setenv("COUNTERSIGN_ADDR", "127.0.0.1:1")
	t.Setenv("COUNTERSIGN_SMTP_HOST", "mail.example.org")
	t.Setenv("COUNTERSIGN_TRUSTED_PROXIES", "10.0.0.0/8,192.168.1.7/32")
	c, err := parse(t, "--addr=127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := c.Proxies(); c.Addr != "127.0.0.1:2" || c.Mail.Host != "mail.example.org" || len(p) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	for _, tt := range []struct{ args, says string }{
		{"--addr=8080", "--addr"},
		{"--base-url=countersign.example.org", "--base-url"},
		{"--base-url=http://countersign.example.org", "https://"},
		{"--base-url=https://example.org/legal", "end after the host"},
		{"--database-url=mysql://root:hunter2@h/d", "postgres://"},
		{"--database-url=postgres://app:hunter2@h/d", "passfile"},
		{"--blob-url=ftp://x", "--blob-url"},
		{"--from=nobody", "--from"},
		{"--smtp-port=25", "--smtp-host"},
		{"--smtp-host=h --smtp-user=u", "go together"},
		{"--smtp-host=h --smtp-port=99999", "--smtp-port"},
		{"--smtp-host=h.example --smtp-tls=none", "in the clear"},
		{"--smtp-tls=maybe", "smtp-tls"},
		{"--tls-cert-file=c.pem", "--tls-key-file"},
		{"--trusted-proxies=10.0.0.1", "--trusted-proxies"},
		{"--metrics-addr=0.0.0.0:9090", "--metrics-addr"},
		{"--metrics-addr=:9090", "--metrics-addr"},
		{"--log-format=xml", "log-format"},
	} {
		_, err := parse(t, strings.Fields(tt.args)...)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.args, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the fault shows a password", tt.args)
		}
	}
	if _, err := parse(t, "--base-url=https://example.org/", "--smtp-host=localhost", "--smtp-tls=none", "--metrics-addr=[::1]:9090"); err != nil {
		t.Error(err)
	}
}

func TestEverySettingHasAVariableAndNoneIsASecret(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
				continue
			}
			if !strings.HasPrefix(f.Tag.Get("env"), "COUNTERSIGN_") || f.Tag.Get("help") == "" {
				t.Errorf("%s has no variable or no help", f.Name)
			}
			if n := strings.ToLower(f.Name); (strings.Contains(n, "password") || strings.Contains(n, "secret") || strings.Contains(n, "key")) && !strings.HasSuffix(n, "file") && !strings.HasSuffix(n, "dir") {
				t.Errorf("%s is a secret outside a file", f.Name)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

func TestSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	for _, tt := range []struct {
		text string
		mode os.FileMode
		want string
	}{{"s3cret \n", 0o600, "s3cret "}, {"s3cret", 0o644, ""}, {"", 0o600, ""}, {"a\nb\n", 0o600, ""}} {
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		c := Config{Mail: Mail{PasswordFile: path}}
		got, err := c.MailPassword()
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q %o: %q %v", tt.text, tt.mode, got, err)
		}
	}
	if _, err := Secret(path + "x"); err == nil {
		t.Error("absent")
	}
}
