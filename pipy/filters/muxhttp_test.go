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

// upstreams returns fake servers behind a proxy, and a client of the proxy.
func upstreams(t testing.TB, args ...any) (*httpUpstreams, func() *httpClientEnd) {
	us := &httpUpstreams{httpBench: newHTTPBench(t)}
	l := us.proxy(args...)
	return us, func() *httpClientEnd { return us.connect(l) }
}

const httpUpstreamOK = "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"

func (u *httpUpstream) text(s string) { u.send(fmt.Sprintf(httpUpstreamOK, len(s), s)) }

func TestMuxHTTPPipelinesRequestsOfManyStreams(t *testing.T) {
	us, client := upstreams(t, "")
	a, b := client(), client()
	a.send(httpGet("/a1") + httpGet("/a2"))
	b.send(httpGet("/b1"))
	us.wantCount(1)
	u := us.all[0]
	u.want(httpSent("/a1") + httpSent("/a2") + httpSent("/b1"))
	u.text("a1")
	a.want(httpOK("a1"))
	u.send(fmt.Sprintf(httpUpstreamOK, 2, "a2") + fmt.Sprintf(httpUpstreamOK, 2, "b1"))
	a.want(httpOK("a2"))
	b.want(httpOK("b1"))
	httpNoErrors(us.httpBench)
}

func TestMuxHTTPOpensASessionForEachMessageWithMaxQueue1(t *testing.T) {
	us, client := upstreams(t, "", httpOptions{"maxQueue": 1.0})
	a, b := client(), client()
	a.send(httpGet("/a"))
	b.send(httpGet("/b"))
	us.wantCount(2)
	us.all[0].want(httpSent("/a"))
	us.all[1].want(httpSent("/b"))
	us.all[1].text("b")
	b.want(httpOK("b"))
	us.all[0].text("a")
	a.want(httpOK("a"))
	a.send(httpGet("/a"))
	b.send(httpGet("/b"))
	us.wantCount(2)
}

func TestMuxHTTPBoundsTheQueue(t *testing.T) {
	us, client := upstreams(t, "", httpOptions{"maxQueue": 2.0})
	c := client()
	c.send(httpGet("/1") + httpGet("/2") + httpGet("/3"))
	us.wantCount(2)
	us.all[0].text("1")
	c.send(httpGet("/4"))
	us.wantCount(2)
	us.all[0].text("2")
	us.all[1].text("3")
	for _, u := range us.all {
		if strings.Contains(u.got.String(), "/4") {
			u.text("4")
		}
	}
	c.want(httpOK("1") + httpOK("2") + httpOK("3") + httpOK("4"))
}

func TestMuxHTTPClosesSessionsAfterMaxMessages(t *testing.T) {
	us, client := upstreams(t, "", httpOptions{"maxMessages": 2.0})
	c := client()
	c.send(httpGet("/1") + httpGet("/2") + httpGet("/3"))
	us.wantCount(2)
	us.all[0].text("1")
	us.all[0].text("2")
	us.loop.Turn()
	if !us.all[0].closed || us.all[0].end == nil || us.all[1].closed {
		t.Error("want the first session closed in an orderly way, and the second one open")
	}
	us.all[1].text("3")
	c.want(httpOK("1") + httpOK("2") + httpOK("3"))
}

