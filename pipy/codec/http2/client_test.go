package http2_test

import (
	"strings"
	"testing"

	xhttp2 "golang.org/x/net/http2"

	"pipy/pipy/codec/http2"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// ask begins a request of a client.
func (r *rig) ask(h *httphead.Head) *http2.Stream {
	r.t.Helper()
	st, err := r.s.Open(h, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return st
}

func TestClientSendsItsPreface(t *testing.T) { // RFC 9113, 3.4
	r := newRig(t, false, http2.Options{ConnWindow: 65535})
	r.s.Flush()
	if got := r.out.Next(len(http2.Preface)); string(got) != http2.Preface {
		t.Errorf("got %q", got)
	}
	r.flush()
	r.want("> SETTINGS ENABLE_PUSH=0 INITIAL_WINDOW_SIZE=1048576 MAX_HEADER_LIST_SIZE=65536")
}

func TestClientAsksAndGetsAnswer(t *testing.T) {
	r := newClient(t, http2.Options{})
	st := r.ask(requestHead("POST", "/x?y", "Host", "a.b", "X-One", "1", "TE", "trailers, deflate", "Content-Length", "99"))
	st.Send(event.DataString("abc"))
	st.End(nil)
	r.flush()
	r.want("> 1 HEADERS :method=POST :scheme=http :authority=a.b :path=/x?y content-length=3 x-one=1", `> 1 DATA "abc" end`)
	r.headers(1, false, ":status", "103", "link", "</a>")
	r.headers(1, false, ":status", "200", "content-length", "2")
	r.framer.WriteData(1, false, []byte("ok"))
	r.headers(1, true, "grpc-status", "0", "content-length", "7")
	r.send()
	r.want("1 103 link=</a> (-1)", "1 end", "1 200 content-length=2 (2)", `1 data "ok"`, "1 end grpc-status=0", "1 done")
}

func TestRequestWithoutBodyIsOneFrame(t *testing.T) {
	r := newClient(t, http2.Options{})
	r.ask(requestHead("", "", "host", "a")).End(nil)
	r.ask(requestHead("POST", "/", "host", "a")).End(nil)
	r.flush()
	r.want("> 1 HEADERS :method=GET :scheme=http :authority=a :path=/ end",
		"> 3 HEADERS :method=POST :scheme=http :authority=a :path=/ content-length=0 end")
}

func TestClientWaitsWhenTheServerTakesNoMore(t *testing.T) { // RFC 9113, 5.1.2
	r := newClient(t, http2.Options{}, xhttp2.Setting{ID: xhttp2.SettingMaxConcurrentStreams, Val: 2})
	for range 4 {
		r.ask(requestHead("GET", "/", "host", "a")).End(nil)
	}
	r.flush()
	r.want("> 1 HEADERS :method=GET :scheme=http :authority=a :path=/ end",
		"> 3 HEADERS :method=GET :scheme=http :authority=a :path=/ end")
	r.headers(1, true, ":status", "204")
	r.headers(3, true, ":status", "204")
	r.send()
	r.want("1 204 (0)", "1 end", "1 done", "3 204 (0)", "3 end", "3 done",
		"> 5 HEADERS :method=GET :scheme=http :authority=a :path=/ end",
		"> 7 HEADERS :method=GET :scheme=http :authority=a :path=/ end")
}

func TestClientOpensNothingBehindPausedStreams(t *testing.T) {
	r := newClient(t, http2.Options{MaxUnread: 30000})
	r.ask(requestHead("GET", "/", "host", "a")).End(nil)
	r.on = func(st *http2.Stream, evt event.Event) { st.Pause() }
	r.flush()
	r.take()
	r.headers(1, false, ":status", "200")
	r.framer.WriteData(1, false, make([]byte, 15000))
	r.send()
	r.want("1 200 (-1)")
	r.framer.WriteData(1, true, make([]byte, 1))
	r.send()
	r.want("closing")
	if r.s.Accepts() {
		t.Error("the session accepts streams")
	}
	r.on = nil
	r.streams[1].Resume()
	r.flush()
	r.want("1 data 15001 bytes", "1 end", "1 done", "> GOAWAY 0 NO_ERROR", "ended")
}

func TestGoAwayGivesBackWhatWasNotLookedAt(t *testing.T) { // RFC 9113, 6.8
	r := newClient(t, http2.Options{})
	for range 3 {
		r.ask(requestHead("GET", "/", "host", "a")).End(nil)
	}
	r.flush()
	r.take()
	var lost []bool
	r.done = func(st *http2.Stream, err error) { lost = append(lost, http2.Unprocessed(err)) }
	r.framer.WriteGoAway(3, xhttp2.ErrCodeNo, []byte("bye"))
	r.send()
	r.want("closing", "5 failed: ConnectionReset: http2: the peer sent NO_ERROR on stream 5: bye")
	if r.s.Accepts() {
		t.Error("it takes streams after GOAWAY")
	}
	r.headers(1, true, ":status", "200")
	r.framer.WriteRSTStream(3, xhttp2.ErrCodeRefusedStream)
	r.send()
	r.want("1 200 (0)", "1 end", "1 done",
		"3 failed: ConnectionReset: http2: the peer sent REFUSED_STREAM on stream 3", "> GOAWAY 0 NO_ERROR", "ended")
	if len(lost) != 3 || !lost[0] || lost[1] || !lost[2] {
		t.Errorf("unprocessed: %v", lost)
	}
}

func TestResetIsAnError(t *testing.T) {
	r := newClient(t, http2.Options{})
	r.ask(requestHead("GET", "/", "host", "a")).End(nil)
	r.flush()
	r.headers(1, false, ":status", "200")
	r.framer.WriteData(1, false, []byte("par"))
	r.framer.WriteRSTStream(1, xhttp2.ErrCodeInternal)
	r.take()
	r.send()
	r.want("1 200 (-1)", `1 data "par"`, "1 failed: ConnectionReset: http2: the peer sent INTERNAL_ERROR on stream 1")
}

func TestCancelledStreamIsIgnored(t *testing.T) { // RFC 9113, 5.1
	r := newClient(t, http2.Options{})
	st := r.ask(requestHead("GET", "/", "host", "a"))
	st.End(nil)
	r.flush()
	st.Reset(http2.Cancel)
	r.headers(1, false, ":status", "200")
	r.framer.WriteData(1, true, []byte("late"))
	r.take()
	r.send()
	r.want("> 1 RST_STREAM CANCEL")
}

func TestAnswerBeforeTheEndOfTheRequest(t *testing.T) { // RFC 9113, 8.1
	r := newClient(t, http2.Options{})
	r.ask(requestHead("POST", "/", "host", "a")).Send(event.DataString("abc"))
	r.flush()
	r.take()
	r.headers(1, true, ":status", "413")
	r.framer.WriteRSTStream(1, xhttp2.ErrCodeNo)
	r.send()
	r.want("1 413 (0)", "1 end", "1 done", "> 1 RST_STREAM CANCEL")
}

func TestServerAnswersBeforeTheEndOfTheRequest(t *testing.T) { // RFC 9113, 8.1
	r := newServer(t, http2.Options{})
	r.request(1, false)
	r.send()
	respond(t, r.streams[1], 1)
	r.framer.WriteData(1, true, []byte("more"))
	r.flush()
	r.take()
	r.send()
	r.want() // the rest is ignored
}

func TestTruncatedResponseIsAnError(t *testing.T) {
	r := newClient(t, http2.Options{})
	r.ask(requestHead("GET", "/", "host", "a")).End(nil)
	r.flush()
	r.take()
	r.headers(1, false, ":status", "200")
	r.send()
	r.s.End(nil)
	r.want("1 200 (-1)", "1 failed: ConnectionReset: http2: the connection ended inside a stream",
		"ended: ConnectionReset: http2: the connection ended inside a stream")
}

func TestHeadHasNoBody(t *testing.T) { // RFC 9110, 9.3.2
	r := newClient(t, http2.Options{})
	r.ask(requestHead("HEAD", "/", "host", "a")).End(nil)
	r.flush()
	r.take()
	r.headers(1, true, ":status", "200", "content-length", "1000")
	r.send()
	r.want("1 200 content-length=1000 (0)", "1 end", "1 done")

	s := newServer(t, http2.Options{})
	s.request(1, true)
	s.headers(3, true, ":method", "HEAD", ":scheme", "http", ":authority", "a", ":path", "/")
	s.send()
	s.take()
	st := s.streams[3]
	st.Respond(head(200, "content-length", "1000"))
	st.Send(event.DataString("not sent"))
	st.End(nil)
	s.flush()
	s.want("3 done", "> 3 HEADERS :status=200 content-length=1000 end")
}

func TestConnectIsATunnel(t *testing.T) { // RFC 9113, 8.5
	r := newClient(t, http2.Options{})
	st := r.ask(requestHead("CONNECT", "a.b:443"))
	st.End(nil)
	r.flush()
	r.want("> 1 HEADERS :method=CONNECT :authority=a.b:443")
	r.headers(1, false, ":status", "200")
	r.framer.WriteData(1, false, []byte("down"))
	r.send()
	r.want("1 200 (-1)", "1 end", `1 data "down"`)
	st.Send(event.DataString("up"))
	st.EndTunnel()
	r.flush()
	r.want(`> 1 DATA "up" end`)
	r.framer.WriteData(1, true, nil)
	r.send()
	r.want("1 stream end <nil>", "1 done")
}

func TestServerTunnel(t *testing.T) { // RFC 9113, 8.5
	r := newServer(t, http2.Options{})
	r.headers(1, false, ":method", "CONNECT", ":authority", "a.b:443")
	r.send()
	r.want("1 CONNECT a.b:443 host=a.b:443 (-1)", "1 end")
	st := r.streams[1]
	st.Respond(head(200))
	st.End(nil)
	st.Send(event.DataString("down"))
	r.flush()
	r.want("> 1 HEADERS :status=200", `> 1 DATA "down"`)
	r.framer.WriteData(1, true, []byte("up"))
	r.send()
	r.want(`1 data "up"`, "1 stream end <nil>")
	st.EndTunnel()
	r.flush()
	r.want("1 done", "> 1 DATA \"\" end")
}

func TestRefusedTunnelIsAResponse(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.headers(1, false, ":method", "CONNECT", ":authority", "a.b:443")
	r.send()
	r.take()
	respondWith(r.streams[1], 403)
	r.flush()
	r.want("1 done", "> 1 HEADERS :status=403 content-length=0 end", "> 1 RST_STREAM NO_ERROR")
}

func respondWith(st *http2.Stream, status int) {
	st.Respond(head(status))
	st.End(nil)
}

func TestGracefulEnd(t *testing.T) { // RFC 9113, 6.8
	r := newServer(t, http2.Options{})
	r.request(1, true)
	r.send()
	r.take()
	r.s.Stop()
	r.flush()
	r.want("> GOAWAY 2147483647 NO_ERROR", "> PING pipystop")
	r.request(3, true) // on its way when the GOAWAY came
	r.framer.WritePing(true, [8]byte([]byte("pipystop")))
	r.request(5, true)
	r.send()
	r.want("3 GET / host=a.b (0)", "3 end", "> GOAWAY 3 NO_ERROR")
	respondWith(r.streams[3], 204)
	respondWith(r.streams[1], 204)
	r.flush()
	r.want("3 done", "1 done", "> 3 HEADERS :status=204 end", "> 1 HEADERS :status=204 end", "ended")
}

func TestHalfClosedConnectionIsStillAnswered(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.request(1, true)
	r.request(3, false)
	r.send()
	r.take()
	r.s.End(nil)
	r.want("3 failed: ConnectionReset: http2: the connection ended inside a stream")
	respondWith(r.streams[1], 204)
	r.flush()
	r.want("1 done", "> 1 HEADERS :status=204 end", "ended")
}

func TestUpgradeFromHTTP1(t *testing.T) { // RFC 7540, 3.2
	r := newRig(t, true, http2.Options{})
	st, err := r.s.Upgrade("GET", []byte{0, 4, 0, 0, 0, 3}) // INITIAL_WINDOW_SIZE 3
	if err != nil {
		t.Fatal(err)
	}
	respond(t, st, 5)
	r.flush()
	r.want("> SETTINGS MAX_CONCURRENT_STREAMS=256 INITIAL_WINDOW_SIZE=1048576 MAX_HEADER_LIST_SIZE=65536",
		"> 0 WINDOW_UPDATE 983041", "> 1 HEADERS :status=200 content-length=5", `> 1 DATA "xxx"`)
	r.in.WriteString(http2.Preface)
	r.framer.WriteSettings()
	r.request(3, true)
	r.send()
	r.wantPart("3 GET / host=a.b (0)")
	if _, err := newRig(t, true, http2.Options{}).s.Upgrade("GET", []byte{0, 4, 0}); err == nil {
		t.Error("incomplete settings were taken")
	}
}

func TestCookieCrumbsAreJoined(t *testing.T) { // RFC 9113, 8.2.3
	r := newServer(t, http2.Options{})
	r.request(1, true, "cookie", "a=1", "x", "y", "cookie", "b=2", "cookie", "c=3")
	r.send()
	r.want("1 GET / host=a.b cookie=a=1; b=2; c=3 x=y (0)", "1 end")
}

func TestInvalidHeadsAreNotSent(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.request(1, true)
	r.send()
	r.take()
	for _, h := range []*httphead.Head{head(99), head(101), head(200, "a b", "c"), head(200, ":status", "200"), head(200, "x", "a\nb")} {
		if err := r.streams[1].Respond(h); err == nil || !strings.HasPrefix(err.Error(), "http2: ") {
			t.Errorf("%v: %v", h, err)
		}
	}
	respondWith(r.streams[1], 500)
	r.flush()
	r.want("1 done", "> 1 HEADERS :status=500 content-length=0 end")
	c := newClient(t, http2.Options{})
	for _, h := range []*httphead.Head{requestHead("G T", "/"), requestHead("GET", "/ x"), requestHead("GET", "/", "é", "x")} {
		if _, err := c.s.Open(h, nil); err == nil {
			t.Errorf("%v was taken", h)
		}
	}
}

func TestLongHeadGoesOutInFragments(t *testing.T) { // RFC 9113, 6.10
	r := newServer(t, http2.Options{})
	r.request(1, true)
	r.send()
	r.take()
	r.streams[1].Respond(head(200, "x", strings.Repeat("~", 40000)))
	r.streams[1].End(nil)
	r.flush()
	got := r.take()
	if len(got) < 3 || got[1] != "> 1 HEADERS, to be continued" || !strings.Contains(got[2], "CONTINUATION") {
		t.Errorf("got %q", got)
	}
}
