package tlsio

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// configs returns the configurations of a server and of a client that trusts
// it.
func configs(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	o := &Options{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13}
	server = ServerConfig(o)
	server.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}
	o.Trusted = []*x509.Certificate{leaf}
	client = ClientConfig(o)
	client.ServerName = "localhost"
	return server, client
}

// end is one of two sessions that talk to each other.
type end struct {
	t       testing.TB
	session *Session
	peer    *end
	cut     func(d *event.Data) []*event.Data // takes apart what goes to the peer; nil for not at all

	got     strings.Builder
	open    bool
	ended   bool
	err     error
	sent    bool
	flights int
	bytes   int // that went to the peer
}

func (e *end) Encrypted(d *event.Data) {
	e.flights++
	e.bytes += d.Len()
	if e.cut == nil {
		e.peer.session.Receive(d)
		return
	}
	for _, piece := range e.cut(d) {
		e.peer.session.Receive(piece)
	}
}

func (e *end) Decrypted(d *event.Data) {
	if e.ended || !e.open {
		e.t.Error("bytes came outside of the connection's life")
	}
	e.got.WriteString(d.String())
	d.Release()
}

func (e *end) Handshaken() { e.open = true }

func (e *end) Ended(err error) {
	if e.ended {
		e.t.Error("ended twice")
	}
	e.ended, e.err = true, err
}

func (e *end) Sent() { e.sent = true }

// pair makes two ends on a manual loop.
func pair(t testing.TB, l *loop.Loop, server, client *tls.Config) (s, c *end) {
	s, c = &end{t: t}, &end{t: t}
	s.peer, c.peer = c, s
	s.session, c.session = NewServer(l, s, server), NewClient(l, c, client)
	return s, c
}

func until(t testing.TB, l *loop.Loop, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); l.Turn() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		runtime.Gosched()
	}
}

// converse lets both ends send, and end.
func converse(t *testing.T, l *loop.Loop, s, c *end, question, answer string) {
	t.Helper()
	c.session.Send(event.DataString(question)) // before the handshake
	c.session.Start()
	until(t, l, "the handshake", func() bool { return s.open && c.open })
	c.session.CloseWrite()
	until(t, l, "the question", func() bool { return s.ended })
	s.session.Send(event.DataString(answer)) // after the client's end
	s.session.CloseWrite()
	until(t, l, "the answer", func() bool { return c.ended })
	if s.got.String() != question || c.got.String() != answer {
		t.Errorf("got %d and %d bytes, want %d and %d", s.got.Len(), c.got.Len(), len(question), len(answer))
	}
	if s.err != nil || c.err != nil || !s.sent || !c.sent {
		t.Errorf("ends: %v %v, %v %v", s.err, s.sent, c.err, c.sent)
	}
	s.session.Close()
	c.session.Close()
}

func TestSessionsTalk(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	long := strings.Repeat("0123456789abcdef", 100<<10/16)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		client.MaxVersion = version
		for _, text := range []string{"hello", long} {
			s, c := pair(t, l, server, client)
			converse(t, l, s, c, text, text)
		}
	}
}

// Both directions of a connection, taken apart at each byte in turn.
func TestSessionsDoNotCareWhereBytesAreCut(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	client.ClientSessionCache = nil
	step := 1
	if testing.Short() {
		step = 13
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		client.MaxVersion = version
		s, c := pair(t, l, server, client)
		converse(t, l, s, c, "question", "answer")
		most := max(s.bytes, c.bytes)
		for at := 1; at < most; at += step {
			s, c := pair(t, l, server, client)
			s.cut, c.cut = cutter(at), cutter(at)
			converse(t, l, s, c, "question", "answer")
		}
	}
}

// cutter cuts the stream into two at one place.
func cutter(at int) func(d *event.Data) []*event.Data {
	return func(d *event.Data) []*event.Data {
		if at <= 0 || at >= d.Len() {
			at -= d.Len()
			return []*event.Data{d}
		}
		head := d.Shift(at)
		at = 0
		return []*event.Data{head, d}
	}
}

func TestSessionsTakeSingleBytes(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	single := func(d *event.Data) (list []*event.Data) {
		for d.Len() > 0 {
			list = append(list, d.Shift(1))
		}
		return list
	}
	s, c := pair(t, l, server, client)
	s.cut, c.cut = single, single
	converse(t, l, s, c, strings.Repeat("question", 5000), strings.Repeat("answer", 5000))
}

func TestSessionsCoalesceWhatIsSentInOneTurn(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	s, c := pair(t, l, server, client)
	c.session.Start()
	until(t, l, "the handshake", func() bool { return s.open && c.open })
	before := s.flights
	for range 100 {
		s.session.Send(event.DataString("x"))
	}
	if s.flights != before {
		t.Error("small pieces were not collected")
	}
	l.Turn()
	if n := s.flights - before; n != 1 || c.got.Len() != 100 {
		t.Errorf("got %d writes with %d bytes, want 1 with 100", n, c.got.Len())
	}
}

// pauser notes what backpressure does.
type pauser struct{ paused bool }

func (p *pauser) Pause()  { p.paused = true }
func (p *pauser) Resume() { p.paused = false }

// holder holds the source of what it is given.
type holder struct {
	end
	loop    *loop.Loop
	release func()
}

func (h *holder) Encrypted(d *event.Data) {
	if h.open {
		h.release = h.loop.Hold()
	}
	h.end.Encrypted(d)
}

