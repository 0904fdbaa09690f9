package http2_test

import (
	"strings"
	"testing"

	xhttp2 "golang.org/x/net/http2"

	"pipy/pipy/codec/http2"
)

// broken is what a client must not send, and what it gets for it.
var broken = []struct {
	rule string // the section of RFC 9113
	name string
	send func(r *rig)
	want string // a line of the log has it
}{
	{"4.2", "a frame longer than 16384 bytes", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FrameData, 0, 1, make([]byte, 16385)) }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"4.3", "a header block that is no HPACK", func(r *rig) {
		r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, EndHeaders: true})
	}, "GOAWAY 0 COMPRESSION_ERROR"},
	{"4.3", "an index beyond the table", func(r *rig) {
		r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0xc0}, EndHeaders: true})
	}, "GOAWAY 0 COMPRESSION_ERROR"},
	{"RFC 7541, 4.2", "a change of the table behind a field", func(r *rig) {
		r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x40, 1, 'a', 1, 'b', 0x20}, EndHeaders: true})
	}, "GOAWAY 0 COMPRESSION_ERROR"},
	{"5.1", "DATA on an idle stream", func(r *rig) { r.framer.WriteData(1, false, []byte("x")) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"5.1", "RST_STREAM on an idle stream", func(r *rig) { r.framer.WriteRSTStream(1, xhttp2.ErrCodeCancel) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"5.1", "WINDOW_UPDATE on an idle stream", func(r *rig) { r.framer.WriteWindowUpdate(1, 1000) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"5.1", "DATA after the end of the stream", func(r *rig) {
		r.request(1, true)
		r.framer.WriteData(1, false, []byte("x"))
	}, "1 RST_STREAM STREAM_CLOSED"},
	{"5.1", "HEADERS after the end of the stream", func(r *rig) {
		r.request(1, true)
		r.headers(1, true, "x", "y")
	}, "1 RST_STREAM STREAM_CLOSED"},
	{"5.1", "DATA after RST_STREAM", func(r *rig) {
		r.request(1, false)
		r.framer.WriteRSTStream(1, xhttp2.ErrCodeCancel)
		r.framer.WriteData(1, false, []byte("x"))
	}, "1 RST_STREAM STREAM_CLOSED"},
	{"5.1", "HEADERS after RST_STREAM", func(r *rig) {
		r.request(1, false)
		r.framer.WriteRSTStream(1, xhttp2.ErrCodeCancel)
		r.headers(1, true, "x", "y")
	}, "1 RST_STREAM STREAM_CLOSED"},
	{"5.1", "DATA on a stream that both sides have ended", func(r *rig) {
		r.request(1, true)
		r.send()
		respond(r.t, r.streams[1], 1)
		r.flush()
		r.framer.WriteData(1, false, []byte("x"))
	}, "GOAWAY 1 STREAM_CLOSED"},
	{"5.1", "HEADERS on a stream that both sides have ended", func(r *rig) {
		r.request(1, true)
		r.send()
		respond(r.t, r.streams[1], 1)
		r.flush()
		r.headers(1, true, "x", "y")
	}, "GOAWAY 1 STREAM_CLOSED"},
	{"5.1.1", "an even stream", func(r *rig) { r.request(2, true) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"5.1.1", "a stream lower than the last", func(r *rig) {
		r.request(5, true)
		r.request(3, true)
	}, "GOAWAY 5 PROTOCOL_ERROR"},
	{"5.3.1 of RFC 7540", "a stream that depends on itself", func(r *rig) {
		r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: r.block(":method", "GET"), EndHeaders: true,
			Priority: xhttp2.PriorityParam{StreamDep: 1}})
	}, "1 RST_STREAM PROTOCOL_ERROR"},
	{"6.1", "DATA on stream 0", func(r *rig) { r.framer.WriteData(0, false, []byte("x")) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.1", "more padding than payload", func(r *rig) {
		r.request(1, false)
		r.framer.WriteRawFrame(xhttp2.FrameData, xhttp2.FlagDataPadded, 1, []byte{5, 1, 2, 3})
	}, "GOAWAY 1 PROTOCOL_ERROR"},
	{"6.2", "HEADERS on stream 0", func(r *rig) { r.request(0, true) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.2", "HEADERS with more padding than payload", func(r *rig) {
		r.framer.WriteRawFrame(xhttp2.FrameHeaders, xhttp2.FlagHeadersPadded|xhttp2.FlagHeadersEndHeaders, 1, []byte{9, 0x82})
	}, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.3", "PRIORITY of 4 bytes", func(r *rig) {
		r.request(1, false)
		r.framer.WriteRawFrame(xhttp2.FramePriority, 0, 1, make([]byte, 4))
	}, "1 RST_STREAM FRAME_SIZE_ERROR"},
	{"6.3", "PRIORITY on stream 0", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FramePriority, 0, 0, make([]byte, 5)) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.4", "RST_STREAM on stream 0", func(r *rig) { r.framer.WriteRSTStream(0, 0) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.4", "RST_STREAM of 3 bytes", func(r *rig) {
		r.request(1, false)
		r.framer.WriteRawFrame(xhttp2.FrameRSTStream, 0, 1, make([]byte, 3))
	}, "GOAWAY 1 FRAME_SIZE_ERROR"},
	{"6.5", "SETTINGS on a stream", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FrameSettings, 0, 1, nil) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.5", "SETTINGS of 3 bytes", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FrameSettings, 0, 0, make([]byte, 3)) }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"6.5", "an acknowledgement with settings", func(r *rig) {
		r.framer.WriteRawFrame(xhttp2.FrameSettings, xhttp2.FlagSettingsAck, 0, make([]byte, 6))
	}, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"6.5.2", "ENABLE_PUSH of 2", func(r *rig) { r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingEnablePush, Val: 2}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.5.2", "a window of 2^31", func(r *rig) {
		r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1 << 31})
	}, "GOAWAY 0 FLOW_CONTROL_ERROR"},
	{"6.5.2", "frames of less than 16384", func(r *rig) { r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingMaxFrameSize, Val: 16383}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.5.2", "frames of 2^24", func(r *rig) { r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingMaxFrameSize, Val: 1 << 24}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.7", "PING on a stream", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FramePing, 0, 1, make([]byte, 8)) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.7", "PING of 6 bytes", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FramePing, 0, 0, make([]byte, 6)) }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"6.8", "GOAWAY on a stream", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FrameGoAway, 0, 1, make([]byte, 8)) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.9", "WINDOW_UPDATE of nothing", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FrameWindowUpdate, 0, 0, make([]byte, 4)) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.9", "WINDOW_UPDATE of nothing on a stream", func(r *rig) {
		r.request(1, false)
		r.framer.WriteRawFrame(xhttp2.FrameWindowUpdate, 0, 1, make([]byte, 4))
	}, "1 RST_STREAM PROTOCOL_ERROR"},
	{"6.9", "WINDOW_UPDATE of 3 bytes", func(r *rig) { r.framer.WriteRawFrame(xhttp2.FrameWindowUpdate, 0, 0, make([]byte, 3)) }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"6.9.1", "a window of the connection above 2^31-1", func(r *rig) { r.framer.WriteWindowUpdate(0, 1<<31-1) }, "GOAWAY 0 FLOW_CONTROL_ERROR"},
	{"6.9.1", "a window of a stream above 2^31-1", func(r *rig) {
		r.request(1, false)
		r.framer.WriteWindowUpdate(1, 1<<31-1)
	}, "1 RST_STREAM FLOW_CONTROL_ERROR"},
	{"6.9.2", "settings that make a window too large", func(r *rig) {
		r.request(1, false)
		r.framer.WriteWindowUpdate(1, 1<<31-1-65535)
		r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1<<31 - 1})
	}, "GOAWAY 1 FLOW_CONTROL_ERROR"},
	{"6.10", "CONTINUATION without HEADERS", func(r *rig) { r.framer.WriteContinuation(1, true, []byte{0x82}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.10", "another frame inside a header block", func(r *rig) {
		r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}})
		r.framer.WritePing(false, [8]byte{})
	}, "GOAWAY 0 PROTOCOL_ERROR"},
	{"6.10", "CONTINUATION of another stream", func(r *rig) {
		r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}})
		r.framer.WriteContinuation(3, true, []byte{0x84})
	}, "GOAWAY 0 PROTOCOL_ERROR"},
	{"8.1", "trailers that do not end the stream", func(r *rig) {
		r.request(1, false)
		r.headers(1, false, "x", "y")
	}, "1 RST_STREAM PROTOCOL_ERROR"},
	{"8.1", "pseudo-header fields in trailers", func(r *rig) {
		r.request(1, false)
		r.headers(1, true, ":method", "GET")
	}, "1 RST_STREAM PROTOCOL_ERROR"},
	{"8.1.1", "less body than announced", func(r *rig) {
		r.request(1, false, "content-length", "4")
		r.framer.WriteData(1, true, []byte("abc"))
	}, "1 RST_STREAM PROTOCOL_ERROR"},
	{"8.1.1", "more body than announced", func(r *rig) {
		r.request(1, false, "content-length", "4")
		r.framer.WriteData(1, true, []byte("abcde"))
	}, "1 RST_STREAM PROTOCOL_ERROR"},
	{"8.1.1", "no body though one was announced", func(r *rig) { r.request(1, true, "content-length", "4") }, "1 RST_STREAM PROTOCOL_ERROR"},
	{"8.4", "PUSH_PROMISE", func(r *rig) {
		r.request(1, false)
		r.framer.WritePushPromise(xhttp2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: []byte{0x82}, EndHeaders: true})
	}, "GOAWAY 1 PROTOCOL_ERROR"},
}

