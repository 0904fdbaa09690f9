package http2_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	xhttp2 "golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pipy/pipy/codec/http2"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// rig is a session under test and its owner. What happens is written to log,
// one line each: events as "1 GET /path", frames of the output as the peer sees
// them. The peer uses the framer and the HPACK of golang.org/x/net.
type rig struct {
	t testing.TB
	s *http2.Session

	log     []string
	streams map[uint32]*http2.Stream
	woken   bool
	ended   bool
	out     bytes.Buffer // what the session wrote
	arena   event.Arena
	now     int64
	counts  http2.Counters

	// on is called for each event of a stream.
	on func(st *http2.Stream, evt event.Event)
	// done is called for the end of a stream.
	done func(st *http2.Stream, err error)

	in     bytes.Buffer // what the peer is going to send
	framer *xhttp2.Framer
	henc   *hpack.Encoder
	hbuf   bytes.Buffer
	reader *xhttp2.Framer
	hdec   *hpack.Decoder
}

func newRig(t testing.TB, server bool, o http2.Options) *rig {
	r := &rig{t: t, streams: map[uint32]*http2.Stream{}}
	r.framer = xhttp2.NewFramer(&r.in, nil)
	r.framer.AllowIllegalWrites = true
	r.henc = hpack.NewEncoder(&r.hbuf)
	r.reader = xhttp2.NewFramer(nil, &r.out)
	r.reader.AllowIllegalReads = true
	r.reader.SetMaxReadFrameSize(1 << 20)
	r.hdec = hpack.NewDecoder(4096, nil)
	o.Counters = &r.counts
	o.Now = func() int64 { return r.now }
	if server {
		r.s = http2.NewServer(o, &r.arena, r)
	} else {
		r.s = http2.NewClient(o, &r.arena, r)
	}
	return r
}

// newServer returns a server whose client has sent its preface. The exchange of
// settings is not logged.
func newServer(t testing.TB, o http2.Options) *rig {
	t.Helper()
	r := newRig(t, true, o)
	r.in.WriteString(http2.Preface)
	r.framer.WriteSettings()
	r.framer.WriteSettingsAck()
	r.send()
	r.take()
	return r
}

// newClient returns a client whose server has sent its preface.
func newClient(t testing.TB, o http2.Options, settings ...xhttp2.Setting) *rig {
	t.Helper()
	r := newRig(t, false, o)
	r.framer.WriteSettings(settings...)
	r.framer.WriteSettingsAck()
	r.s.Flush()
	r.out.Next(len(http2.Preface))
	r.send()
	r.take()
	return r
}

func (r *rig) note(format string, args ...any) { r.log = append(r.log, fmt.Sprintf(format, args...)) }

func (r *rig) Receive(st *http2.Stream, evt event.Event) {
	if r.ended {
		r.t.Errorf("an event after the end: %T", evt)
	}
	r.streams[st.ID()] = st
	switch e := evt.(type) {
	case *event.MessageStart:
		r.note("%d %s", st.ID(), show(e.Head.(*httphead.Head)))
	case *event.Data:
		r.note("%d data %s", st.ID(), brief(e.String()))
	case *event.MessageEnd:
		line := fmt.Sprintf("%d end", st.ID())
		if tail := httphead.TailOf(e.Tail); tail != nil {
			line += fields(&tail.Header)
		}
		r.note("%s", line)
	case *event.StreamEnd:
		r.note("%d stream end %v", st.ID(), e.Err)
	}
	if r.on != nil {
		r.on(st, evt)
	}
}

func (r *rig) Done(st *http2.Stream, err error) {
	delete(r.streams, st.ID())
	if err == nil {
		r.note("%d done", st.ID())
	} else {
		r.note("%d failed: %v", st.ID(), err)
	}
	if r.done != nil {
		r.done(st, err)
	}
}

func (r *rig) Drained(st *http2.Stream) { r.note("%d drained", st.ID()) }
func (r *rig) Wake()                    { r.woken = true }
func (r *rig) Closing()                 { r.note("closing") }

func (r *rig) Write(d *event.Data) {
	r.out.Write(d.Bytes())
	d.Release()
}

func (r *rig) Ended(err error) {
	if r.ended {
		r.t.Error("Ended twice")
	}
	r.ended = true
	r.frames()
	if err == nil {
		r.note("ended")
	} else {
		r.note("ended: %v", err)
	}
}

// brief shortens a text of the same character repeated.
func brief(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%d bytes", len(s))
	}
	return fmt.Sprintf("%q", s)
}

func fields(h *httphead.Header) string {
	var b strings.Builder
	for _, f := range h.Fields {
		fmt.Fprintf(&b, " %s=%s", f.Name, f.Value)
	}
	return b.String()
}

