package demo

import (
	"sync"
	"time"
)

// A Clock is the business clock of the demonstration. While the world is built it stands where the script puts it;
// afterwards it runs from a fixed instant, at the pace of real time.
type Clock struct {
	mu    sync.Mutex
	at    time.Time // business instant
	since time.Time // real instant at which it ran from at; zero while it stands
	real  func() time.Time
}

// NewClock returns a clock that stands at the given instant. real is the real time.
func NewClock(at time.Time, real func() time.Time) *Clock { return &Clock{at: at, real: real} }

// Now is the business time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return c.at
	}
	return c.at.Add(c.real().Sub(c.since))
}

// stand puts the clock, which must not run backwards: interval rows rest on it.
func (c *Clock) stand(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// RunFrom lets the clock run: at the real instant since it showed at.
func (c *Clock) RunFrom(at, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since = at, since
}
