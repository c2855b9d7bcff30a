package live

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

const (
	channel      = "countersign_live"
	payloadBytes = 7900 // PostgreSQL's limit is 8000 less one
	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
	sendTimeout  = 5 * time.Second
)

// A Link joins the hubs of the nodes of one PostgreSQL.
type Link struct {
	hub  *Hub
	db   *db.DB
	log  *slog.Logger
	node string

	mu      sync.Mutex
	pending []Topic
	kick    chan struct{}
	stop    context.CancelFunc
	wg      sync.WaitGroup
}

// Join connects hub with the hubs of the other nodes on d until Close. On SQLite there are no other nodes. It
// returns once the node listens, or when ctx ends.
func Join(ctx context.Context, hub *Hub, d *db.DB, log *slog.Logger) (*Link, error) {
	l := &Link{hub: hub, db: d, log: log, node: ident.New(), kick: make(chan struct{}, 1), stop: func() {}}
	if d.Engine != db.Postgres {
		return l, nil
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	listening := make(chan struct{})
	l.wg.Go(func() { l.listen(run, sync.OnceFunc(func() { close(listening) })) })
	l.wg.Go(func() { l.sendAll(run) })
	select {
	case <-listening:
	case <-ctx.Done():
		l.Close()
		return nil, ctx.Err()
	}
	hub.mu.Lock()
	hub.send = l.enqueue
	hub.mu.Unlock()
	return l, nil
}

// Close leaves the other nodes. The hub goes on within the process.
func (l *Link) Close() {
	l.hub.mu.Lock()
	l.hub.send = nil
	l.hub.mu.Unlock()
	l.stop()
	l.wg.Wait()
}

func (l *Link) enqueue(topics []Topic) {
	l.mu.Lock()
	for _, t := range topics {
		if !slices.Contains(l.pending, t) {
			l.pending = append(l.pending, t)
		}
	}
	l.mu.Unlock()
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// sendAll notifies the other nodes. What cannot be sent is dropped after a warning: live messages are a courtesy,
// and the pages are right without them.
func (l *Link) sendAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.kick:
		}
		l.mu.Lock()
		topics := l.pending
		l.pending = nil
		l.mu.Unlock()
		for _, p := range payloads(l.node, topics) {
			if err := l.notify(ctx, p); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "live: other nodes were not told", "error", err)
			}
		}
	}
}

func (l *Link) notify(ctx context.Context, payload string) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	_, err := l.db.PgxPool().Exec(ctx, "SELECT pg_notify($1, $2)", channel, payload)
	return err
}

// payloads packs topics into texts of "node,topic,topic…" below PostgreSQL's limit.
func payloads(node string, topics []Topic) (out []string) {
	p := node
	for _, t := range topics {
		if len(node)+1+len(t) > payloadBytes || strings.ContainsAny(t, ",\r\n\x00") {
			continue
		}
		if len(p)+1+len(t) > payloadBytes {
			out = append(out, p)
			p = node
		}
		p += "," + t
	}
	if p != node {
		out = append(out, p)
	}
	return out
}

// listen keeps one connection of its own on LISTEN and opens it again, ever more slowly, when it breaks.
func (l *Link) listen(ctx context.Context, ready func()) {
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		err := l.listenOnce(ctx, func() {
			l.hub.refreshAll() // whatever was announced while nobody listened
			pause = firstPause
			ready()
		})
		if ctx.Err() != nil {
			return
		}
		l.log.WarnContext(ctx, "live: connection to the other nodes broke", "error", err, "again_in", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (l *Link) listenOnce(ctx context.Context, ready func()) error {
	pooled, err := l.db.PgxPool().Acquire(ctx)
	if err != nil {
		return err
	}
	c := pooled.Hijack()
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the connection is given up either way
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	ready()
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		parts := strings.Split(n.Payload, ",")
		if parts[0] != l.node {
			l.hub.deliver(parts[1:])
		}
	}
}