func show(h *httphead.Head) string {
	start := fmt.Sprintf("%s %s", h.Method, h.Path)
	if h.Status != 0 {
		start = fmt.Sprint(h.Status)
	}
	return fmt.Sprintf("%s%s (%d)", start, fields(&h.Header), h.Length)
}

// block encodes fields: name, value, name, value...
func (r *rig) block(kv ...string) []byte {
	r.hbuf.Reset()
	for i := 0; i < len(kv); i += 2 {
		r.henc.WriteField(hpack.HeaderField{Name: kv[i], Value: kv[i+1]})
	}
	return bytes.Clone(r.hbuf.Bytes())
}

// request makes the peer send the head of a request.
func (r *rig) request(id uint32, end bool, kv ...string) {
	all := append([]string{":method", "GET", ":scheme", "http", ":authority", "a.b", ":path", "/"}, kv...)
	r.headers(id, end, all...)
}

func (r *rig) headers(id uint32, end bool, kv ...string) {
	r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: id, BlockFragment: r.block(kv...), EndStream: end, EndHeaders: true})
}

// send feeds what the peer is going to send, and flushes.
func (r *rig) send() {
	r.feed(r.in.Bytes())
	r.in.Reset()
}

func (r *rig) feed(b []byte) {
	d := &event.Data{}
	r.arena.Write(d, b)
	r.s.Feed(d)
	r.flush()
}

func (r *rig) flush() {
	for r.woken {
		r.woken = false
		r.s.Flush()
	}
	r.frames()
}

// frames logs what was written.
func (r *rig) frames() {
	for r.out.Len() > 0 {
		f, err := r.reader.ReadFrame()
		if err != nil {
			r.t.Fatalf("the peer cannot read what was sent: %v", err)
		}
		r.note("> %s", r.frame(f))
	}
}

func (r *rig) frame(f xhttp2.Frame) string {
	h := f.Header()
	end := ""
	switch f := f.(type) {
	case *xhttp2.DataFrame:
		if f.StreamEnded() {
			end = " end"
		}
		return fmt.Sprintf("%d DATA %s%s", h.StreamID, brief(string(f.Data())), end)
	case *xhttp2.HeadersFrame:
		if f.StreamEnded() {
			end = " end"
		}
		if !f.HeadersEnded() {
			return fmt.Sprintf("%d HEADERS, to be continued", h.StreamID)
		}
		list, err := r.hdec.DecodeFull(f.HeaderBlockFragment())
		if err != nil {
			r.t.Errorf("HPACK: %v", err)
		}
		var b strings.Builder
		for _, f := range list {
			fmt.Fprintf(&b, " %s=%s", f.Name, f.Value)
		}
		return fmt.Sprintf("%d HEADERS%s%s", h.StreamID, b.String(), end)
	case *xhttp2.RSTStreamFrame:
		return fmt.Sprintf("%d RST_STREAM %v", h.StreamID, f.ErrCode)
	case *xhttp2.GoAwayFrame:
		return fmt.Sprintf("GOAWAY %d %v", f.LastStreamID, f.ErrCode)
	case *xhttp2.WindowUpdateFrame:
		return fmt.Sprintf("%d WINDOW_UPDATE %d", h.StreamID, f.Increment)
	case *xhttp2.PingFrame:
		if f.IsAck() {
			return fmt.Sprintf("PING ack %s", f.Data)
		}
		return fmt.Sprintf("PING %s", f.Data)
	case *xhttp2.SettingsFrame:
		if f.IsAck() {
			return "SETTINGS ack"
		}
		var b strings.Builder
		f.ForeachSetting(func(s xhttp2.Setting) error {
			fmt.Fprintf(&b, " %v=%d", s.ID, s.Val)
			return nil
		})
		return "SETTINGS" + b.String()
	}
	return fmt.Sprintf("%v", h)
}

// take returns and forgets the log.
func (r *rig) take() []string {
	log := r.log
	r.log = nil
	return log
}

// want compares the log since the last want.
func (r *rig) want(lines ...string) {
	r.t.Helper()
	if got := r.take(); strings.Join(got, "\n") != strings.Join(lines, "\n") {
		r.t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

// wantPart wants one line that contains the text.
func (r *rig) wantPart(text string) {
	r.t.Helper()
	got := r.take()
	for _, line := range got {
		if strings.Contains(line, text) {
			return
		}
	}
	r.t.Errorf("got:\n  %s\nwant %q in it", strings.Join(got, "\n  "), text)
}

// head makes a response head.
func head(status int, kv ...string) *httphead.Head {
	h := httphead.New()
	h.Status = status
	for i := 0; i < len(kv); i += 2 {
		h.Header.Add(kv[i], kv[i+1])
	}
	return h
}

// requestHead makes a request head.
func requestHead(method, path string, kv ...string) *httphead.Head {
	h := head(0, kv...)
	h.Method, h.Path = method, path
	return h
}
