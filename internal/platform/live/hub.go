package live

import (
	"slices"
	"sync"
)

// A Topic names what changed: a kind and an identifier, such as "matter/018b…". It holds neither comma nor line end.
type Topic = string

// waiting is how many different topics a subscriber may be behind with before it is told to refresh everything.
const waiting = 256

// A Hub passes topics to the subscribers of this process, and through Link to those of other nodes. The zero value
// is ready to use.
type Hub struct {
	mu     sync.Mutex
	subs   map[*Subscription]bool
	send   func([]Topic) // set by Link
	closed bool
}

// Publish announces topics, here and on the other nodes. It does not wait. Call it after the commit.
func (h *Hub) Publish(topics ...Topic) {
	if len(topics) == 0 {
		return
	}
	h.deliver(topics)
	h.mu.Lock()
	send := h.send
	h.mu.Unlock()
	if send != nil {
		send(topics)
	}
}

func (h *Hub) deliver(topics []Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		s.add(topics)
	}
}

// refreshAll tells every subscriber that something was lost.
func (h *Hub) refreshAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		s.lose()
	}
}

// Close ends every subscription: the program stops.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subs {
		close(s.done)
	}
	h.subs = nil
}

// A Subscription collects topics until they are taken; the same topic twice is one.
type Subscription struct {
	hub    *Hub
	wants  map[Topic]bool // nil: every topic
	wake   chan struct{}
	done   chan struct{}
	mu     sync.Mutex
	topics []Topic
	lost   bool
}

// Subscribe listens to topics; none means to all.
func (h *Hub) Subscribe(topics ...Topic) *Subscription {
	s := &Subscription{hub: h, wake: make(chan struct{}, 1), done: make(chan struct{})}
	for _, t := range topics {
		if s.wants == nil {
			s.wants = map[Topic]bool{}
		}
		s.wants[t] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(s.done)
		return s
	}
	if h.subs == nil {
		h.subs = map[*Subscription]bool{}
	}
	h.subs[s] = true
	return s
}

// Ready receives when there is something to take.
func (s *Subscription) Ready() <-chan struct{} { return s.wake }

// Done is closed when the hub closes.
func (s *Subscription) Done() <-chan struct{} { return s.done }

// Take returns what was announced since the last call. all says that the subscriber was behind, or the node cut
// off, and that everything may have changed; topics is then empty.
func (s *Subscription) Take() (topics []Topic, all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	topics, all = s.topics, s.lost
	s.topics, s.lost = nil, false
	return topics, all
}

// Cancel ends the subscription.
func (s *Subscription) Cancel() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.subs, s)
}

func (s *Subscription) add(topics []Topic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range topics {
		if s.lost || (s.wants != nil && !s.wants[t]) || slices.Contains(s.topics, t) {
			continue
		}
		if len(s.topics) == waiting {
			s.topics, s.lost = nil, true
		} else {
			s.topics = append(s.topics, t)
		}
		s.signal()
	}
}

func (s *Subscription) lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.topics, s.lost = nil, true
	s.signal()
}

func (s *Subscription) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
