package filters

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	xhttp2 "golang.org/x/net/http2"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// desk2 returns a desk with a client before it that speaks HTTP/2.
func desk2(t testing.TB, settings ...xhttp2.Setting) (*httpDesk, *httpClientEnd, *http2Peer) {
	d, c := desk(t)
	return d, c, c.http2(settings...)
}

func TestHTTP2AnswersRequestsAsTheyAreReady(t *testing.T) {
	d, c, p := desk2(t)
	p.get(1, "/1")
	p.get(3, "/3")
	p.send()
	d.wantCount(2)
	if got := strings.Join(d.requests[0].events, " "); got != "start end over" {
		t.Errorf("the sub-pipeline got %s", got)
	}
	d.requests[1].text("three")
	p.want("3 :status=200 content-length=5", "3 data three end")
	d.requests[0].text("one")
	p.want("1 :status=200 content-length=3", "1 data one end")
	for _, r := range d.requests {
		if !r.closed {
			t.Errorf("%s: the sub-pipeline is not closed", r.path)
		}
	}
	c.wantOpen()
	httpNoErrors(d.httpBench)
}

func TestHTTP2StreamsBothWays(t *testing.T) {
	d, _, p := desk2(t)
	p.post(1, "/")
	p.send()
	r := d.requests[0]
	r.answer(&event.MessageStart{Head: httphead.New()}, event.DataString("a"))
	p.want("1 :status=200", "1 data a")
	p.framer.WriteData(1, false, []byte("x"))
	p.send()
	r.answer(event.DataString("b"))
	p.want("1 data b")
	p.framer.WriteData(1, false, []byte("y"))
	p.headers(1, true, "x-sum", "1")
	p.send()
	tail := &httphead.Tail{}
	tail.Header.Add("Grpc-Status", "0")
	r.answer(&event.MessageEnd{Tail: tail})
	p.want("1 grpc-status=0 end")
	if got := strings.Join(r.events, " "); got != "start x y end over" {
		t.Errorf("the sub-pipeline got %s", got)
	}
}

func TestHTTP2ResetEndsTheSubPipeline(t *testing.T) {
	b := newHTTPBench(t)
	var got []string
	closed := false
	l := b.layout(&pipeline.Node{New: func(s *pipeline.Stage) pipeline.Filter {
		return &httpFilter{Stage: s, closed: func(*httpFilter) { closed = true }, process: func(f *httpFilter, evt event.Event) {
			if end, ok := evt.(*event.StreamEnd); ok {
				got = append(got, string(event.NameOf(end.Err)))
			}
		}}
	}})
	c := b.connect(b.layout(b.node("demuxHTTP", l)))
	p := c.http2()
	p.post(1, "/")
	p.framer.WriteRSTStream(1, xhttp2.ErrCodeCancel)
	p.send()
	if strings.Join(got, " ") != "ConnectionReset" || !closed {
		t.Errorf("the sub-pipeline got StreamEnd %q, closed: %v", got, closed)
	}
	p.want()
	c.wantOpen()
}

func TestHTTP2BrokenResponseIsReset(t *testing.T) {
	d, c, p := desk2(t)
	p.get(1, "/1")
	p.get(3, "/3")
	p.send()
	p.get(5, "/5")
	p.send()
	d.requests[0].answer(&event.MessageStart{Head: httphead.New()}, event.DataString("par"))
	d.requests[0].answer(&event.StreamEnd{Err: event.ConnectionReset})
	p.want("1 :status=200", "1 data par", "1 reset INTERNAL_ERROR")
	// Nothing of this one was sent.
	d.requests[2].answer(&event.MessageStart{Head: httphead.New()}, event.DataString("par"), &event.StreamEnd{Err: event.ConnectionReset})
	p.want("5 :status=502 content-length=0 end")
	d.requests[1].answer(&event.MessageStart{Head: httphead.New()}, event.DataString("whole"), event.EndStream)
	p.want("3 :status=200 content-length=5", "3 data whole end")
	c.wantOpen()
}

