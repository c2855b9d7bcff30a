package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"countersign/internal/cli"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/ledger/proof"
)

type witnessServeCmd struct {
	witnessOf `embed:""`
	Addr      string `help:"Address to listen on. It needs no secrecy: what it signs is public, and it signs only what it checked." default:"127.0.0.1:8090"`
}

// Run serves until it is stopped.
func (c witnessServeCmd) Run(ctx context.Context, o *cli.IO) error {
	w, err := c.witness()
	if err != nil {
		return err
	}
	h := &witnessHandler{witness: w, keep: func() error { return keep(c.file("checkpoint"), w.State()) }}
	s := &http.Server{Addr: c.Addr, Handler: h, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 14}
	stop := context.AfterFunc(ctx, func() { s.Close() }) //nolint:errcheck // it ends either way
	defer stop()
	fmt.Fprintf(o.Out, "The witness %s answers at http://%s/add-checkpoint.\n", w.Key.Name(), c.Addr)
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fault.New(fault.Invalid, "The address cannot be served: "+err.Error()+".")
	}
	return nil
}

// A witnessHandler speaks C2SP tlog-witness.
type witnessHandler struct {
	mu      sync.Mutex
	witness *proof.Witness
	keep    func() error // before a signature goes out
}

// largestAdd bounds a request: 63 hashes and a checkpoint with many signatures.
const largestAdd = 64 << 10

func (h *witnessHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/add-checkpoint" {
		http.NotFound(w, r)
		return
	}
	request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestAdd))
	if err != nil {
		http.Error(w, "The request is too long.", http.StatusRequestEntityTooLarge)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.witness.Last
	line, err := h.witness.Add(request)
	if err == nil {
		if err = h.keep(); err != nil {
			h.witness.Last = before
		}
	}
	switch {
	case err == nil:
		_, _ = io.WriteString(w, line)
	case errors.Is(err, proof.ErrMalformed):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case errors.Is(err, proof.ErrUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, proof.ErrUnsigned):
		http.Error(w, err.Error(), http.StatusForbidden)
	case errors.Is(err, proof.ErrStale):
		w.Header().Set("Content-Type", "text/x.tlog.size")
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintf(w, "%d\n", h.witness.Last.Size)
	case errors.Is(err, proof.ErrRoot):
		http.Error(w, err.Error(), http.StatusConflict)
	case errors.Is(err, proof.ErrFork):
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	default:
		http.Error(w, "The witness cannot keep what it saw.", http.StatusInternalServerError)
	}
}

// bring asks the witness at an address, and hands its cosignature in.
func (c witnessRunCmd) bring(ctx context.Context, o *cli.IO) error {
	remote, err := c.Dial()
	if err != nil {
		return err
	}
	var record struct{ Public string }
	if err := remote.Get(ctx, "/record", &record); err != nil {
		return err
	}
	log, err := proof.LogKey(record.Public)
	if err != nil {
		return fault.New(fault.Conflict, "This server has no log yet.")
	}
	signed, s, err := checkpointOf(ctx, remote, log, false)
	if err != nil {
		return err
	}
	old, line := int64(0), ""
	for range 3 { // the first answer may be how far the witness is
		grew, err := proof.Consistency(s.Checkpoint, old, tilesOf(ctx, remote))
		if err != nil {
			return err
		}
		var seen int64
		if line, seen, err = ask(ctx, c.To, proof.AddRequest(old, grew, signed)); err != nil {
			return err
		}
		if line != "" {
			break
		}
		if old = seen; old > s.Size {
			return fault.New(fault.Conflict, fmt.Sprintf("The witness has seen %d entries, the server shows %d: its history is shorter than it was. Tell your compliance officer.", seen, s.Size))
		}
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(line, "— "), " ")
	id, _, err := registered(ctx, remote, name)
	if err != nil {
		return err
	}
	if err := handIn(ctx, remote, id, s.Size, line); err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.Out, "%s cosigned %d entries.\n", name, s.Size)
	return err
}

// ask sends an add-checkpoint request. Without a line, seen is how far the witness is.
func ask(ctx context.Context, address string, request []byte) (line string, seen int64, err error) {
	ctx, done := context.WithTimeout(ctx, 30*time.Second)
	defer done()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+"/add-checkpoint", bytes.NewReader(request))
	if err != nil {
		return "", 0, fault.New(fault.Invalid, "This is no address of a witness.")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", 0, fault.New(fault.Conflict, "The witness does not answer: "+err.Error()+".")
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, largestAdd))
	if err != nil {
		return "", 0, err
	}
	says := strings.TrimSpace(string(body))
	switch {
	case resp.StatusCode == http.StatusOK:
		if _, err := note.Open(append([]byte("x\n\n"), body...), note.VerifierList()); !isUnverified(err) {
			return "", 0, fault.New(fault.Conflict, "What the witness sent is no signature.")
		}
		return string(body), 0, nil
	case resp.StatusCode == http.StatusConflict && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/x.tlog.size"):
		if seen, err = strconv.ParseInt(says, 10, 64); err == nil && seen >= 0 {
			return "", seen, nil
		}
	}
	return "", 0, fault.New(fault.Conflict, fmt.Sprintf("The witness refused (%d): %.200s", resp.StatusCode, says))
}

func isUnverified(err error) bool {
	_, ok := errors.AsType[*note.UnverifiedNoteError](err)
	return ok
}
