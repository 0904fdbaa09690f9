package filters

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// httpRequest is a request that reached a sub-pipeline of a test.
type httpRequest struct {
	f      *httpFilter
	path   string
	events []string
	closed bool
}

func (r *httpRequest) answer(events ...event.Event) {
	for _, e := range events {
		r.f.Output(e)
	}
	r.f.Loop().Turn()
}

func (r *httpRequest) text(s string) { httpText(s).Events(r.f.Output); r.f.Loop().Turn() }

// httpDesk collects the requests of a demuxHTTP until the test answers them.
type httpDesk struct {
	*httpBench
	requests []*httpRequest
}

func (d *httpDesk) layout() *pipeline.Layout {
	return d.httpBench.layout(&pipeline.Node{New: func(s *pipeline.Stage) pipeline.Filter {
		return &httpFilter{Stage: s, process: d.process, closed: func(f *httpFilter) {
			if r, ok := f.state.(*httpRequest); ok {
				r.closed = true
			}
		}}
	}})
}

func (d *httpDesk) process(f *httpFilter, evt event.Event) {
	r, _ := f.state.(*httpRequest)
	switch e := evt.(type) {
	case *event.MessageStart:
		r = &httpRequest{f: f, path: e.Head.(*httphead.Head).Path}
		f.state = r
		d.requests = append(d.requests, r)
		r.events = append(r.events, "start")
	case *event.Data:
		r.events = append(r.events, e.String())
		e.Release()
	case *event.MessageEnd:
		r.events = append(r.events, "end")
	case *event.StreamEnd:
		r.events = append(r.events, "over")
	}
}

// desk returns a desk with a client before it.
func desk(t testing.TB, args ...any) (*httpDesk, *httpClientEnd) {
	d := &httpDesk{httpBench: newHTTPBench(t)}
	c := d.connect(d.httpBench.layout(d.node("demuxHTTP", d.layout(), args...)))
	return d, c
}

func (d *httpDesk) wantCount(n int) {
	d.Helper()
	if len(d.requests) != n {
		d.Fatalf("%d requests, want %d", len(d.requests), n)
	}
}

func TestDemuxHTTPAnswersInTheOrderOfTheRequests(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1") + httpGet("/2") + httpGet("/3"))
	d.wantCount(3)
	d.requests[2].text("three")
	d.requests[1].text("two")
	c.want("")
	d.requests[0].text("one")
	c.want(httpOK("one") + httpOK("two") + httpOK("three"))
	for _, r := range d.requests {
		if !r.closed {
			t.Errorf("%s: the sub-pipeline is not closed", r.path)
		}
	}
	c.wantOpen()
}

func TestDemuxHTTPClonesTheContext(t *testing.T) {
	b := newHTTPBench(t)
	var contexts []*pipeline.Context
	l := b.layout(b.filter(func(f *httpFilter, evt event.Event) {
		if _, ok := evt.(*event.MessageEnd); ok {
			contexts = append(contexts, f.Context())
			httpText("").Events(f.Output)
		}
	}))
	c := b.connect(b.layout(b.node("demuxHTTP", l)))
	c.send(httpGet("/1") + httpGet("/2"))
	if len(contexts) != 2 || contexts[0] == contexts[1] || contexts[0] == c.pipe.Context() {
		t.Errorf("contexts %v, want two clones", contexts)
	}
}