func TestHTTP2AnswersFailures(t *testing.T) {
	d, c, p := desk2(t)
	for i, end := range []event.Event{event.EndStream, &event.StreamEnd{Err: event.ConnectionRefused}, &event.StreamEnd{Err: event.ReadTimeout},
		&event.StreamEnd{Err: event.RuntimeError}} {
		id := uint32(i*2 + 1)
		p.get(id, "/")
		p.send()
		d.requests[i].answer(end)
	}
	p.want("1 :status=502 content-length=0 end", "3 :status=502 content-length=0 end",
		"5 :status=504 content-length=0 end", "7 :status=500 content-length=0 end")
	p.get(9, "/")
	p.send()
	d.requests[4].answer(&event.MessageStart{Head: &httphead.Head{Status: 42, Length: -1}})
	p.want("9 :status=500 content-length=0 end")
	if len(d.errors) != 1 {
		t.Errorf("reported: %q", d.errors)
	}
	c.wantOpen()
}

func TestHTTP2PausesWhoSendsMoreThanTheClientTakes(t *testing.T) {
	d, c, p := desk2(t, xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1000})
	p.get(1, "/")
	p.send()
	var pauser httpPauser
	source := loop.NewSource(d.loop, &pauser)
	prev := d.loop.Enter(source)
	d.requests[0].f.Output(&event.MessageStart{Head: httphead.New()})
	d.requests[0].f.Output(bytesOf(60 << 10))
	if pauser.paused {
		t.Error("paused at 60 KiB")
	}
	d.requests[0].f.Output(bytesOf(60 << 10))
	d.requests[0].f.Output(bytesOf(1))
	d.loop.Leave(prev)
	d.loop.Turn()
	if !pauser.paused {
		t.Error("not paused at 120 KiB")
	}
	p.want("1 :status=200", "1 data 1000 bytes")
	for range 6 {
		p.framer.WriteWindowUpdate(1, 15<<10)
		p.framer.WriteWindowUpdate(0, 15<<10)
		p.send()
	}
	if pauser.paused {
		t.Error("still paused with 30 KiB")
	}
	p.get(3, "/")
	p.send()
	prev = d.loop.Enter(source)
	d.requests[1].f.Output(&event.MessageStart{Head: httphead.New()})
	d.requests[1].f.Output(bytesOf(100 << 10))
	d.loop.Leave(prev)
	if !pauser.paused {
		t.Error("not paused")
	}
	c.ended()
	if pauser.paused {
		t.Error("paused by a connection that is gone")
	}
}

func TestHTTP2GivesNoWindowForWhatIsHeld(t *testing.T) {
	b := newHTTPBench(t)
	var release func()
	size := 0
	l := b.layout(b.filter(func(f *httpFilter, evt event.Event) {
		if d, ok := evt.(*event.Data); ok {
			size += d.Len()
			d.Release()
			if release == nil {
				release = f.Hold()
			}
		}
	}))
	c := b.connect(b.layout(b.node("demuxHTTP", l, httpOptions{"streamWindowSize": 100000.0})))
	p := c.http2()
	p.post(1, "/")
	for range 6 {
		p.framer.WriteData(1, false, []byte(strings.Repeat("x", 16000)))
	}
	p.send()
	p.want()
	if size != 16000 || c.pauser.paused {
		t.Errorf("%d bytes were delivered; the connection is paused: %v", size, c.pauser.paused)
	}
	release()
	b.loop.Turn()
	p.want("1 window 96000")
	if size != 96000 {
		t.Errorf("%d bytes were delivered", size)
	}
}

