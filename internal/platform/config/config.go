package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// A Config is embedded in the commands that open an installation; kong fills it.
type Config struct {
	Data    string `help:"Folder for the database, documents and keys of an installation on one machine." default:"./data" env:"COUNTERSIGN_DATA" type:"path"`
	Addr    string `help:"Network address to listen on." default:"127.0.0.1:8080" env:"COUNTERSIGN_ADDR"`
	BaseURL string `name:"base-url" help:"Public address, as people type it: https://countersign.example.org." default:"http://localhost:8080" env:"COUNTERSIGN_BASE_URL"`

	DatabaseURL     string `name:"database-url" help:"postgres:// address. Empty: SQLite in the data folder." env:"COUNTERSIGN_DATABASE_URL" placeholder:"URL"`
	DatabaseKeyFile string `name:"database-key-file" help:"File with the key of the SQLite database. Empty: database.key in the data folder." env:"COUNTERSIGN_DATABASE_KEY_FILE" placeholder:"FILE" type:"path"`
	KeysDir         string `name:"keys-dir" help:"Folder with the key file of each organization. Empty: keys in the data folder." env:"COUNTERSIGN_KEYS_DIR" placeholder:"FOLDER" type:"path"`
	BlobURL         string `name:"blob-url" help:"Where sealed documents lie: file:///folder or s3://bucket. Empty: blobs in the data folder." env:"COUNTERSIGN_BLOB_URL" placeholder:"URL"`

	Mail Mail   `embed:"" prefix:"smtp-"`
	From string `help:"Address that letters come from." default:"Countersign <countersign@localhost>" env:"COUNTERSIGN_FROM"`

	TLSCertFile    string   `name:"tls-cert-file" help:"Certificate chain (PEM). With a key file the program speaks TLS itself." env:"COUNTERSIGN_TLS_CERT_FILE" placeholder:"FILE" type:"path"`
	TLSKeyFile     string   `name:"tls-key-file" help:"Private key of the certificate (PEM)." env:"COUNTERSIGN_TLS_KEY_FILE" placeholder:"FILE" type:"path"`
	TrustedProxies []string `name:"trusted-proxies" help:"Networks (10.0.0.0/8) of the proxies whose X-Forwarded-For is believed." env:"COUNTERSIGN_TRUSTED_PROXIES" placeholder:"CIDR"`

	Soffice string `name:"soffice" help:"Program of LibreOffice, which draws office documents. Empty: soffice or libreoffice where programs are; none: not used." env:"COUNTERSIGN_SOFFICE" placeholder:"FILE"`

	MetricsAddr string `name:"metrics-addr" help:"Loopback address for metrics, such as 127.0.0.1:9090. Empty: none." env:"COUNTERSIGN_METRICS_ADDR"`
	LogFormat   string `name:"log-format" help:"text or json." default:"text" enum:"text,json" env:"COUNTERSIGN_LOG_FORMAT"`
	LogLevel    string `name:"log-level" help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"COUNTERSIGN_LOG_LEVEL"`
}

// Mail is the mail server. Without a host letters are written to the folder mail in the data folder.
type Mail struct {
	Host         string `help:"Mail server. Empty: letters are written to files in the data folder." env:"COUNTERSIGN_SMTP_HOST"`
	Port         int    `help:"Port of the mail server. 0: the usual one." env:"COUNTERSIGN_SMTP_PORT"`
	User         string `help:"User name at the mail server." env:"COUNTERSIGN_SMTP_USER"`
	PasswordFile string `name:"password-file" help:"File with the password at the mail server." env:"COUNTERSIGN_SMTP_PASSWORD_FILE" placeholder:"FILE" type:"path"`
	TLS          string `name:"tls" help:"starttls, tls or none (only for a relay on this machine)." default:"starttls" enum:"starttls,tls,none" env:"COUNTERSIGN_SMTP_TLS"`
}

// Validate reports every setting that cannot work, one sentence each. kong calls it after parsing.
func (c *Config) Validate() error {
	return errors.Join(c.validateAddresses(), c.validateStores(), c.validateMail(), c.validateTLS())
}

