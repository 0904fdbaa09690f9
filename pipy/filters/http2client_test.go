package filters

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	xhttp2 "golang.org/x/net/http2"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

var version2 = httpOptions{"version": 2.0}

func httpPost(path, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n%s", path, len(body), body)
}

func TestMuxHTTP2SharesOneSession(t *testing.T) {
	us, client := upstreams(t, "", version2)
	a, b := client(), client()
	a.send(httpGet("/a1") + httpGet("/a2") + httpPost("/a3", "x"))
	b.send(httpGet("/b"))
	us.wantCount(1)
	p := us.all[0].http2()
	p.want(http2Asked(1, "/a1"), http2Asked(3, "/a2"), "5 :method=POST :scheme=http :authority=a :path=/a3 content-length=1",
		"5 data x end", http2Asked(7, "/b"))
	p.answer(7, "b")
	b.want(httpOK("b"))
	p.answer(3, "a2")
	p.answer(5, "a3")
	a.want("")
	p.answer(1, "a1")
	a.want(httpOK("a1") + httpOK("a2") + httpOK("a3"))
	httpNoErrors(us.httpBench)
}

func TestMuxHTTP2PassesTrailersAndInterimResponses(t *testing.T) {
	us, client := upstreams(t, "", httpOptions{"version": "h2"})
	c := client().http2Client()
	c.get(1, "/")
	c.send()
	p := us.all[0].http2()
	p.want(http2Asked(1, "/"))
	p.headers(1, false, ":status", "103", "link", "</x>")
	p.headers(1, false, ":status", "200", "content-type", "application/grpc")
	p.framer.WriteData(1, false, []byte("hello"))
	p.send()
	c.want("1 :status=103 link=</x>", "1 :status=200 content-type=application/grpc", "1 data hello")
	p.headers(1, true, "grpc-status", "0")
	p.send()
	c.want("1 grpc-status=0 end")
}

// http2Client makes the client speak HTTP/2.
func (c *httpClientEnd) http2Client() *http2Peer { return c.http2() }

func TestMuxHTTP2SendsAgainWhatTheServerDidNotLookAt(t *testing.T) { // RFC 9113, 6.8 and 8.7
	us, client := upstreams(t, "", version2)
	c := client()
	c.send(httpGet("/1") + httpPost("/2", "x") + httpPost("/3", "y"))
	p := us.all[0].http2()
	p.lines()
	p.framer.WriteGoAway(1, xhttp2.ErrCodeNo, nil)
	p.send()
	us.wantCount(2)
	q := us.all[1].http2()
	q.want("1 :method=POST :scheme=http :authority=a :path=/2 content-length=1", "1 data x end",
		"3 :method=POST :scheme=http :authority=a :path=/3 content-length=1", "3 data y end")
	p.answer(1, "one")
	c.want(httpOK("one"))
	if !us.all[0].closed {
		t.Error("the session that the server ended is still open")
	}
	q.framer.WriteRSTStream(1, xhttp2.ErrCodeRefusedStream)
	q.send()
	q.want("5 :method=POST :scheme=http :authority=a :path=/2 content-length=1", "5 data x end")
	q.answer(5, "two")
	q.answer(3, "three")
	c.want(httpOK("two") + httpOK("three"))
	us.wantCount(2)
}

