package http2_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	xhttp2 "golang.org/x/net/http2"

	"pipy/pipy/codec/http2"
	"pipy/pipy/event"
)

func body(n int) *event.Data { return event.DataString(strings.Repeat("x", n)) }

// respond answers a stream with n bytes of body.
func respond(t testing.TB, st *http2.Stream, n int) {
	err := errors.Join(st.Respond(head(200)), st.Send(body(n)), st.End(nil))
	if err != nil {
		t.Fatal(err)
	}
}

func TestBodyKeepsToTheWindowOfTheStream(t *testing.T) { // RFC 9113, 6.9.1
	r := newServer(t, http2.Options{})
	r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 10})
	r.request(1, true)
	r.send()
	r.take()
	respond(t, r.streams[1], 25)
	r.flush()
	r.want("> 1 HEADERS :status=200 content-length=25", `> 1 DATA "xxxxxxxxxx"`)
	r.framer.WriteWindowUpdate(1, 3)
	r.send()
	r.want(`> 1 DATA "xxx"`)
	// The window shrinks by 5, below zero, and grows again (RFC 9113, 6.9.2).
	r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 5})
	r.framer.WriteWindowUpdate(1, 5)
	r.send()
	r.want("> SETTINGS ack")
	r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 100})
	r.send()
	r.want("1 done", "> SETTINGS ack", `> 1 DATA "xxxxxxxxxxxx" end`)
}

func TestBodyKeepsToTheWindowOfTheConnection(t *testing.T) { // RFC 9113, 6.9.1
	r := newServer(t, http2.Options{})
	r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1 << 20})
	r.request(1, true)
	r.request(3, true)
	r.send()
	r.take()
	respond(t, r.streams[1], 65530)
	respond(t, r.streams[3], 10)
	r.flush()
	sent := 0
	for _, line := range r.take() {
		var id, n int
		if _, err := fmt.Sscanf(line, "> %d DATA %d bytes", &id, &n); err == nil {
			sent += n
		} else if strings.Contains(line, "DATA") {
			sent += strings.Count(line, "x")
		}
	}
	if sent != 65535 {
		t.Errorf("%d bytes were sent, want 65535", sent)
	}
	r.framer.WriteWindowUpdate(0, 5)
	r.send()
	r.want("1 done", `> 1 DATA "xxxxx" end`)
}

func TestStreamsTakeTurns(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.request(1, true)
	r.request(3, true)
	r.send()
	r.take()
	respond(t, r.streams[1], 30000)
	respond(t, r.streams[3], 30000)
	r.flush()
	r.want("1 done", "3 done",
		"> 1 HEADERS :status=200 content-length=30000", "> 1 DATA 16384 bytes",
		"> 3 HEADERS :status=200 content-length=30000", "> 3 DATA 16384 bytes",
		"> 1 DATA 13616 bytes end", "> 3 DATA 13616 bytes end")
}

func TestPausedStreamKeepsItsWindow(t *testing.T) {
	r := newServer(t, http2.Options{StreamWindow: 100000})
	r.on = func(st *http2.Stream, evt event.Event) {
		if d, ok := evt.(*event.Data); ok {
			d.Release()
			st.Pause()
		}
	}
	r.request(1, false)
	for range 5 {
		r.framer.WriteData(1, false, []byte(strings.Repeat("x", 16000)))
	}
	r.send()
	r.want("1 GET / host=a.b (-1)", "1 data 16000 bytes")
	r.on = func(st *http2.Stream, evt event.Event) {
		if d, ok := evt.(*event.Data); ok {
			d.Release()
		}
	}
	r.streams[1].Resume()
	r.flush()
	r.want("1 data 64000 bytes", "> 1 WINDOW_UPDATE 80000")
	r.framer.WriteData(1, true, []byte("x"))
	r.send()
	r.want(`1 data "x"`, "1 end")
}

func TestEndWaitsForWhatIsKept(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.on = func(st *http2.Stream, evt event.Event) {
		if _, ok := evt.(*event.MessageStart); ok {
			st.Pause()
		}
	}
	r.request(1, false)
	r.framer.WriteData(1, false, []byte("abc"))
	r.headers(1, true, "x-sum", "1")
	r.send()
	r.want("1 GET / host=a.b (-1)")
	r.streams[1].Resume()
	r.flush()
	r.want(`1 data "abc"`, "1 end x-sum=1")
}

func TestPausedStreamsDoNotStopOthers(t *testing.T) {
	r := newServer(t, http2.Options{StreamWindow: 65535, ConnWindow: 65535})
	r.on = func(st *http2.Stream, evt event.Event) {
		if _, ok := evt.(*event.MessageStart); ok && st.ID() == 1 {
			st.Pause()
		}
	}
	r.request(1, false)
	for range 4 {
		r.framer.WriteData(1, false, []byte(strings.Repeat("x", 16000)))
	}
	r.request(3, false)
	r.framer.WriteData(3, true, []byte("quick"))
	r.send()
	r.want("1 GET / host=a.b (-1)", "3 GET / host=a.b (-1)", `3 data "quick"`, "3 end", "> 0 WINDOW_UPDATE 48000")
}

func TestPausedStreamsStopTheConnectionAtLast(t *testing.T) {
	r := newServer(t, http2.Options{StreamWindow: 65535, ConnWindow: 65535, MaxUnread: 30000})
	r.on = func(st *http2.Stream, evt event.Event) { st.Pause() }
	r.request(1, false)
	for range 4 {
		r.framer.WriteData(1, false, []byte(strings.Repeat("x", 16000)))
	}
	r.send()
	r.want("1 GET / host=a.b (-1)")
	r.on = nil
	r.streams[1].Resume()
	r.flush()
	r.want("1 data 64000 bytes", "> 0 WINDOW_UPDATE 64000", "> 1 WINDOW_UPDATE 64000")
}

