package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestASubscriberGetsItsTopicsOnceEach(t *testing.T) {
	var h Hub
	s, every := h.Subscribe("a", "b"), h.Subscribe()
	h.Publish("a", "x", "a")
	h.Publish("b", "a")
	<-s.Ready()
	if got, all := s.Take(); all || !slices.Equal(got, []Topic{"a", "b"}) {
		t.Errorf("%v %v", got, all)
	}
	if got, _ := every.Take(); !slices.Equal(got, []Topic{"a", "x", "b"}) {
		t.Errorf("all topics: %v", got)
	}
	s.Cancel()
	h.Publish("a")
	if got, _ := s.Take(); len(got) != 0 {
		t.Errorf("after Cancel: %v", got)
	}
}

func TestASlowSubscriberIsToldToRefreshAndNeverBlocks(t *testing.T) {
	var h Hub
	s := h.Subscribe()
	for i := range waiting + 1 {
		h.Publish(fmt.Sprint("t/", i))
	}
	if got, all := s.Take(); !all || len(got) != 0 {
		t.Errorf("%d topics, all=%v", len(got), all)
	}
	h.Publish("a")
	if got, all := s.Take(); all || len(got) != 1 {
		t.Errorf("afterwards: %v %v", got, all)
	}
}

func TestCloseEndsSubscriptions(t *testing.T) {
	var h Hub
	before := h.Subscribe("a")
	h.Close()
	<-before.Done()
	<-h.Subscribe("a").Done()
	before.Cancel()
	h.Publish("a")
}

func TestPayloadsStayBelowTheLimitAndLoseNothing(t *testing.T) {
	var topics []Topic
	for i := range 1000 {
		topics = append(topics, fmt.Sprintf("matter/%036d", i))
	}
	bad := []Topic{"a,b", "a\nb", strings.Repeat("x", payloadBytes)}
	var got []Topic
	for _, p := range payloads("node", append(bad, topics...)) {
		if len(p) >= 8000 {
			t.Errorf("%d bytes", len(p))
		}
		parts := strings.Split(p, ",")
		if parts[0] != "node" {
			t.Errorf("sender is %q", parts[0])
		}
		got = append(got, parts[1:]...)
	}
	if !slices.Equal(got, topics) {
		t.Errorf("%d of %d topics", len(got), len(topics))
	}
	if payloads("node", nil) != nil {
		t.Error("nothing to say was said")
	}
}