func TestMuxHTTP2GivesUpAfterRefusals(t *testing.T) {
	us, client := upstreams(t, "", version2)
	c := client()
	c.send(httpGet("/"))
	p := us.all[0].http2()
	for id := uint32(1); id <= 7; id += 2 {
		p.want(http2Asked(id, "/"))
		p.framer.WriteRSTStream(id, xhttp2.ErrCodeRefusedStream)
		p.send()
	}
	p.want()
	c.want("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
}

func TestMuxHTTP2ResetsWhatNobodyWaitsFor(t *testing.T) {
	us, client := upstreams(t, "", version2)
	a, b := client(), client()
	a.send(httpGet("/a"))
	b.send(httpGet("/b"))
	p := us.all[0].http2()
	p.lines()
	a.ended()
	p.want("1 reset CANCEL")
	p.answer(1, "late")
	p.answer(3, "b")
	b.want(httpOK("b"))
	us.wantCount(1)
}

func TestMuxHTTP2AnswersWhenTheConnectionFails(t *testing.T) {
	for name, text := range map[event.Error]string{
		event.ConnectionRefused: "502 Connection Refused", event.CannotResolve: "502 Cannot Resolve",
		event.ConnectionTimeout: "504 Gateway Timeout", event.IdleTimeout: "504 Gateway Timeout",
	} {
		us, client := upstreams(t, "", version2)
		a, b := client(), client()
		a.send(httpGet("/a"))
		b.send(httpGet("/b"))
		us.all[0].finish(name)
		for _, c := range []*httpClientEnd{a, b} {
			c.want("HTTP/1.1 " + text + "\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
		}
		us.wantCount(1)
	}
}

func TestMuxHTTP2TriesALostConnectionAgain(t *testing.T) {
	us, client := upstreams(t, "", version2)
	c := client()
	c.send(httpGet("/1"))
	us.all[0].http2().answer(1, "one")
	c.want(httpOK("one"))
	c.send(httpGet("/2"))
	us.wantCount(1)
	us.all[0].finish(nil)
	us.wantCount(2)
	p := us.all[1].http2()
	p.want(http2Asked(1, "/2"))
	p.answer(1, "two")
	c.want(httpOK("two"))
}

func TestMuxHTTP2BrokenResponseIsNoCompleteOne(t *testing.T) {
	us, client := upstreams(t, "", version2)
	c := client().http2()
	c.get(1, "/1")
	c.get(3, "/3")
	c.get(5, "/5")
	c.send()
	p := us.all[0].http2()
	p.lines()
	for _, id := range []uint32{1, 3, 5} {
		p.headers(id, false, ":status", "200", "content-length", "10")
		p.framer.WriteData(id, false, []byte("par"))
	}
	p.send()
	c.lines()
	p.framer.WriteRSTStream(1, xhttp2.ErrCodeInternal)
	p.framer.WriteData(3, true, []byte("t")) // less than announced
	p.send()
	c.want("1 reset INTERNAL_ERROR", "3 reset INTERNAL_ERROR")
	us.all[0].finish(nil)
	c.want("5 reset INTERNAL_ERROR")
}

func TestMuxHTTP2Backpressure(t *testing.T) {
	us, client := upstreams(t, "", httpOptions{"version": 2.0, "streamWindowSize": 100000.0})
	end := client()
	c := end.http2(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1000})
	c.get(1, "/slow")
	c.get(3, "/quick")
	c.send()
	p := us.all[0].http2()
	p.lines()
	// The client takes 1000 bytes, so the server gets no window back beyond what
	// is queued here.
	p.headers(1, false, ":status", "200")
	for range 6 {
		p.framer.WriteData(1, false, []byte(strings.Repeat("x", 16000)))
	}
	p.send()
	p.headers(3, true, ":status", "204")
	p.send()
	p.want("1 window 64000")
	c.want("1 :status=200", "1 data 1000 bytes", "3 :status=204 end")
	if us.all[0].pauser.paused {
		t.Error("the whole connection is paused")
	}
	for range 7 {
		c.framer.WriteWindowUpdate(1, 16000)
		c.framer.WriteWindowUpdate(0, 16000)
		c.send()
	}
	p.framer.WriteData(1, false, []byte(strings.Repeat("x", 16000)))
	p.framer.WriteData(1, true, []byte("x"))
	p.send()
	size := 0
	for _, line := range c.lines() {
		var n int
		if _, err := fmt.Sscanf(line, "1 data %d bytes", &n); err == nil {
			size += n
		}
	}
	if size != 7*16000+1-1000 {
		t.Errorf("%d bytes came", size)
	}
}

func TestMuxHTTP2HoldsWhoSendsMoreThanTheServerTakes(t *testing.T) {
	us, client := upstreams(t, "", version2)
	end := client()
	c := end.http2()
	c.post(1, "/")
	for range 20 {
		c.framer.WriteData(1, false, []byte(strings.Repeat("x", 16000)))
	}
	c.send()
	p := us.all[0].http2(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 1 << 20})
	p.lines()
	c.want() // no window: 65535 bytes went out before the server's settings came
	p.framer.WriteWindowUpdate(0, 1<<20)
	p.send()
	c.framer.WriteData(1, true, nil)
	c.send()
	lines := p.lines()
	if n := len(lines); n == 0 || !strings.HasSuffix(lines[n-1], " end") {
		t.Errorf("got %q", lines)
	}
	p.answer(1, "ok")
	c.want("1 :status=200 content-length=2", "1 data ok end")
}

