package filters

import (
	"fmt"
	"time"

	"pipy/pipy/codec/http1"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// httpBuffer is the default of the option bufferSize of all HTTP filters.
const httpBuffer = http1.DefaultBuffer

// httpFailure is the answer to a request whose stream failed: a status and its
// reason phrase.
type httpFailure struct {
	status int
	text   string
}

// httpFailures are the answers by the name of the stream's error. Scripts know
// them; an error that is not here is a 502.
var httpFailures = map[event.Error]httpFailure{
	event.CannotResolve:     {502, "Cannot Resolve"},
	event.ConnectionRefused: {502, "Connection Refused"},
	event.ConnectionTimeout: {504, "Gateway Timeout"},
	event.ReadTimeout:       {504, "Gateway Timeout"},
	event.WriteTimeout:      {504, "Gateway Timeout"},
	event.IdleTimeout:       {504, "Gateway Timeout"},
	event.Unauthorized:      {401, "Unauthorized"},
	event.ReadError:         {502, "Read Error"},
	event.WriteError:        {502, "Write Error"},
	event.RuntimeError:      {500, "Internal Server Error"},
}

// failureOf returns the answer to a request whose stream ended with err, or in
// an orderly way if that is nil, before it was answered.
func failureOf(err error) httpFailure {
	if f, ok := httpFailures[event.NameOf(err)]; ok {
		return f
	}
	return httpFailure{502, "Bad Gateway"}
}

// head returns the head of the answer.
func (f httpFailure) head() *httphead.Head {
	return &httphead.Head{Protocol: "HTTP/1.1", Status: f.status, StatusText: f.text, Length: -1}
}

// httpStatus returns the status of a response head, with its default.
func httpStatus(h *httphead.Head) int {
	if h.Status == 0 {
		return 200
	}
	return h.Status
}

// httpMethod returns the method of a request head, with its default.
func httpMethod(h *httphead.Head) string {
	if h.Method == "" {
		return "GET"
	}
	return h.Method
}

// asksTunnel tells whether a request wants its connection for another protocol
// (RFC 9110, 7.8 and 9.3.6).
func asksTunnel(h *httphead.Head) bool {
	return h.Method == "CONNECT" || http1.Upgrade(h) != ""
}

// acceptsTunnel tells whether a response agrees to a request of that method
// that asked for a tunnel.
func acceptsTunnel(method string, status int) bool {
	if method == "CONNECT" {
		return 200 <= status && status < 300
	}
	return status == 101
}

// reportError tells the operator about an error that does not end the stage.
func reportError(s *pipeline.Stage, err error) {
	if f := s.Program().OnError; f != nil {
		f(s, err)
	}
}

// dropEvent gives back what an event that is not passed on holds.
func dropEvent(evt event.Event) {
	if d, ok := evt.(*event.Data); ok {
		d.Release()
	}
}

// lateFlushDelay is how long an encoder may collect the body of a message whose
// sender pauses.
const lateFlushDelay = 100 * time.Millisecond

// lateFlush sends what an encoder has collected when the message does not end
// soon, so that slow streams of small pieces arrive.
type lateFlush struct {
	loop   *loop.Loop
	flush  func()
	timer  loop.Timer
	queued bool // Run is going to be called
	open   bool // a message is being encoded
}

// begin says that a message has begun.
func (l *lateFlush) begin() {
	l.open = true
	if !l.queued {
		l.queued = true
		l.loop.Defer(l)
	}
}

// end says that the message has ended.
func (l *lateFlush) end() {
	l.open = false
	l.timer.Stop()
}

// Run sets the timer for a message that is open at the end of the turn.
func (l *lateFlush) Run() {
	l.queued = false
	if l.open {
		l.loop.Arm(&l.timer, lateFlushDelay, (*lateFlushDue)(l))
	}
}

// lateFlushDue is a lateFlush as the task of its timer.
type lateFlushDue lateFlush

// Run flushes.
func (l *lateFlushDue) Run() {
	if l.open {
		l.flush()
	}
}

// wrongArgument is the error about an argument of the wrong kind.
func wrongArgument(name, wants string, got any) error {
	return fmt.Errorf("%s: %w", name, &spec.Mismatch{Wants: wants, Got: spec.Show(got)})
}