func TestPeerMustKeepToItsWindow(t *testing.T) { // RFC 9113, 6.9
	r := newServer(t, http2.Options{StreamWindow: 1000})
	r.framer.WriteSettingsAck() // now it knows
	r.on = func(st *http2.Stream, evt event.Event) { st.Pause() }
	r.request(1, false)
	r.framer.WriteData(1, false, make([]byte, 1001))
	r.send()
	r.want("1 GET / host=a.b (-1)",
		"1 failed: ProtocolError: http2: FLOW_CONTROL_ERROR on stream 1: DATA exceeds the window of the stream",
		"> 1 RST_STREAM FLOW_CONTROL_ERROR")
}

func TestSmallWindowHoldsFromTheAcknowledgement(t *testing.T) { // RFC 9113, 6.9.2
	r := newRig(t, true, http2.Options{StreamWindow: 1000})
	r.in.WriteString(http2.Preface)
	r.framer.WriteSettings()
	r.request(1, false)
	r.framer.WriteData(1, false, make([]byte, 16000)) // before it knew
	r.on = func(st *http2.Stream, evt event.Event) {
		if d, ok := evt.(*event.Data); ok {
			d.Release()
		}
	}
	r.send()
	r.take()
	if r.streams[1] == nil {
		t.Fatal("the stream was reset")
	}
	r.framer.WriteSettingsAck()
	r.framer.WriteData(1, true, make([]byte, 1000))
	r.send()
	r.want("1 data 1000 bytes", "1 end")
}

func TestDataBehindTheAcknowledgementMayBeFromBefore(t *testing.T) { // RFC 9113, 6.9.3
	r := newRig(t, true, http2.Options{StreamWindow: 1000})
	r.in.WriteString(http2.Preface)
	r.framer.WriteSettings()
	r.on = func(st *http2.Stream, evt event.Event) { st.Pause() }
	r.request(1, false)
	for range 3 {
		r.framer.WriteData(1, false, make([]byte, 16000))
	}
	r.framer.WriteSettingsAck()
	r.framer.WriteData(1, false, make([]byte, 16000)) // of the 65,535 bytes that it knew of
	r.send()
	for _, line := range r.take() {
		if strings.Contains(line, "FLOW_CONTROL_ERROR") {
			t.Fatal("the stream was reset within the window from before")
		}
	}
	r.framer.WriteData(1, false, make([]byte, 1536))
	r.send()
	r.want("1 failed: ProtocolError: http2: FLOW_CONTROL_ERROR on stream 1: DATA exceeds the window of the stream",
		"> 1 RST_STREAM FLOW_CONTROL_ERROR")
}

func TestPaddingCountsInFlowControl(t *testing.T) { // RFC 9113, 6.1
	r := newServer(t, http2.Options{StreamWindow: 65535, ConnWindow: 65535})
	r.request(1, false)
	for range 130 {
		r.framer.WriteDataPadded(1, false, []byte("x"), make([]byte, 255))
	}
	r.send()
	lines := strings.Join(r.take(), "\n")
	if !strings.Contains(lines, "> 0 WINDOW_UPDATE 32") || !strings.Contains(lines, "> 1 WINDOW_UPDATE 32") {
		t.Errorf("got %s", lines[len(lines)-200:])
	}
}

func TestFullStreamTellsWhenItHasDrained(t *testing.T) {
	r := newServer(t, http2.Options{SendBuffer: 1000})
	r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 100})
	r.request(1, true)
	r.send()
	r.take()
	st := r.streams[1]
	st.Respond(head(200))
	st.Send(body(1000))
	if st.Full() {
		t.Error("full at 1000 bytes")
	}
	st.Send(body(200))
	if !st.Full() {
		t.Error("not full at 1200 bytes")
	}
	r.flush()
	r.want("1 drained", "> 1 HEADERS :status=200", "> 1 DATA 100 bytes")
	r.framer.WriteWindowUpdate(1, 500)
	r.send()
	r.want("1 drained", "> 1 DATA 500 bytes")
	if !st.Full() {
		t.Error("not full at 600 bytes")
	}
	r.framer.WriteWindowUpdate(1, 300)
	r.send()
	r.want("1 drained", "> 1 DATA 300 bytes")
	if st.Full() {
		t.Error("still full")
	}
}

func TestPausedOutputHoldsBodiesBack(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.request(1, true)
	r.send()
	r.take()
	r.s.PauseOutput()
	respond(t, r.streams[1], 5)
	r.flush()
	r.framer.WritePing(false, [8]byte{})
	r.send()
	r.want("> PING ack \x00\x00\x00\x00\x00\x00\x00\x00")
	r.s.ResumeOutput()
	r.flush()
	r.want("1 done", "> 1 HEADERS :status=200 content-length=5", `> 1 DATA "xxxxx" end`)
}

func TestBodyMustBeAsLongAsAnnounced(t *testing.T) {
	for _, n := range []int{2, 4} {
		r := newServer(t, http2.Options{})
		r.request(1, true)
		r.send()
		r.take()
		st := r.streams[1]
		h := head(200)
		h.Length = 3
		st.Respond(h)
		r.flush()
		r.want("> 1 HEADERS :status=200 content-length=3")
		err := st.Send(body(n))
		if err == nil {
			err = st.End(nil)
		}
		if !errors.Is(err, http2.ErrLength) {
			t.Errorf("%d bytes: got %v", n, err)
		}
		r.flush()
		r.want("> 1 RST_STREAM INTERNAL_ERROR")
	}
}
