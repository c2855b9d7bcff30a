package testkit

import (
	"sync"
	"time"
)

// Noon is the instant every Clock starts at, ten in the morning of a Monday in New York.
var Noon = time.Date(2026, time.November, 23, 15, 0, 0, 0, time.UTC)

// A Clock tells the time that a test sets. Its zero value stands at Noon.
type Clock struct {
	mu    sync.Mutex
	after time.Duration
}

// Now is the business time; pass the method itself where a clock is wanted.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Noon.Add(c.after)
}

// Advance moves the clock on by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.after += d
}

// Set moves the clock to t, forwards or back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.after = t.Sub(Noon)
}
