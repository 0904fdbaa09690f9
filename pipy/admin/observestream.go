package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// maxStreams bounds the streams of events that are open in the process.
const maxStreams = 64

var streams atomic.Int32

// eventStream writes server-sent events (HTML, 9.2).
type eventStream struct {
	w     http.ResponseWriter
	beats *time.Ticker
	err   error
}

// heartbeat keeps proxies from closing a stream on which nothing happens, and
// finds out that the client has gone.
const heartbeat = 15 * time.Second

// openStream begins an answer that is a stream of events; nil when too many are
// open.
func openStream(w http.ResponseWriter) *eventStream {
	if streams.Add(1) > maxStreams {
		streams.Add(-1)
		return nil
	}
	endless(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return &eventStream{w: w, beats: time.NewTicker(heartbeat)}
}

func (s *eventStream) close() {
	s.beats.Stop()
	streams.Add(-1)
}

// comment gives a sign of life.
func (s *eventStream) comment() {
	if s.err == nil {
		_, s.err = s.w.Write([]byte(":\n\n"))
	}
}

// send writes an event; id and name may be empty.
func (s *eventStream) send(id, name string, value any) {
	if s.err != nil {
		return
	}
	b, err := json.Marshal(value)
	if err != nil {
		s.err = err
		return
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	if name != "" {
		name = "event: " + name + "\n"
	}
	_, s.err = fmt.Fprintf(s.w, "%s%sdata: %s\n\n", id, name, b)
}

// flush sends what was written, and tells whether the client is still there.
func (s *eventStream) flush() bool {
	if s.err == nil {
		c := http.NewResponseController(s.w)
		s.err = c.Flush()
		_ = c.SetWriteDeadline(time.Now().Add(heartbeat + writeTimeout)) // for a client that takes nothing
	}
	return s.err == nil
}