func TestSessionsHoldTheSourceOfWhatIsSent(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	h := &holder{end: end{t: t}, loop: l}
	c := &end{t: t, peer: &h.end}
	h.peer = c
	h.session, c.session = NewServer(l, h, server), NewClient(l, c, client)
	c.session.Start()
	until(t, l, "the handshake", func() bool { return h.open && c.open })
	h.release = nil

	p := &pauser{}
	source := loop.NewSource(l, p)
	prev := l.Enter(source)
	h.session.Send(event.DataString("x"))
	l.Leave(prev)
	l.Turn() // it is encrypted here, when the source is not active any more
	if !p.paused || h.release == nil {
		t.Fatal("the source was not paused")
	}
	h.release()
	if p.paused {
		t.Error("the source was not resumed")
	}
}

func TestEarlyOutputPausesItsSource(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	s, c := pair(t, l, server, client)
	p := &pauser{}
	source := loop.NewSource(l, p)
	prev := l.Enter(source)
	c.session.Send(event.NewData(make([]byte, maxEarlyOutput+1)))
	l.Leave(prev)
	if !p.paused {
		t.Error("the source was not paused")
	}
	c.session.Start()
	until(t, l, "the handshake", func() bool { return s.open && c.open })
	if p.paused {
		t.Error("the source was not resumed")
	}
	if s.got.Len() != maxEarlyOutput+1 {
		t.Errorf("got %d bytes", s.got.Len())
	}
}

func TestCloseEndsTheHandshake(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	before := runtime.NumGoroutine()
	for range 3 * maxIdle {
		c := &end{t: t}
		s := &end{t: t}
		c.peer, s.peer = s, c
		s.session, c.session = NewServer(l, s, server), NewClient(l, c, client)
		c.session.Start() // nobody answers
		c.cut = func(*event.Data) []*event.Data { return nil }
		l.Turn()
		c.session.Close()
		if c.ended || c.sent {
			t.Error("a closed session told something")
		}
	}
	until(t, l, "the goroutines", func() bool { return runtime.NumGoroutine() <= before+maxIdle })
}

// A peer that says why it leaves, and whose connection is gone before the handshake
// has read that, is heard all the same.
func TestAbandonedHandshakesTellWhyTheyFailed(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, _ := configs(t)
	_, stranger := configs(t) // trusts another server
	s, c := pair(t, l, server, stranger)
	var why error
	alert := false
	c.cut = func(d *event.Data) []*event.Data {
		alert = c.flights > 1
		return []*event.Data{d}
	}
	c.session.Start()
	until(t, l, "the client's alert", func() bool { return alert || s.ended })
	if s.ended {
		t.Fatalf("the server's end came early: %v", s.err)
	}
	s.session.ReceiveEnd(nil)
	s.session.Abandon(func(err error) { why = err })
	until(t, l, "the reason", func() bool { return why != nil })
	if name := event.NameOf(why); name != event.Unauthorized && name != event.ConnectionReset {
		t.Errorf("got %s, want Unauthorized or ConnectionReset", name)
	}
	if s.ended || s.sent {
		t.Error("a closed session told something else")
	}
	c.session.Close()
}

// A flood of handshakes does not compute all at once.
func TestHandshakesAreBounded(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	crew := &spaceOf(l).crew
	const flood = 300
	var ends []*end
	for range flood {
		s, c := pair(t, l, server, client)
		c.session.Start()
		ends = append(ends, s, c)
		if crew.busy > limit {
			t.Fatalf("%d handshakes compute, want at most %d", crew.busy, limit)
		}
	}
	if len(crew.queue) < flood/2 {
		t.Errorf("%d handshakes wait, want most of %d", len(crew.queue), flood)
	}
	until(t, l, "all handshakes", func() bool {
		if crew.busy > limit {
			t.Fatalf("%d handshakes compute, want at most %d", crew.busy, limit)
		}
		for _, e := range ends {
			if !e.open {
				return false
			}
		}
		return true
	})
	until(t, l, "the goroutines", func() bool { return crew.busy == 0 && len(crew.queue) == 0 })
}

func TestChangedBytesEndTheSession(t *testing.T) {
	l := loop.NewManual(time.Now())
	server, client := configs(t)
	s, c := pair(t, l, server, client)
	c.session.Start()
	until(t, l, "the handshake", func() bool { return s.open && c.open })
	c.cut = func(d *event.Data) []*event.Data {
		b := d.AppendTo(nil)
		b[len(b)-1] ^= 1
		return []*event.Data{event.NewData(b)}
	}
	c.session.Send(event.DataString("hello"))
	l.Turn()
	if !s.ended || event.NameOf(s.err) != event.ReadError || s.got.Len() > 0 {
		t.Errorf("server: got %v, %q", s.err, s.got.String())
	}
	if !c.ended || c.err == nil || !strings.Contains(c.err.Error(), "bad record MAC") {
		t.Errorf("client: got %v, want the server's alert", c.err)
	}
}

func TestCiphersAreNamedAsInOpenSSL(t *testing.T) {
	for list, want := range map[string][]uint16{
		"ECDHE-RSA-AES128-GCM-SHA256": {tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
		"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-SHA": {
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA},
		"AES128-SHA, AES256-GCM-SHA384 DHE-RSA-AES128-SHA": {tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_GCM_SHA384},
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256":            {tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
		"TLS_AES_128_GCM_SHA256":                           nil,
		"HIGH:!ECDSA:!SHA:!aNULL:!CHACHA20":                {tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384},
		"DES-CBC3-SHA:RC4-SHA":                             {tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA},
	} {
		got, err := ParseCiphers(list)
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: got %v and %v", list, got, err)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: got %s, want %s", list, tls.CipherSuiteName(got[i]), tls.CipherSuiteName(want[i]))
			}
		}
	}
	if _, err := ParseCiphers("DHE-RSA-AES128-SHA:!aNULL"); err == nil {
		t.Error("a list without a known suite was accepted")
	}
}
