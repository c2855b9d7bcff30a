package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// A Client speaks for the holder of one token.
type Client struct {
	// Key makes the next POST safe to repeat: the server carries out one request per person, path and key. "" sends none.
	Key string

	base  string
	token string
	http  *http.Client
}

// New returns a client of the server at base, such as "https://countersign.example". The token would travel in the clear
// over plain HTTP, so that is taken for this machine only.
func New(base, token string) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Host == "" {
		return nil, errors.New("the server's address has the form https://host")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !local(u.Hostname())) {
		return nil, errors.New("the server's address begins with https://, for a token is sent there")
	}
	token = strings.TrimSpace(token)
	if token == "" {
		return nil, errors.New("the API token is empty")
	}
	return &Client{base: u.String() + "/api/v1", token: token, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Repeated says that a POST with this key was carried out before, and what it did.
type Repeated struct {
	Action  string `json:"action"`
	Subject string `json:"subject"` // "task/018b…"
}

// Get reads into out.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	_, err := c.send(ctx, http.MethodGet, path, nil, "", out)
	return err
}

// Post carries out a verb. in nil sends no body; out nil ignores the answer. A non-nil Repeated means that nothing was
// done now, and out is as it was.
func (c *Client) Post(ctx context.Context, path string, in, out any) (*Repeated, error) {
	if in == nil {
		return c.send(ctx, http.MethodPost, path, nil, "", out)
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, http.MethodPost, path, bytes.NewReader(body), "application/json", out)
}

// Upload streams a file.
func (c *Client) Upload(ctx context.Context, path string, file io.Reader, out any) (*Repeated, error) {
	return c.send(ctx, http.MethodPost, path, file, "application/octet-stream", out)
}

// Raw sends a request as it is and copies the answer to w. body nil sends none.
func (c *Client) Raw(ctx context.Context, method, path string, body io.Reader, w io.Writer) error {
	mediaType := ""
	if body != nil {
		mediaType = "application/json"
	}
	rs, err := c.do(ctx, method, path, body, mediaType)
	if err != nil {
		return err
	}
	defer rs.Body.Close() //nolint:errcheck // it was only read
	_, err = io.Copy(w, rs.Body)
	return err
}

// Download writes the bytes of a version to w and returns their SHA-256. An error means that w does not have all of
// them, or others than the server told the SHA-256 of.
func (c *Client) Download(ctx context.Context, version string, w io.Writer) (sum [32]byte, err error) {
	rs, err := c.do(ctx, http.MethodGet, "/versions/"+url.PathEscape(version)+"/bytes", nil, "")
	if err != nil {
		return sum, err
	}
	defer rs.Body.Close() //nolint:errcheck // it was only read
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h), rs.Body)
	if err == nil && rs.ContentLength >= 0 && n != rs.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	h.Sum(sum[:0])
	if told := rs.Header.Get("Repr-Digest"); err == nil && told != "" && told != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
		err = errors.New("what arrived has another SHA-256 than the server told")
	}
	return sum, err
}

func (c *Client) do(ctx context.Context, method, path string, body io.Reader, mediaType string) (*http.Response, error) {
	rq, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	rq.Header.Set("Authorization", "Bearer "+c.token)
	rq.Header.Set("Accept", "application/json")
	if mediaType != "" {
		rq.Header.Set("Content-Type", mediaType)
	}
	if method == http.MethodPost && c.Key != "" {
		rq.Header.Set("Idempotency-Key", c.Key)
		c.Key = ""
	}
	rs, err := c.http.Do(rq)
	if err != nil {
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	if rs.StatusCode/100 != 2 {
		defer rs.Body.Close() //nolint:errcheck // it was only read
		return nil, problem(rs)
	}
	return rs, nil
}

func (c *Client) send(ctx context.Context, method, path string, body io.Reader, mediaType string, out any) (*Repeated, error) {
	rs, err := c.do(ctx, method, path, body, mediaType)
	if err != nil {
		return nil, err
	}
	defer rs.Body.Close() //nolint:errcheck // it was only read
	if rs.Header.Get("Idempotency-Replayed") == "true" {
		again := &Repeated{}
		return again, json.NewDecoder(rs.Body).Decode(again)
	}
	if out == nil || rs.StatusCode == http.StatusNoContent {
		return nil, nil
	}
	return nil, json.NewDecoder(rs.Body).Decode(out)
}