func TestServerRefusesWhatBreaksTheRules(t *testing.T) {
	for _, c := range broken {
		t.Run(c.rule+" "+c.name, func(t *testing.T) {
			r := newServer(t, http2.Options{})
			c.send(r)
			r.send()
			r.wantPart(c.want)
			if strings.Contains(c.want, "GOAWAY") != r.ended {
				t.Errorf("the session ended: %v", r.ended)
			}
		})
	}
}

// malformed are heads of requests that RFC 9113, 8.2 and 8.3 forbid.
var malformed = [][]string{
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "X-Upper", "1"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "a b", "1"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "x", "a\r\nb"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "x", " a"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "connection", "close"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "keep-alive", "1"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "proxy-connection", "close"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "transfer-encoding", "chunked"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "upgrade", "h2c"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "te", "gzip"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", ":unknown", "1"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", ":status", "200"},
	{":method", "GET", ":scheme", "http", "x", "y", ":path", "/", ":authority", "a"},
	{":method", "GET", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"},
	{":scheme", "http", ":path", "/", ":authority", "a"},
	{":method", "GET", ":path", "/", ":authority", "a"},
	{":method", "GET", ":scheme", "http", ":authority", "a"},
	{":method", "GET", ":scheme", "http", ":path", "", ":authority", "a"},
	{":method", "GET", ":scheme", "http", ":path", "x", ":authority", "a"},
	{":method", "GET", ":scheme", "http", ":path", "/a b", ":authority", "a"},
	{":method", "GET", ":scheme", "http", ":path", "*", ":authority", "a"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "host", "b"},
	{":method", "GET", ":scheme", "http", ":path", "/", "host", "a", "host", "a"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "u:p@a"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a?b"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a\\b"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a:x"},
	{":method", "GET", ":scheme", "http", ":path", "/", "host", "a#b"},
	{":method", "GET", ":scheme", "http://a/?", ":path", "/", ":authority", "a"},
	{":method", "GET", ":scheme", "1http", ":path", "/", ":authority", "a"},
	{":method", "G T", ":scheme", "http", ":path", "/", ":authority", "a"},
	{":method", "CONNECT", ":scheme", "http", ":path", "/", ":authority", "a:1"},
	{":method", "CONNECT"},
	{":method", "CONNECT", ":authority", "a"},
	{":method", "CONNECT", ":authority", ":1"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "content-length", "-1"},
	{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "content-length", "1", "content-length", "2"},
}

func TestServerRefusesMalformedHeads(t *testing.T) {
	for _, fields := range malformed {
		r := newServer(t, http2.Options{})
		r.headers(1, false, fields...)
		r.request(3, true)
		r.send()
		if got := strings.Join(r.take(), "\n"); got != "3 GET / host=a.b (0)\n3 end\n> 1 RST_STREAM PROTOCOL_ERROR" {
			t.Errorf("%q: got %s", fields, got)
		}
	}
}

func TestFirstFrameMustBeSettings(t *testing.T) { // RFC 9113, 3.4
	r := newRig(t, true, http2.Options{})
	r.in.WriteString(http2.Preface)
	r.framer.WritePing(false, [8]byte{})
	r.send()
	r.wantPart("GOAWAY 0 PROTOCOL_ERROR")
	r = newRig(t, true, http2.Options{})
	r.in.WriteString("PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n")
	r.send()
	r.wantPart("GOAWAY 0 PROTOCOL_ERROR")
}

func TestServerToleratesWhatItDoesNotKnow(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.framer.WriteRawFrame(0x16, 0xff, 0, []byte("unknown"))      // RFC 9113, 5.5
	r.framer.WriteSettings(xhttp2.Setting{ID: 0x99, Val: 1})      // RFC 9113, 6.5.2
	r.framer.WritePriority(7, xhttp2.PriorityParam{StreamDep: 3}) // RFC 9113, 5.3.2
	r.framer.WritePing(false, [8]byte{'p', 'i', 'n', 'g', '1'})   // RFC 9113, 6.7
	r.framer.WriteGoAway(0, xhttp2.ErrCodeNo, []byte("leaving"))  // RFC 9113, 6.8
	r.framer.WriteRawFrame(xhttp2.FrameHeaders, xhttp2.FlagHeadersPadded|xhttp2.FlagHeadersEndHeaders|xhttp2.FlagHeadersEndStream, 1,
		append(append([]byte{2}, r.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a")...), 0, 0))
	r.send()
	r.want("1 GET / host=a (0)", "1 end", "> SETTINGS ack", "> PING ack ping1\x00\x00\x00")
}