func TestMuxHTTP2PausesTheConnectionThatTakesNoMore(t *testing.T) {
	b := newHTTPBench(t)
	var release func()
	size := 0
	sink := b.layout(b.filter(func(f *httpFilter, evt event.Event) {
		if d, ok := evt.(*event.Data); ok {
			size += d.Len()
			d.Release()
			if size > 100 && release == nil {
				release = f.Hold()
				f.Output(event.NewData([]byte{0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff, // SETTINGS, a large window
					0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0})) // WINDOW_UPDATE
			}
		}
	}))
	c := b.connect(b.layout(b.node("muxHTTP", sink, "", version2)))
	c.feed(&event.MessageStart{Head: &httphead.Head{Method: "POST", Length: -1}})
	c.feed(bytesOf(200))
	before := size
	c.feed(bytesOf(1 << 20))
	if size != before || !c.pauser.paused {
		t.Errorf("%d bytes were written, the sender is paused: %v", size-before, c.pauser.paused)
	}
	release()
	b.loop.Turn()
	if size < 1<<20 || c.pauser.paused {
		t.Errorf("%d bytes were written, the sender is paused: %v", size, c.pauser.paused)
	}
	c.ended()
}

func TestMuxHTTP2EndsIdleSessions(t *testing.T) {
	us, client := upstreams(t, "", httpOptions{"version": 2.0, "maxIdle": 5.0})
	c := client()
	c.send(httpGet("/"))
	p := us.all[0].http2()
	p.lines()
	p.answer(1, "one")
	us.loop.Advance(4 * time.Second)
	if us.all[0].closed {
		t.Fatal("closed too early")
	}
	us.loop.Advance(2 * time.Second)
	p.want("goaway 0 NO_ERROR")
	if !us.all[0].closed {
		t.Error("still open")
	}
	c.want(httpOK("one"))
}

func TestMuxHTTP2Tunnel(t *testing.T) {
	us, client := upstreams(t, "", version2)
	c := client()
	c.send("CONNECT b:1 HTTP/1.1\r\nhost: b:1\r\n\r\n")
	p := us.all[0].http2()
	p.want("1 :method=CONNECT :authority=b:1")
	p.headers(1, false, ":status", "200")
	p.framer.WriteData(1, false, []byte("down"))
	p.send()
	c.want("HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n\r\ndown")
	c.send("up")
	p.want("1 data up")
	c.feed(event.EndStream)
	p.want("1 data  end")
	p.framer.WriteData(1, true, []byte("last"))
	p.send()
	c.want("last")
	c.wantEnd("")
	other := client()
	other.send(httpGet("/"))
	us.wantCount(1)
	p.want(http2Asked(3, "/"))
}

