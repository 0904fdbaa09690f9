package filters

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	xhttp2 "golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"pipy/pipy/codec/http2"
	"pipy/pipy/event"
)

// http2Peer speaks HTTP/2 with a filter by the framer of golang.org/x/net.
type http2Peer struct {
	t      testing.TB
	feed   func(string)
	got    *strings.Builder
	framer *xhttp2.Framer
	out    bytes.Buffer // to be sent
	henc   *hpack.Encoder
	hbuf   bytes.Buffer
	reader *xhttp2.Framer
	in     bytes.Buffer
	hdec   *hpack.Decoder
}

func newHTTP2Peer(t testing.TB, feed func(string), got *strings.Builder) *http2Peer {
	p := &http2Peer{t: t, feed: feed, got: got}
	p.framer = xhttp2.NewFramer(&p.out, nil)
	p.reader = xhttp2.NewFramer(nil, &p.in)
	p.henc = hpack.NewEncoder(&p.hbuf)
	p.hdec = hpack.NewDecoder(4096, nil)
	return p
}

// http2 makes the client speak HTTP/2.
func (c *httpClientEnd) http2(settings ...xhttp2.Setting) *http2Peer {
	p := newHTTP2Peer(c, c.send, &c.got)
	p.out.WriteString(http2.Preface)
	p.framer.WriteSettings(settings...)
	p.framer.WriteSettingsAck()
	p.send()
	p.lines()
	return p
}

// http2 makes the upstream speak HTTP/2. What it got so far remains to be read.
func (u *httpUpstream) http2(settings ...xhttp2.Setting) *http2Peer {
	u.loop.Turn()
	text, ok := strings.CutPrefix(u.got.String(), http2.Preface)
	if !ok {
		u.Fatalf("want the preface, got %q", text)
	}
	u.got.Reset()
	u.got.WriteString(text)
	p := newHTTP2Peer(u, u.send, &u.got)
	p.framer.WriteSettings(settings...)
	p.framer.WriteSettingsAck()
	p.send()
	return p
}

// send sends what was written to the framer.
func (p *http2Peer) send() {
	s := p.out.String()
	p.out.Reset()
	p.feed(s)
}

func (p *http2Peer) headers(id uint32, end bool, kv ...string) {
	p.hbuf.Reset()
	for i := 0; i < len(kv); i += 2 {
		p.henc.WriteField(hpack.HeaderField{Name: kv[i], Value: kv[i+1]})
	}
	p.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: id, BlockFragment: p.hbuf.Bytes(), EndStream: end, EndHeaders: true})
}

func (p *http2Peer) get(id uint32, path string) {
	p.headers(id, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", path)
}

func (p *http2Peer) post(id uint32, path string) {
	p.headers(id, false, ":method", "POST", ":scheme", "http", ":authority", "a", ":path", path)
}

// lines reads what came, without what every connection begins with.
func (p *http2Peer) lines() []string {
	p.in.WriteString(p.got.String())
	p.got.Reset()
	var lines []string
	for p.in.Len() > 0 {
		f, err := p.reader.ReadFrame()
		if err != nil {
			p.t.Fatalf("frame: %v", err)
		}
		if line := p.line(f); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func (p *http2Peer) line(f xhttp2.Frame) string {
	id, end := f.Header().StreamID, ""
	if f.Header().Flags.Has(xhttp2.FlagDataEndStream) {
		end = " end"
	}
	switch f := f.(type) {
	case *xhttp2.SettingsFrame:
		return ""
	case *xhttp2.WindowUpdateFrame:
		if id == 0 {
			return ""
		}
		return fmt.Sprintf("%d window %d", id, f.Increment)
	case *xhttp2.DataFrame:
		text := string(f.Data())
		if len(text) > 40 {
			text = fmt.Sprintf("%d bytes", len(text))
		}
		return fmt.Sprintf("%d data %s%s", id, text, end)
	case *xhttp2.HeadersFrame:
		list, err := p.hdec.DecodeFull(f.HeaderBlockFragment())
		if err != nil {
			p.t.Fatalf("HPACK: %v", err)
		}
		text := ""
		for _, f := range list {
			text += " " + f.Name + "=" + f.Value
		}
		return fmt.Sprintf("%d%s%s", id, text, end)
	case *xhttp2.RSTStreamFrame:
		return fmt.Sprintf("%d reset %v", id, f.ErrCode)
	case *xhttp2.GoAwayFrame:
		return fmt.Sprintf("goaway %d %v", f.LastStreamID, f.ErrCode)
	case *xhttp2.PingFrame:
		return fmt.Sprintf("ping %s", f.Data)
	}
	return f.Header().String()
}

func (p *http2Peer) want(want ...string) {
	p.t.Helper()
	if got := p.lines(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		p.t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// http2Asked is what muxHTTP makes of http2Peer.get.
func http2Asked(id uint32, path string) string {
	return fmt.Sprintf("%d :method=GET :scheme=http :authority=a :path=%s end", id, path)
}

func (p *http2Peer) answer(id uint32, text string) {
	p.headers(id, false, ":status", "200")
	p.framer.WriteData(id, true, []byte(text))
	p.send()
}

func bytesOf(n int) *event.Data { return event.DataString(strings.Repeat("x", n)) }