func TestDemuxHTTPTakesInputSplitAnywhere(t *testing.T) {
	input := "POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc" + httpGet("/2")
	for i := range input {
		b := newHTTPBench(t)
		c := b.connect(b.layout(b.node("demuxHTTP", b.layout(b.filter(func(f *httpFilter, evt event.Event) {
			if start, ok := evt.(*event.MessageStart); ok {
				evt = &event.MessageStart{Head: &httphead.Head{StatusText: start.Head.(*httphead.Head).Path[1:], Length: -1}}
			}
			f.Output(evt)
		})))))
		c.send(input[:i])
		c.send(input[i:])
		c.want("HTTP/1.1 200 1\r\ncontent-length: 3\r\nconnection: keep-alive\r\n\r\nabc" +
			"HTTP/1.1 200 2\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
		if t.Failed() {
			t.Fatalf("split at byte %d", i)
		}
	}
}

func TestDemuxHTTPRefusesWhatItCannotDecode(t *testing.T) {
	for input, status := range map[string]string{
		"GET / HTTP/1.1\r\nhost: a\r\nx y: z\r\n\r\n":                            "400 Bad Request",
		"GET /" + strings.Repeat("x", 9<<10) + " HTTP/1.1\r\nhost: a\r\n\r\n":    "414 URI Too Long",
		"GET / HTTP/1.1\r\nhost: a\r\nx: " + strings.Repeat("x", 65<<10):         "431 Request Header Fields Too Large",
		"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n": "501 Not Implemented",
		"GET / HTTP/3.0\r\nhost: a\r\n\r\n":                                      "505 HTTP Version Not Supported",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":                                       "505 HTTP Version Not Supported",
	} {
		d, c := desk(t)
		c.send(httpGet("/1") + input)
		c.want("")
		d.requests[0].text("one")
		c.want(httpOK("one") + "HTTP/1.1 " + status + "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
		c.wantEnd("")
		c.send(httpGet("/2"))
		d.wantCount(1)
		c.want("")
	}
}

func TestDemuxHTTPRefusesABrokenBody(t *testing.T) {
	d, c := desk(t)
	c.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\nzz")
	c.want("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
	c.wantEnd("")
	if !d.requests[0].closed {
		t.Error("the sub-pipeline is not closed")
	}
}

func TestDemuxHTTPAnswersForFailedSubPipelines(t *testing.T) {
	const alive = "\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n"
	for _, k := range []struct {
		err  error
		want string
	}{
		{nil, "502 Bad Gateway"},
		{event.RuntimeError, "500 Internal Server Error"},
		{errors.New("oops"), "500 Internal Server Error"},
		{event.CannotResolve, "502 Cannot Resolve"},
		{event.ConnectionRefused, "502 Connection Refused"},
		{event.ConnectionTimeout, "504 Gateway Timeout"},
		{event.ReadTimeout, "504 Gateway Timeout"},
		{event.WriteTimeout, "504 Gateway Timeout"},
		{event.IdleTimeout, "504 Gateway Timeout"},
		{event.Unauthorized, "401 Unauthorized"},
		{event.ReadError, "502 Read Error"},
		{event.WriteError, "502 Write Error"},
		{event.ConnectionReset, "502 Bad Gateway"},
		{event.BufferOverflow, "502 Bad Gateway"},
	} {
		d, c := desk(t)
		c.send(httpGet("/1"))
		d.requests[0].answer(&event.StreamEnd{Err: k.err})
		c.want("HTTP/1.1 " + k.want + alive)
		c.send(httpGet("/2"))
		// What was collected of a response is not sent when it breaks off.
		d.requests[1].answer(&event.MessageStart{}, event.DataString("x"), &event.StreamEnd{Err: event.ConnectionReset})
		c.want("HTTP/1.1 502 Bad Gateway" + alive)
		c.wantOpen()
	}
}

func TestDemuxHTTPCutsTheConnectionInsideAResponse(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1") + httpGet("/2"))
	head := httpHead(200, "")
	head.Length = 100 << 10
	d.requests[0].answer(&event.MessageStart{Head: head}, event.DataString(strings.Repeat("x", 20<<10)), &event.StreamEnd{Err: event.ConnectionReset})
	c.wantEnd(event.ConnectionAborted)
	if !d.requests[1].closed {
		t.Error("the other sub-pipeline is not closed")
	}
}

func TestDemuxHTTPTakesAnOrderlyEndForTheEndOfTheMessage(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1"))
	d.requests[0].answer(&event.MessageStart{}, event.DataString("x"), event.EndStream)
	c.want(httpOK("x"))
	c.wantOpen()
}

func TestDemuxHTTPReportsInvalidHeads(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1"))
	h := httpHead(200, "")
	h.Header.Add("a b", "c")
	d.requests[0].answer(&event.MessageStart{Head: h}, event.DataString("x"), event.End)
	c.want("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	if len(d.errors) != 1 {
		t.Errorf("reported %q, want one error", d.errors)
	}
	c.send(httpGet("/2"))
	d.requests[1].text("ok")
	c.want(httpOK("ok"))
}

func TestDemuxHTTPKeepsConnectionsAlive(t *testing.T) {
	for _, k := range []struct{ request, connection string }{
		{"GET / HTTP/1.1\r\nhost: a\r\n\r\n", "keep-alive"},
		{"GET / HTTP/1.1\r\nhost: a\r\nconnection: Close\r\n\r\n", "close"},
		{"GET / HTTP/1.0\r\n\r\n", "close"},
		{"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", "keep-alive"},
	} {
		d, c := desk(t)
		c.send(k.request)
		d.requests[0].text("x")
		c.want("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: " + k.connection + "\r\n\r\nx")
		if k.connection == "close" {
			c.wantEnd("")
		} else {
			c.wantOpen()
		}
	}
}

func TestDemuxHTTPReadsNothingAfterTheLastRequest(t *testing.T) {
	d, c := desk(t)
	c.send("GET /1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n" + httpGet("/2"))
	d.wantCount(1)
	d.requests[0].text("one")
	c.want("HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\none")
	c.wantEnd("")
	d.wantCount(1)
}

func TestDemuxHTTPLimitsTheMessagesOfAConnection(t *testing.T) {
	d, c := desk(t, httpOptions{"maxMessages": 2.0})
	c.send(httpGet("/1") + httpGet("/2") + httpGet("/3"))
	d.wantCount(2)
	d.requests[0].text("one")
	d.requests[1].text("two")
	c.want(httpOK("one") + "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntwo")
	c.wantEnd("")
}

func TestDemuxHTTPSendsNoBodyWhereThereIsNone(t *testing.T) {
	d, c := desk(t)
	c.send("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n")
	d.requests[0].text("12345")
	c.want("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: keep-alive\r\n\r\n")
	for i, status := range []int{204, 304} {
		c.send(httpGet("/"))
		d.requests[i+1].answer(&event.MessageStart{Head: httpHead(status, "")}, event.DataString("x"), event.End)
		if got := c.got.String(); !strings.HasSuffix(got, "\r\n\r\n") {
			t.Errorf("%d: body in %q", status, got)
		}
		c.got.Reset()
	}
	c.send(httpGet("/"))
	d.requests[3].text("x")
	c.want(httpOK("x"))
}

func TestDemuxHTTPAnswersExpectations(t *testing.T) {
	const expect = "POST /%d HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nexpect: 100-continue\r\n\r\n"
	d, c := desk(t)
	c.send(fmt.Sprintf(expect, 1))
	c.want("HTTP/1.1 100 Continue\r\n\r\n")
	c.send("x")
	c.send(fmt.Sprintf(expect, 2))
	c.want("")
	// The upstream's own 100 would be the second one.
	d.requests[0].answer(&event.MessageStart{Head: httpHead(100, "")}, event.End)
	d.requests[0].text("one")
	c.want(httpOK("one") + "HTTP/1.1 100 Continue\r\n\r\n")
	c.send("y")
	d.requests[1].text("two")
	c.want(httpOK("two"))
}

func TestDemuxHTTPPassesInterimResponsesOn(t *testing.T) {
	hint := httpHead(103, "")
	hint.Header.Add("link", "</a>")
	d, c := desk(t)
	c.send(httpGet("/1"))
	d.requests[0].answer(&event.MessageStart{Head: hint}, event.End)
	c.want("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
	d.requests[0].text("x")
	c.want(httpOK("x"))
	c.send("GET / HTTP/1.0\r\n\r\n")
	d.requests[1].answer(&event.MessageStart{Head: hint}, event.End)
	d.requests[1].text("x")
	c.want("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx")
}

func TestDemuxHTTPBecomesATunnel(t *testing.T) {
	for _, k := range []struct {
		request  string
		status   int
		response string
	}{
		{"CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n", 200, "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n\r\n"},
		{"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", 101,
			"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"},
	} {
		d, c := desk(t)
		c.send(httpGet("/0") + k.request + "early")
		d.wantCount(2)
		r := d.requests[1]
		if got := strings.Join(r.events, " "); got != "start end" {
			t.Errorf("before the answer: %s", got)
		}
		h := httpHead(k.status, "")
		if k.status == 101 {
			h.Header.Add("upgrade", "websocket")
		}
		r.answer(&event.MessageStart{Head: h}, event.End)
		c.want("")
		d.requests[0].text("zero")
		c.want(httpOK("zero") + k.response)
		c.send("more")
		c.feed(event.EndStream)
		if got := strings.Join(r.events, " "); got != "start end early more over" {
			t.Errorf("the sub-pipeline got %q", got)
		}
		r.answer(event.DataString("down"))
		c.want("down")
		c.wantOpen()
		r.answer(event.EndStream)
		c.wantEnd("")
	}
}

func TestDemuxHTTPGoesOnAfterARefusedTunnel(t *testing.T) {
	d, c := desk(t)
	c.send("CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n" + httpGet("/2"))
	d.wantCount(1)
	d.requests[0].answer(&event.MessageStart{Head: httpHead(405, "")}, event.End)
	c.want("HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	d.wantCount(2)
	d.requests[1].text("two")
	c.want(httpOK("two"))
}

func TestDemuxHTTPRefusesUninvitedUpgrades(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1"))
	d.requests[0].answer(&event.MessageStart{Head: httpHead(101, "")}, event.End)
	c.want("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
}

func TestDemuxHTTPBoundsThePipeline(t *testing.T) {
	d, c := desk(t)
	c.send(strings.Repeat(httpGet("/"), 150))
	d.wantCount(maxPipelined)
	for i := 0; i < 49; i++ {
		d.requests[i].text("")
	}
	d.wantCount(maxPipelined)
	c.send(strings.Repeat(httpGet("/"), 4000))
	if !c.pauser.paused {
		t.Error("the client is not paused")
	}
	d.requests[49].text("")
	d.wantCount(maxPipelined + 50)
	for i := 50; i < 4150; i++ {
		d.requests[i].text("")
	}
	if c.pauser.paused {
		t.Error("the client is still paused")
	}
	c.want(strings.Repeat(httpOK(""), 4150))
}

func TestDemuxHTTPHoldsTheSourcesOfLaterResponses(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1") + httpGet("/2"))
	u := &httpUpstream{httpBench: d.httpBench, f: d.requests[1].f}
	u.source = newHTTPSource(u)
	u.feed(&event.MessageStart{})
	for range 20 {
		u.send(strings.Repeat("x", 16<<10))
	}
	if !u.pauser.paused {
		t.Error("the source is not paused")
	}
	d.requests[0].text("one")
	if u.pauser.paused {
		t.Error("the source is still paused")
	}
	u.feed(event.End)
	if !strings.HasSuffix(c.got.String(), "x\r\n0\r\n\r\n") {
		t.Error("the second response did not arrive")
	}
}

func TestDemuxHTTPGivesHeadsATime(t *testing.T) {
	const late = "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
	_, c := desk(t)
	c.feed(&event.Data{}) // accepted
	c.loop.Advance(29 * time.Second)
	c.want("")
	c.loop.Advance(2 * time.Second)
	c.want(late)
	c.wantEnd("")

	d, c := desk(t, httpOptions{"headTimeout": 2.0})
	c.send(httpGet("/1"))
	d.requests[0].text("")
	c.want(httpOK(""))
	c.loop.Advance(time.Hour) // idle between requests
	c.send("GET")
	c.loop.Advance(time.Second)
	c.send(" / HTTP/1.1\r\n")
	c.wantOpen()
	c.loop.Advance(time.Second)
	c.want(late)
	c.wantEnd("")
}

func TestDemuxHTTPFlushesSlowResponses(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1"))
	d.requests[0].answer(&event.MessageStart{}, event.DataString("tick"))
	c.want("")
	c.loop.Advance(lateFlushDelay)
	c.want("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n4\r\ntick\r\n")
	d.requests[0].answer(event.DataString("tock"))
	c.want("4\r\ntock\r\n")
	d.requests[0].answer(event.End)
	c.want("0\r\n\r\n")
}

func TestDemuxHTTPStops(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1"))
	d.requests[0].text("one")
	d.program.Stop(true, nil)
	c.want(httpOK("one"))
	c.wantEnd("") // nothing was going on

	d, c = desk(t)
	c.feed(&event.Data{})
	d.program.Stop(true, nil)
	c.wantOpen() // the first request may be on its way
	c.loop.Advance(freshGrace)
	c.want("")
	c.wantEnd("")

	d, c = desk(t)
	c.send(httpGet("/1") + httpGet("/2"))
	d.program.Stop(true, nil)
	c.wantOpen()
	d.requests[0].text("one")
	d.requests[1].text("two")
	c.want(httpOK("one") + "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntwo")
	c.wantEnd("")

	d, c = desk(t)
	c.send("GET / HTTP/1.1\r\n")
	d.program.Stop(true, nil)
	c.wantOpen()
	c.send("host: a\r\n\r\n")
	d.requests[0].text("x")
	c.want("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx")
	c.wantEnd("")
}

func TestDemuxHTTPAnswersAfterTheClientsEnd(t *testing.T) {
	d, c := desk(t)
	c.send(httpGet("/1"))
	c.feed(event.EndStream)
	c.wantOpen()
	d.requests[0].text("x")
	c.want("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx")
	c.wantEnd("")
}

func TestDemuxHTTPEndsWithTheClient(t *testing.T) {
	_, c := desk(t)
	c.feed(event.EndStream)
	c.wantEnd("")

	d, c := desk(t)
	c.send(httpGet("/1"))
	c.feed(&event.StreamEnd{Err: event.ConnectionReset})
	c.wantEnd(event.ConnectionReset)
	if !d.requests[0].closed {
		t.Error("the sub-pipeline is not closed")
	}

	d, c = desk(t)
	c.send(httpGet("/1"))
	c.pipe.Close()
	c.loop.Turn()
	if !d.requests[0].closed {
		t.Error("the sub-pipeline is not closed with the connection")
	}
	if n := d.program.Active(); n != 0 {
		t.Errorf("%d pipelines are active", n)
	}
}

func TestDemuxHTTPLetsAnEarlyAnswerWaitForTheRequest(t *testing.T) {
	d, c := desk(t)
	c.send("POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\na")
	d.requests[0].text("early")
	c.want(httpOK("early"))
	c.send("bc" + httpGet("/2"))
	d.wantCount(2)
	if got := strings.Join(d.requests[0].events, " "); got != "start a bc end" {
		t.Errorf("the sub-pipeline got %q", got)
	}
	d.requests[1].text("two")
	c.want(httpOK("two"))
}