func TestMuxHTTP2TunnelBreaks(t *testing.T) {
	us, client := upstreams(t, "", version2)
	a, b := client(), client()
	for _, c := range []*httpClientEnd{a, b} {
		c.send("CONNECT b:1 HTTP/1.1\r\nhost: b:1\r\n\r\n")
	}
	p := us.all[0].http2()
	p.lines()
	p.headers(1, false, ":status", "200")
	p.headers(3, false, ":status", "200")
	p.framer.WriteRSTStream(1, xhttp2.ErrCodeConnect)
	p.send()
	a.wantEnd(event.ConnectionReset)
	b.wantOpen()
	b.ended()
	p.want("3 reset CANCEL")
}

// versions returns upstreams behind a muxHTTP whose version is a promise.
func versions(t *testing.T, asked *int, v any, err error) (*httpUpstreams, func() *httpClientEnd) {
	return upstreams(t, "", httpOptions{"version": httpFunc(func(*pipeline.Context, ...any) (any, error) {
		*asked++
		return v, err
	})})
}

func TestMuxHTTPWaitsForTheVersion(t *testing.T) {
	for _, version := range []any{"h2", "http/1.1"} {
		asked, promise := 0, &httpPromise{}
		us, client := versions(t, &asked, promise, nil)
		a, b := client(), client()
		a.send(httpPost("/a", "x"))
		b.send(httpGet("/b"))
		us.wantCount(1) // the flush made it connect
		us.all[0].want("")
		if asked != 1 {
			t.Errorf("the version was asked for %d times", asked)
		}
		promise.done(version, nil)
		us.loop.Turn()
		if version == "h2" {
			us.wantCount(1)
			p := us.all[0].http2()
			p.want("1 :method=POST :scheme=http :authority=a :path=/a content-length=1", "1 data x end", http2Asked(3, "/b"))
			p.answer(1, "a")
			p.answer(3, "b")
		} else {
			us.wantCount(2)
			us.all[0].want("POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx")
			us.all[0].text("a")
			promise.done(version, nil)
			us.loop.Turn()
			us.all[1].text("b")
		}
		a.want(httpOK("a"))
		b.want(httpOK("b"))
		httpNoErrors(us.httpBench)
	}
}

func TestMuxHTTPTakesTheVersionFromAFunction(t *testing.T) {
	asked := 0
	us, client := versions(t, &asked, 2.0, nil)
	c := client()
	c.send(httpGet("/"))
	p := us.all[0].http2()
	p.want(http2Asked(1, "/"))
	p.answer(1, "one")
	c.want(httpOK("one"))
	c.send(httpPost("/", "x"))
	us.wantCount(1)
}

func TestMuxHTTPAnswersWhenThereIsNoVersion(t *testing.T) {
	const failed = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n"
	asked, promise := 0, &httpPromise{}
	for name, settle := range map[string]func(us *httpUpstreams){
		"an error":        nil,
		"a rejection":     func(us *httpUpstreams) { promise.done(nil, errors.New("oops")) },
		"a wrong version": func(us *httpUpstreams) { promise.done("h3", nil) },
	} {
		var v any = promise
		var err error
		if settle == nil {
			v, err = nil, errors.New("oops")
		}
		us, client := versions(t, &asked, v, err)
		c := client()
		c.send(httpGet("/"))
		if settle != nil {
			settle(us)
		}
		c.want(failed)
		if len(us.errors) != 1 {
			t.Errorf("%s: reported %q", name, us.errors)
		}
	}
	us, client := versions(t, &asked, promise, nil)
	c := client()
	c.send(httpGet("/"))
	us.all[0].finish(event.ConnectionRefused)
	c.want("HTTP/1.1 502 Connection Refused\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	promise.done("h2", nil)
	us.loop.Turn()
	c.send(httpGet("/"))
	c.ended()
	promise.done("h2", nil)
	us.loop.Turn()
	if n := us.program.Active(); n > 1 {
		t.Errorf("%d pipelines are left", n)
	}
}
