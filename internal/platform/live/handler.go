package live

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	maxTopics     = 32
	maxTopicBytes = 200
	heartbeat     = 20 * time.Second
	retry         = 3 * time.Second // what the browser waits before it connects again
	writeTimeout  = 10 * time.Second
)

// Handler streams changes as server-sent events: GET ?topics=a,b sends "event: changed" with a topic as data, or
// "event: refresh" when everything may have changed. allow answers whether the person behind r may know of a topic
// now; it is asked for each topic at the start, before each message and at each heartbeat. A topic it denies at the
// start is left out without a word, as if it never changed; when it denies all, the stream ends.
func Handler(hub *Hub, allow func(r *http.Request, topic Topic) bool) http.Handler {
	return handler(hub, allow, heartbeat)
}

func handler(hub *Hub, allow func(*http.Request, Topic) bool, beat time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		topics, say := parse(r.URL.Query().Get("topics"))
		if say != "" {
			http.Error(w, say, http.StatusUnprocessableEntity)
			return
		}
		s := stream{w: w, r: r, c: http.NewResponseController(w), allow: allow}
		topics = s.allowed(topics)
		if len(topics) == 0 {
			http.Error(w, "There is no such record, or you may not know of it.", http.StatusNotFound)
			return
		}
		sub := hub.Subscribe(topics...)
		defer sub.Cancel()
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no")
		s.run(sub, topics, beat)
	})
}

func parse(list string) (topics []Topic, say string) {
	for t := range strings.SplitSeq(list, ",") {
		switch {
		case t == "":
		case len(t) > maxTopicBytes || strings.ContainsFunc(t, func(c rune) bool { return c < ' ' || c == 0x7f }):
			return nil, "A topic is a kind and an identifier."
		case !slices.Contains(topics, t):
			topics = append(topics, t)
		}
	}
	if len(topics) == 0 || len(topics) > maxTopics {
		return nil, fmt.Sprintf("Name 1 to %d topics.", maxTopics)
	}
	return topics, ""
}

// A stream is one open response.
type stream struct {
	w     http.ResponseWriter
	r     *http.Request
	c     *http.ResponseController
	allow func(*http.Request, Topic) bool
}

func (s stream) allowed(topics []Topic) (out []Topic) {
	for _, t := range topics {
		if s.allow(s.r, t) {
			out = append(out, t)
		}
	}
	return out
}

func (s stream) run(sub *Subscription, topics []Topic, beat time.Duration) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	if !s.send(fmt.Sprintf("retry: %d\n\n", retry.Milliseconds())) {
		return
	}
	for {
		var text string
		select {
		case <-s.r.Context().Done():
			return
		case <-sub.Done():
			return
		case <-tick.C:
			text = ": alive\n\n"
			if len(s.allowed(topics)) == 0 {
				return
			}
		case <-sub.Ready():
			var open bool
			if text, open = s.messages(sub, topics); !open {
				return
			}
		}
		if text != "" && !s.send(text) {
			return
		}
	}
}

// messages renders what the subscription holds, as far as the person may know of it now; open is false when they
// may know of none of the topics any more.
func (s stream) messages(sub *Subscription, topics []Topic) (text string, open bool) {
	changed, all := sub.Take()
	if all {
		return "event: refresh\ndata: all\n\n", len(s.allowed(topics)) > 0
	}
	known := s.allowed(changed)
	for _, t := range known {
		text += "event: changed\ndata: " + t + "\n\n"
	}
	return text, len(known) > 0 || len(s.allowed(topics)) > 0
}

// send writes under a deadline of its own, so that a browser that stopped reading does not hold the goroutine. A
// server's general write timeout does not apply to a stream.
func (s stream) send(text string) bool {
	s.c.SetWriteDeadline(time.Now().Add(writeTimeout)) //nolint:errcheck // not every writer has deadlines
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.c.Flush() == nil
}