func TestHTTP2WritesNoBodiesToAConnectionThatTakesNoMore(t *testing.T) {
	d := &httpDesk{httpBench: newHTTPBench(t)}
	var release func()
	var got []byte
	slow := d.filter(func(f *httpFilter, evt event.Event) {
		if data, ok := evt.(*event.Data); ok {
			got = data.AppendTo(got)
			data.Release()
			if len(got) > 100 && release == nil {
				release = f.Hold()
			}
		}
	})
	c := d.connect(d.httpBench.layout(d.node("demuxHTTP", d.layout()), slow))
	p := newHTTP2Peer(t, c.send, &strings.Builder{})
	p.out.WriteString("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	p.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1 << 30})
	p.framer.WriteWindowUpdate(0, 1<<29)
	p.get(1, "/")
	p.send()
	var pauser httpPauser
	prev := d.loop.Enter(loop.NewSource(d.loop, &pauser))
	d.requests[0].f.Output(&event.MessageStart{Head: httphead.New()})
	d.requests[0].f.Output(bytesOf(1 << 20))
	d.loop.Leave(prev)
	d.loop.Turn()
	first := len(got)
	if first > 600<<10 || !pauser.paused {
		t.Errorf("%d bytes were written, the sender is paused: %v", first, pauser.paused)
	}
	release()
	d.loop.Turn()
	if len(got) < 1<<20 || pauser.paused {
		t.Errorf("%d bytes were written, the sender is paused: %v", len(got), pauser.paused)
	}
}

func TestHTTP2Tunnel(t *testing.T) {
	d, _, p := desk2(t)
	p.headers(1, false, ":method", "CONNECT", ":authority", "a:443")
	p.send()
	r := d.requests[0]
	r.text("")
	p.want("1 :status=200")
	p.framer.WriteData(1, false, []byte("up"))
	p.send()
	r.answer(event.DataString("down"))
	p.want("1 data down")
	p.framer.WriteData(1, true, nil)
	p.send()
	if got := strings.Join(r.events, " "); got != "start end up over" {
		t.Errorf("the sub-pipeline got %s", got)
	}
	r.answer(event.EndStream)
	p.want("1 data  end")
	if !r.closed {
		t.Error("the sub-pipeline is not closed")
	}
}

const upgradeToHTTP2 = "GET /1 HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: "

func TestHTTP2ByUpgrade(t *testing.T) { // RFC 7540, 3.2
	d, c := desk(t)
	settings := base64.RawURLEncoding.EncodeToString([]byte{0, 4, 0, 0, 0, 2})
	c.send(upgradeToHTTP2 + settings + "\r\n\r\n")
	d.wantCount(1)
	d.requests[0].text("one")
	got := c.got.String()
	switching := "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
	if !strings.HasPrefix(got, switching) {
		t.Fatalf("got %q", got)
	}
	c.got.Reset()
	c.got.WriteString(got[len(switching):])
	p := newHTTP2Peer(t, c.send, &c.got)
	p.want("1 :status=200 content-length=3", "1 data on")
	p.out.WriteString("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	p.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1000})
	p.get(3, "/3")
	p.send()
	d.wantCount(2)
	d.requests[1].text("two")
	p.want("1 data e end", "3 :status=200 content-length=3", "3 data two end")
	httpNoErrors(d.httpBench)
}

func TestHTTP2UpgradeIsIgnoredWhenItIsNotRight(t *testing.T) {
	for _, request := range []string{
		upgradeToHTTP2 + "!\r\n\r\n",
		upgradeToHTTP2 + "AAQ\r\n\r\n",
		strings.Replace(upgradeToHTTP2, "GET /1", "POST /1", 1) + "\r\ncontent-length: 1\r\n\r\nx",
	} {
		d, c := desk(t)
		c.send(request)
		d.requests[0].text("one")
		c.want(httpOK("one"))
	}
}

func TestHTTP2StopsGracefully(t *testing.T) {
	d, c, p := desk2(t)
	p.get(1, "/1")
	p.send()
	d.program.Stop(false, nil)
	d.loop.Turn()
	p.want("goaway 2147483647 NO_ERROR", "ping pipystop")
	p.get(3, "/3")
	p.framer.WritePing(true, [8]byte([]byte("pipystop")))
	p.send()
	p.want("goaway 3 NO_ERROR")
	d.requests[0].text("one")
	c.wantOpen()
	d.requests[1].text("three")
	p.want("1 :status=200 content-length=3", "1 data one end", "3 :status=200 content-length=5", "3 data three end")
	c.wantEnd("")
}

func TestHTTP2StopsThoughTheClientIsSilent(t *testing.T) {
	d, c, p := desk2(t)
	d.program.Stop(false, nil)
	d.loop.Turn()
	c.wantOpen()
	d.loop.Advance(stopGrace + time.Millisecond)
	p.want("goaway 2147483647 NO_ERROR", "ping pipystop", "goaway 0 NO_ERROR")
	c.wantEnd("")
}

func TestHTTP2ClosesAfterMaxMessages(t *testing.T) {
	d := &httpDesk{httpBench: newHTTPBench(t)}
	c := d.connect(d.httpBench.layout(d.node("demuxHTTP", d.layout(), httpOptions{"maxMessages": 2.0})))
	p := c.http2()
	for id := uint32(1); id < 7; id += 2 {
		p.get(id, "/")
	}
	p.send()
	d.wantCount(2)
	d.requests[0].text("one")
	d.requests[1].text("two")
	p.want("goaway 3 NO_ERROR", "1 :status=200 content-length=3", "1 data one end", "3 :status=200 content-length=3", "3 data two end")
	c.wantEnd("")
}

func TestHTTP2EndsTheConnectionAtAnError(t *testing.T) {
	d, c, p := desk2(t)
	p.get(1, "/")
	p.framer.WriteWindowUpdate(0, 1<<31-1)
	p.send()
	p.want("goaway 1 FLOW_CONTROL_ERROR")
	c.wantEnd(event.ProtocolError)
	if !d.requests[0].closed {
		t.Error("the sub-pipeline is not closed")
	}
}

func TestServeHTTPSpeaksHTTP2(t *testing.T) {
	b := newHTTPBench(t)
	promise := &httpPromise{}
	c := b.connect(b.layout(b.node("serveHTTP", nil, httpFunc(func(ctx *pipeline.Context, args ...any) (any, error) {
		m := args[0].(*event.Message)
		switch httphead.Of(m.Head).Path {
		case "/later":
			return promise, nil
		case "/error":
			return nil, errors.New("oops")
		}
		return &event.Message{Body: m.Body.Clone()}, nil
	}), httpOptions{"maxBodySize": 10.0})))
	p := c.http2()
	p.get(1, "/later")
	p.post(3, "/echo")
	p.framer.WriteData(3, true, []byte("echo"))
	p.get(5, "/error")
	p.post(7, "/long")
	p.framer.WriteData(7, true, []byte("more than 10"))
	p.get(9, "/later")
	p.framer.WriteRSTStream(9, xhttp2.ErrCodeCancel)
	p.send()
	p.want("3 :status=200 content-length=4", "3 data echo end", "5 :status=500 content-length=0 end", "7 :status=413 content-length=0 end")
	promise.done(httpText("late"), nil)
	b.loop.Turn()
	p.want() // that was the promise for the one that is gone
	if len(b.errors) != 1 {
		t.Errorf("reported: %q", b.errors)
	}
	c.wantOpen()
}

func TestServeHTTPExpectations(t *testing.T) { // RFC 9110, 10.1.1
	b := newHTTPBench(t)
	c := b.connect(b.layout(b.node("serveHTTP", nil, httpText("ok"))))
	p := c.http2()
	p.headers(1, false, ":method", "PUT", ":scheme", "http", ":authority", "a", ":path", "/", "expect", "100-continue")
	p.send()
	p.want("1 :status=100")
	p.framer.WriteData(1, true, []byte("x"))
	p.send()
	p.want("1 :status=200 content-length=2", "1 data ok end")
}

func TestDemuxHTTPClosesWhenTheClientSpeaksNoHTTP(t *testing.T) {
	_, c := desk(t)
	c.send("INVALID CONNECTION PREFACE\r\n\r\n")
	c.want("")
	c.wantEnd("")
}