func TestMuxHTTPKeepsSessionsByKey(t *testing.T) {
	for name, keys := range map[string][]any{
		"strings": {"a", "b", "a", "b"},
		"numbers": {1.0, 2.0, 1.0, 2.0},
		"Data":    {event.DataString("a"), event.DataString("b"), event.DataString("a"), event.DataString("b")},
	} {
		i := 0
		us, client := upstreams(t, httpFunc(func(*pipeline.Context, ...any) (any, error) {
			i++
			return keys[i-1], nil
		}))
		for range keys {
			client().send(httpGet("/"))
		}
		us.wantCount(2)
		for _, u := range us.all {
			u.want(httpSent("/") + httpSent("/"))
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestMuxHTTPUsesTheInboundAsTheDefaultKey(t *testing.T) {
	us, client := upstreams(t)
	a, b := client(), client()
	for range 2 {
		a.send(httpGet("/a"))
		b.send(httpGet("/b"))
	}
	us.wantCount(2)
	us.all[0].want(httpSent("/a") + httpSent("/a"))
	us.all[1].want(httpSent("/b") + httpSent("/b"))
	us.all[0].text("1")
	us.all[0].text("2")
	a.ended() // idle
	b.ended() // busy
	if n := us.program.Active(); n != 0 {
		t.Errorf("%d pipelines are left", n)
	}
	if len(a.onEnd) != 1 {
		t.Errorf("%d functions wait for the end of the connection, want 1", len(a.onEnd))
	}
}

func TestMuxHTTPTakesOptionsInManyForms(t *testing.T) {
	options := httpOptions{"maxQueue": 1.0}
	calls := 0
	asked := httpFunc(func(*pipeline.Context, ...any) (any, error) {
		calls++
		return options, nil
	})
	key := httpFunc(func(*pipeline.Context, ...any) (any, error) { return "key", nil })
	for name, args := range map[string][]any{
		"object":             {"key", options},
		"nothing and object": {nil, options},
		"sole object":        {options},
		"function":           {key, asked},
	} {
		us, client := upstreams(t, args...)
		c := client()
		c.send(httpGet("/1") + httpGet("/2") + httpGet("/3"))
		if len(us.all) != 3 {
			t.Errorf("%s: %d sessions, want 3", name, len(us.all))
		}
	}
	if calls != 1 {
		t.Errorf("the function was called %d times, want once for the key", calls)
	}
	// An object without any option is a key.
	us, client := upstreams(t, &httpKey{})
	client().send(httpGet("/1"))
	client().send(httpGet("/2"))
	us.wantCount(1)
	if err := us.wrong("muxHTTP", us.layout(), httpOptions{"maxIdle": true}); err == nil {
		t.Error("a wrong option was accepted")
	}
}

// httpKey is an object that is known by its identity.
type httpKey struct{ httpOptions }

func TestMuxHTTPReportsAKeyThatFails(t *testing.T) {
	us, client := upstreams(t, httpFunc(func(*pipeline.Context, ...any) (any, error) { return nil, errors.New("oops") }))
	c := client()
	c.send(httpGet("/"))
	c.want("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	if len(us.errors) != 1 {
		t.Errorf("reported %q, want one error", us.errors)
	}
}

func TestMuxHTTPDoesNotPipelineBehindAPost(t *testing.T) {
	us, client := upstreams(t, "")
	a, b := client(), client()
	a.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx")
	b.send(httpGet("/b"))
	us.wantCount(2)
	us.all[0].want("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx")
	us.all[1].want(httpSent("/b"))
	us.all[0].text("posted")
	a.want(httpOK("posted"))
	us.all[1].text("b")
	b.want(httpOK("b"))
	// Both are free now.
	a.send(httpGet("/a") + httpGet("/a"))
	us.wantCount(2)
}

func TestMuxHTTPStreamsLongBodiesInASessionOfTheirOwn(t *testing.T) {
	us, client := upstreams(t, "")
	a, b := client(), client()
	a.send("PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 1048576\r\n\r\n")
	b.send(httpGet("/b"))
	us.wantCount(1)
	piece := strings.Repeat("x", 16<<10)
	for range 64 {
		a.send(piece)
	}
	us.wantCount(2)
	if got := us.all[1].got.Len(); got < 1<<20 {
		t.Errorf("upstream got %d bytes", got)
	}
	us.all[1].text("put")
	a.want(httpOK("put"))
	us.all[0].want(httpSent("/b"))
}

func TestMuxHTTPSendsUnansweredRequestsOnceMore(t *testing.T) {
	for _, err := range []error{nil, event.ConnectionReset, event.WriteError} {
		us, client := upstreams(t, "")
		a, b := client(), client()
		a.send(httpGet("/a") + "PUT /p HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx")
		b.send(httpGet("/b"))
		us.wantCount(1)
		us.all[0].text("a")
		us.all[0].finish(err)
		a.want(httpOK("a"))
		us.wantCount(2)
		us.all[1].want("PUT /p HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx" + httpSent("/b"))
		us.all[1].finish(err)
		us.wantCount(2)
		failed := failureOf(err)
		for _, c := range []*httpClientEnd{a, b} {
			c.want(fmt.Sprintf("HTTP/1.1 %d %s\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n", failed.status, failed.text))
		}
	}
}

func TestMuxHTTPSendsAPostOnlyOnce(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx")
	us.all[0].finish(nil)
	c.want("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	us.wantCount(1)
}

func TestMuxHTTPAnswersForFailedSessions(t *testing.T) {
	for err, want := range map[event.Error]string{
		event.CannotResolve:     "502 Cannot Resolve",
		event.ConnectionRefused: "502 Connection Refused",
		event.ConnectionTimeout: "504 Gateway Timeout",
		event.ReadTimeout:       "504 Gateway Timeout",
		event.IdleTimeout:       "504 Gateway Timeout",
		event.Unauthorized:      "401 Unauthorized",
		event.BufferOverflow:    "502 Bad Gateway",
	} {
		us, client := upstreams(t, "")
		a, b := client(), client()
		a.send(httpGet("/a"))
		b.send(httpGet("/b"))
		us.all[0].finish(err)
		for _, c := range []*httpClientEnd{a, b} {
			c.want("HTTP/1.1 " + want + "\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
		}
		us.wantCount(1)
		// At the start of the session, before anything was sent.
		us.onNew = func(u *httpUpstream) { u.f.Output(&event.StreamEnd{Err: err}) }
		a.send(httpGet("/a"))
		a.want("HTTP/1.1 " + want + "\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
		if a.pipe.Close(); us.program.Active() == 0 {
			t.Error("the other client is gone")
		}
		b.pipe.Close()
		us.loop.Turn()
		if n := us.program.Active(); n != 0 {
			t.Errorf("%d pipelines are left", n)
		}
	}
}

func TestMuxHTTPDoesNotPassTruncatedResponsesOff(t *testing.T) {
	for name, partial := range map[string]string{
		"content-length": "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + strings.Repeat("x", 20<<10),
		"chunked":        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5000\r\n" + strings.Repeat("x", 0x5000) + "\r\n",
	} {
		us, client := upstreams(t, "")
		c := client()
		c.send(httpGet("/"))
		us.all[0].send(partial)
		us.all[0].finish(nil)
		c.wantEnd(event.ConnectionAborted)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/"))
	us.all[0].send("HTTP/1.1 200 OK\r\ncontent-")
	us.all[0].finish(nil)
	c.want("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	us.wantCount(1)
}

func TestMuxHTTPReadsBodiesThatLastUntilTheEnd(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/1") + httpGet("/2"))
	us.all[0].send("HTTP/1.1 200 OK\r\n\r\nbody")
	us.all[0].finish(nil)
	us.wantCount(2)
	us.all[1].text("two")
	c.want(httpOK("body") + httpOK("two"))
}

func TestMuxHTTPRefusesMalformedResponses(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/"))
	us.all[0].send("What?\r\n\r\n")
	c.want("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	us.loop.Turn()
	if !us.all[0].closed {
		t.Error("the session is still open")
	}
}

func TestMuxHTTPMovesRequestsFromAClosingConnection(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/1") + httpGet("/2") + httpGet("/3"))
	us.wantCount(1)
	us.all[0].send("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\no")
	us.wantCount(3) // one request each from now on
	us.all[1].want(httpSent("/2"))
	us.all[2].want(httpSent("/3"))
	us.all[0].send("ne")
	us.loop.Turn()
	if !us.all[0].closed {
		t.Error("the session is still open")
	}
	us.all[1].text("two")
	us.all[2].text("three")
	c.want(httpOK("one") + httpOK("two") + httpOK("three"))
}

func TestMuxHTTPClosesIdleSessions(t *testing.T) {
	us, client := upstreams(t, "", httpOptions{"maxIdle": 5.0})
	c := client()
	c.send(httpGet("/"))
	us.all[0].text("")
	us.loop.Advance(4 * time.Second)
	if us.all[0].closed {
		t.Fatal("closed too early")
	}
	c.send(httpGet("/"))
	us.all[0].text("")
	us.wantCount(1)
	us.loop.Advance(7 * time.Second)
	if !us.all[0].closed || us.all[0].end == nil {
		t.Error("not closed in an orderly way")
	}
	us.loop.Advance(time.Hour)
	c.send(httpGet("/"))
	us.wantCount(2)
}

func TestMuxHTTPForgetsIdleSessionsThatTheServerCloses(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/"))
	us.all[0].text("")
	us.all[0].finish(nil)
	c.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
	us.wantCount(2)
	us.all[1].text("")
	us.all[1].send("HTTP/1.1 408 Request Timeout\r\n\r\n")
	us.loop.Turn()
	if !us.all[1].closed {
		t.Error("a response without a request did not end the session")
	}
	c.want(httpOK("") + httpOK(""))
}

func TestMuxHTTPDoesNotKeepAProgramFromEnding(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/"))
	us.all[0].text("")
	idle := false
	us.program.Stop(true, func() { idle = true })
	c.wantEnd("")
	c.pipe.Close()
	us.loop.Advance(muxTick)
	if !idle {
		t.Errorf("%d pipelines are left", us.program.Active())
	}
}

func TestMuxHTTPCancelsWhatNobodyWaitsFor(t *testing.T) {
	us, client := upstreams(t, "")
	a, b := client(), client()
	a.send(httpGet("/a"))
	b.send(httpGet("/b"))
	a.pipe.Close()
	us.loop.Turn()
	if us.all[0].closed {
		t.Fatal("the session was closed though another request waits")
	}
	us.all[0].text("for a")
	us.all[0].text("for b")
	b.want(httpOK("for b"))
	b.send(httpGet("/b"))
	us.wantCount(1)
	b.pipe.Close()
	us.loop.Turn()
	if !us.all[0].closed {
		t.Error("the session goes on for nobody")
	}
	// While a body is being sent, and before anything is.
	for _, method := range []string{"POST", "PUT"} {
		n := len(us.all)
		c := client()
		c.send(method + " / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nx")
		c.pipe.Close()
		us.loop.Turn()
		for _, u := range us.all[n:] {
			if !u.closed {
				t.Errorf("%s: the session is still open", method)
			}
		}
	}
	if n := us.program.Active(); n != 0 {
		t.Errorf("%d pipelines are left", n)
	}
}

func TestMuxHTTPEndsASessionThatAnswersTooEarly(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n" + strings.Repeat("x", 20<<10))
	us.all[0].send("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n")
	c.want("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
	us.loop.Turn()
	if !us.all[0].closed {
		t.Error("the session is still open")
	}
	c.send(strings.Repeat("x", 100000-20<<10) + httpGet("/2"))
	us.wantCount(2)
	us.all[1].text("two")
	c.want(httpOK("two"))
}

func TestMuxHTTPBecomesATunnel(t *testing.T) {
	for _, k := range []struct{ request, sent, response, got string }{
		{
			"CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n",
			"CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\nconnection: keep-alive\r\n\r\n",
			"HTTP/1.1 200 OK\r\n\r\n",
			"HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n\r\n",
		},
		{
			"GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
			"GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
			"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
			"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
		},
	} {
		us, client := upstreams(t, "")
		c, o := client(), client()
		c.send(k.request + "up")
		us.all[0].want(k.sent)
		o.send(httpGet("/o"))
		us.wantCount(2)
		us.all[0].send(k.response + "down")
		c.want(k.got + "down")
		us.all[0].want("up")
		c.feed(event.EndStream)
		if us.all[0].end == nil {
			t.Error("the end did not go through the tunnel")
		}
		us.all[0].send("more")
		us.all[0].finish(nil)
		c.want("more")
		c.wantEnd("")
		us.all[1].text("o")
		o.want(httpOK("o"))
		c.pipe.Close()
		us.loop.Turn()
		if !us.all[0].closed {
			t.Error("the session of the tunnel is still open")
		}
	}
}

func TestMuxHTTPGoesOnAfterARefusedTunnel(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send("CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n" + httpGet("/2"))
	us.all[0].send("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno")
	us.all[0].text("two")
	c.want("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nno" + httpOK("two"))
	us.wantCount(1)
}

func TestMuxHTTPReadsNoBodyWhereThereIsNone(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send("HEAD /1 HTTP/1.1\r\nhost: a\r\n\r\n" + httpGet("/2") + httpGet("/3") + httpGet("/4"))
	us.all[0].send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n" +
		"HTTP/1.1 204 No Content\r\n\r\n" +
		"HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n")
	us.all[0].text("four")
	got := c.got.String()
	if !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n") || !strings.HasSuffix(got, httpOK("four")) {
		t.Errorf("client got %q", got)
	}
}

func TestMuxHTTPPassesInterimResponsesOn(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/"))
	us.all[0].send("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
	c.want("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
	us.all[0].text("x")
	c.want(httpOK("x"))
}

func TestMuxHTTPTakesInputSplitAnywhere(t *testing.T) {
	response := "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + fmt.Sprintf(httpUpstreamOK, 3, "two")
	for i := range response {
		us, client := upstreams(t, "")
		c := client()
		c.send(httpGet("/1") + httpGet("/2"))
		us.all[0].send(response[:i])
		us.all[0].send(response[i:])
		c.want(httpOK("abc") + httpOK("two"))
		if t.Failed() {
			t.Fatalf("split at byte %d", i)
		}
	}
}

func TestMuxHTTPPassesBodiesThrough(t *testing.T) {
	for _, size := range []int{0, 1, 16 << 10, 1 << 20} {
		us, client := upstreams(t, "")
		c := client()
		body := strings.Repeat("x", size)
		c.send(fmt.Sprintf("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n%s", size, body))
		us.all[0].want(fmt.Sprintf("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\nconnection: keep-alive\r\n\r\n%s", size, body))
		us.all[0].text(body)
		c.want(httpOK(body))
	}
}

func TestMuxHTTPPausesTheServerForASlowClient(t *testing.T) {
	us := &httpUpstreams{httpBench: newHTTPBench(t)}
	b := us.httpBench
	var release func()
	l := b.layout(
		b.node("demuxHTTP", b.layout(b.node("muxHTTP", us.layout(), ""))),
		b.filter(func(f *httpFilter, evt event.Event) {
			if release == nil {
				release = f.Hold()
			}
			f.Output(evt)
		}),
	)
	c := b.connect(l)
	c.send(httpGet("/"))
	us.all[0].text("x")
	if !us.all[0].pauser.paused {
		t.Error("the server is not paused")
	}
	release()
	if us.all[0].pauser.paused {
		t.Error("the server is still paused")
	}
}

func TestMuxHTTPTakesMessagesOfScripts(t *testing.T) {
	us := &httpUpstreams{httpBench: newHTTPBench(t)}
	b := us.httpBench
	var got []string
	p := b.layout(b.node("muxHTTP", us.layout(), "")).Start(pipeline.NewContext(nil, nil), func(evt event.Event) {
		switch e := evt.(type) {
		case *event.MessageStart:
			got = append(got, fmt.Sprint(httphead.Of(e.Head).Status))
		case *event.Data:
			got = append(got, e.String())
		case *event.MessageEnd:
			got = append(got, "end")
		case *event.StreamEnd:
			got = append(got, "over")
		}
	})
	p.Process(&event.Data{})
	for i := range 3 { // one after the other
		p.Process(&event.MessageStart{Head: httpOptions{"method": "PUT", "path": fmt.Sprintf("/%d", i)}})
		p.Process(event.DataString("body"))
		p.Process(event.End)
	}
	p.Process(event.EndStream)
	us.wantCount(1)
	for i := range 3 {
		us.all[0].want(fmt.Sprintf("PUT /%d HTTP/1.1\r\nhost: \r\ncontent-length: 4\r\nconnection: keep-alive\r\n\r\nbody", i))
		us.all[0].text("x")
	}
	if want := "200 x end 200 x end 200 x end over"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.Close()
}

func TestMuxHTTPReportsInvalidHeads(t *testing.T) {
	us := &httpUpstreams{httpBench: newHTTPBench(t)}
	b := us.httpBench
	l := b.layout(b.node("demuxHTTP", b.layout(b.filter(func(f *httpFilter, evt event.Event) {
		if start, ok := evt.(*event.MessageStart); ok {
			if h := start.Head.(*httphead.Head); h.Path == "/bad" {
				h.Path = "/a b"
			}
		}
		f.Output(evt)
	}), b.node("muxHTTP", us.layout(), ""))))
	c := b.connect(l)
	c.send(httpGet("/1") + httpGet("/bad") + httpGet("/2"))
	us.all[0].text("one")
	us.all[0].text("two")
	c.want(httpOK("one") + "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n" + httpOK("two"))
	if len(b.errors) != 1 {
		t.Errorf("reported %q, want one error", b.errors)
	}
}

func TestHTTPProxyReusesEverythingWithoutCrossTalk(t *testing.T) {
	us, client := upstreams(t, "")
	us.answer = func(u *httpUpstream, data string) {
		for _, line := range strings.Split(data, "\r\n") {
			if path, ok := strings.CutPrefix(line, "GET "); ok {
				path, _, _ = strings.Cut(path, " ")
				u.f.Output(event.DataString(fmt.Sprintf(httpUpstreamOK, len(path), path)))
			}
		}
	}
	clients := []*httpClientEnd{client(), client(), client()}
	for i := range 1000 {
		c := clients[i%3]
		path := fmt.Sprintf("/%d", i)
		if i%5 == 0 {
			c.send(httpGet(path) + httpGet(path+"+"))
			c.want(httpOK(path) + httpOK(path+"+"))
			continue
		}
		c.send(httpGet(path))
		c.want(httpOK(path))
	}
	us.wantCount(1)
	httpNoErrors(us.httpBench)
}

func TestMuxHTTPChecksTheVersion(t *testing.T) {
	b := newHTTPBench(t)
	us := &httpUpstreams{httpBench: b}
	for _, version := range []any{3.0, "h3", "http/7", true} {
		if err := b.wrong("muxHTTP", us.layout(), "", httpOptions{"version": version}); err == nil {
			t.Errorf("version %v was accepted", version)
		}
	}
}

func TestMuxHTTPEndsASessionThatSwitchesProtocolsUninvited(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send(httpGet("/1") + httpGet("/2"))
	us.all[0].send("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")
	us.loop.Turn()
	if !us.all[0].closed {
		t.Error("the session is still open")
	}
	us.wantCount(2)
	us.all[1].text("two")
	c.want("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n" + httpOK("two"))
}

func TestMuxHTTPFlushesSlowRequests(t *testing.T) {
	us, client := upstreams(t, "")
	c := client()
	c.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n")
	us.wantCount(0)
	us.loop.Advance(lateFlushDelay)
	us.wantCount(1)
	us.all[0].want("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n1\r\nx\r\n")
	c.send("0\r\n\r\n")
	us.all[0].want("0\r\n\r\n")
	us.all[0].text("x")
	c.want(httpOK("x"))
}

func TestMuxHTTPEndsAtOnceWithABrokenStream(t *testing.T) {
	us := &httpUpstreams{httpBench: newHTTPBench(t)}
	s := us.stream(us.httpBench.layout(us.node("muxHTTP", us.layout(), "")))
	for range 3 {
		for _, evt := range message(httpOptions{"path": "/"}, "") {
			s.pipe.Process(evt)
		}
	}
	s.pipe.Process(&event.StreamEnd{Err: event.ReadError})
	s.want(".ReadError")
	if !us.all[0].closed {
		t.Error("the session is still open")
	}
	s.pipe.Close()
}