func (c *Config) validateAddresses() error {
	var faults []error
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		faults = append(faults, fmt.Errorf("--addr %q is not host:port, such as 127.0.0.1:8080", c.Addr))
	}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		faults = append(faults, fmt.Errorf("--base-url %q is not an address such as https://countersign.example.org", c.BaseURL))
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		faults = append(faults, fmt.Errorf("--base-url %q must end after the host: the program serves a host of its own", u.Redacted()))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		faults = append(faults, errors.New("--base-url must begin with https:// unless its host is localhost: sessions would travel in the clear"))
	}
	if c.MetricsAddr != "" {
		if host, _, err := net.SplitHostPort(c.MetricsAddr); err != nil || !loopback(host) {
			faults = append(faults, fmt.Errorf("--metrics-addr %q is not a loopback address such as 127.0.0.1:9090; metrics have no sign-in", c.MetricsAddr))
		}
	}
	if _, err := c.Proxies(); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (c *Config) validateStores() error {
	var faults []error
	if c.Data == "" {
		faults = append(faults, errors.New("--data names no folder"))
	}
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		faults = append(faults, errors.New("--database-url must begin with postgres://, or be empty for SQLite in the data folder")) // never shown: it may hold a password
	}
	if holdsPassword(c.DatabaseURL) {
		faults = append(faults, errors.New("--database-url holds a password, and flags and variables are read by others: write it into a file as .pgpass has it, mode 0600, and end the address with ?passfile=FILE"))
	}
	if u, err := url.Parse(c.BlobURL); c.BlobURL != "" && (err != nil || (u.Scheme != "file" && u.Scheme != "s3")) {
		faults = append(faults, errors.New("--blob-url must begin with file:// or s3://"))
	}
	return errors.Join(faults...)
}

func holdsPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	_, set := u.User.Password()
	return set || u.Query().Has("password")
}

func (c *Config) validateMail() error {
	var faults []error
	if a, err := mail.ParseAddress(c.From); err != nil || strings.ContainsAny(c.From, "\r\n") || a.Address == "" {
		faults = append(faults, fmt.Errorf("--from %q is not an address such as Countersign <office@example.org>", c.From))
	}
	m := c.Mail
	switch {
	case m.Host == "" && (m.User != "" || m.PasswordFile != "" || m.Port != 0):
		faults = append(faults, errors.New("--smtp-host is missing, yet other --smtp settings are given"))
	case (m.User == "") != (m.PasswordFile == ""):
		faults = append(faults, errors.New("--smtp-user and --smtp-password-file go together"))
	case m.Port < 0 || m.Port > 65535:
		faults = append(faults, fmt.Errorf("--smtp-port %d is not a port", m.Port))
	case m.TLS == "none" && m.Host != "" && !loopback(m.Host):
		faults = append(faults, errors.New("--smtp-tls none is only for a relay on this machine: letters would travel in the clear"))
	}
	return errors.Join(faults...)
}

func (c *Config) validateTLS() error {
	if (c.TLSCertFile == "") != (c.TLSKeyFile == "") {
		return errors.New("--tls-cert-file and --tls-key-file go together")
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// Proxies are the networks whose forwarded addresses are believed.
func (c *Config) Proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies %q is not a network such as 10.0.0.0/8", s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// SQLitePath is the database file of an installation without DatabaseURL.
func (c *Config) SQLitePath() string { return filepath.Join(c.Data, "countersign.db") }

// Cache is the folder of what can be made again: compiled code.
func (c *Config) Cache() string { return filepath.Join(c.Data, "cache") }

// DatabaseKey is the path of the SQLite key.
func (c *Config) DatabaseKey() string { return c.inData(c.DatabaseKeyFile, "database.key") }

// Keys is the folder with the key file of each organization.
func (c *Config) Keys() string { return c.inData(c.KeysDir, "keys") }

// MailFolder is where letters lie when there is no mail server.
func (c *Config) MailFolder() string { return filepath.Join(c.Data, "mail") }

func (c *Config) inData(path, name string) string {
	if path != "" {
		return path
	}
	return filepath.Join(c.Data, name)
}

// Blobs is the address of the store of sealed documents.
func (c *Config) Blobs() (string, error) {
	if c.BlobURL != "" {
		return c.BlobURL, nil
	}
	dir, err := filepath.Abs(filepath.Join(c.Data, "blobs"))
	if err != nil {
		return "", err
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}).String(), nil
}

// Secure reports whether people reach the installation by https, so that cookies demand it.
func (c *Config) Secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// MailPassword reads the password of the mail server; empty when there is none.
func (c *Config) MailPassword() (string, error) {
	if c.Mail.PasswordFile == "" {
		return "", nil
	}
	return Secret(c.Mail.PasswordFile)
}

// Secret reads a one-line secret from a file and refuses one that others on the machine may read.
func Secret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%s can be read by every user of this machine; chmod 600 closes it", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	s := strings.TrimRight(string(b), "\r\n")
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return "", fmt.Errorf("%s must hold one line", path)
	}
	return s, nil
}
