package filters_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/filters"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/keys"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// identity is a certificate, its key and what a script calls them.
type identity struct {
	cert *keys.Certificate
	key  *keys.PrivateKey
}

func (i *identity) object() ft.Options { return ft.Options{"cert": i.cert, "key": i.key} }

func (i *identity) tls(t testing.TB) tls.Certificate {
	pair, err := i.key.Pair(i.cert)
	if err != nil {
		t.Fatal(err)
	}
	return *pair
}

// authority is who issues the certificates of a test.
type authority struct {
	t testing.TB
	identity
}

func newAuthority(t testing.TB) *authority {
	a := &authority{t: t}
	a.key = newKey(t)
	a.cert = a.issue(&keys.Request{Subject: []keys.Entry{{Name: "CN", Value: "Root"}}, Key: a.key,
		Extensions: []keys.Entry{{Name: "basicConstraints", Value: "critical,CA:TRUE"}, {Name: "keyUsage", Value: "keyCertSign"}}})
	return a
}

func newKey(t testing.TB) *keys.PrivateKey {
	key, err := keys.Generate("ec", 0, "P-256")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) issue(r *keys.Request) *keys.Certificate {
	a.t.Helper()
	if r.From.IsZero() {
		r.From, r.To = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	cert, err := keys.Issue(r)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

// named issues a certificate for a name, or for an IP address.
func (a *authority) named(name string, change ...func(*keys.Request)) *identity {
	i := &identity{key: newKey(a.t)}
	r := &keys.Request{Subject: []keys.Entry{{Name: "CN", Value: name}}, Key: a.key, Issuer: a.cert, Public: i.key.Public(),
		Extensions: []keys.Entry{{Name: "subjectAltName", Value: "DNS:" + name}, {Name: "extendedKeyUsage", Value: "serverAuth,clientAuth"}}}
	for _, f := range change {
		f(r)
	}
	i.cert = a.issue(r)
	return i
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert.X509)
	return pool
}

// tlsLoop runs pipelines of a TLS filter on a loop with sockets.
type tlsLoop struct {
	t       testing.TB
	loop    *loop.Loop
	program *pipeline.Program
	layout  *pipeline.Layout
	errs    chan error
	ends    chan string // how the plain side ended
}

// newTLS makes the filter; sub is its sub-pipeline.
func newTLS(t testing.TB, name string, options ft.Options, sub *pipeline.Layout) *tlsLoop {
	t.Helper()
	l, err := loop.New()
	if err != nil {
		t.Fatal(err)
	}
	r := &tlsLoop{t: t, loop: l, errs: make(chan error, 1000), ends: make(chan string, 1000)}
	r.program = pipeline.NewProgram(l, func(_ *pipeline.Stage, err error) { r.errs <- err })
	sub.Program = r.program
	node := &pipeline.Node{Name: name, Pos: "test.js:1:1"}
	for key := range options {
		options[key] = options.Get(key)
	}
	if err := filters.All[name].Make(nil, node, []any{options}, []spec.Sub{{Layout: sub}}); err != nil {
		t.Fatal(err)
	}
	r.layout = &pipeline.Layout{Program: r.program, Nodes: []*pipeline.Node{node}}
	done := make(chan error, 1)
	go func() { done <- l.Run() }()
	t.Cleanup(func() {
		r.on(func() { r.program.Stop(true, func() {}) })
		l.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		l.Close()
	})
	return r
}

// on runs f on the loop.
func (r *tlsLoop) on(f func()) {
	done := make(chan struct{})
	r.loop.Post(func() { f(); close(done) })
	<-done
}

// listen accepts connections, each with a pipeline of its own.
func (r *tlsLoop) listen() string {
	r.t.Helper()
	var address string
	r.on(func() {
		a, _ := transport.ParseAddress("127.0.0.1:0")
		s, err := transport.Listen(r.loop, a, transport.ListenOptions{NoDelay: true}, func(in *transport.Inbound) {
			p := r.layout.Start(pipeline.NewContext(nil, in), in.Process)
			in.OnEnd(p.Close)
			in.Start(p.Process)
			p.Process(ft.Flush())
		})
		if err != nil {
			r.t.Error(err)
			return
		}
		address = s.Address().String()
		r.t.Cleanup(func() { r.on(s.Close) })
	})
	return address
}

// echoServer is an acceptTLS that answers with what it gets.
func echoServer(t testing.TB, options ft.Options) (*tlsLoop, string) {
	t.Helper()
	r := &tlsLoop{}
	sub := ft.NewLayout("echo", func(s *pipeline.Stage, evt event.Event) {
		if end, ok := evt.(*event.StreamEnd); ok {
			r.ends <- ft.Show(end)
			evt = event.EndStream
		}
		s.Output(evt)
	})
	*r = *newTLS(t, "acceptTLS", options, sub)
	return r, r.listen()
}

// end returns how the next plain side ended.
func (r *tlsLoop) end() string {
	r.t.Helper()
	select {
	case s := <-r.ends:
		return s
	case <-time.After(20 * time.Second):
		r.t.Fatal("no StreamEnd on the plain side")
		return ""
	}
}

// talk sends text through a TLS connection and returns what comes back until
// the end.
func talk(c *tls.Conn, text string) (string, error) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Write([]byte(text)); err != nil {
		return "", err
	}
	if err := c.CloseWrite(); err != nil {
		return "", err
	}
	b, err := io.ReadAll(c)
	return string(b), err
}

func dialTLS(t testing.TB, address string, config *tls.Config) *tls.Conn {
	t.Helper()
	c, err := tls.Dial("tcp", address, config)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(20 * time.Second))
	t.Cleanup(func() { c.Close() })
	return c
}

var big = strings.Repeat("0123456789abcdef", 64<<10) // 1 MB

func TestAcceptTLSEchoes(t *testing.T) {
	a := newAuthority(t)
	r, address := echoServer(t, ft.Options{"certificate": a.named("localhost").object(), "minVersion": "TLS1"})
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
		for _, text := range []string{"hello", big} {
			c := dialTLS(t, address, &tls.Config{RootCAs: a.pool(), ServerName: "localhost", MinVersion: version, MaxVersion: version})
			if got, err := talk(c, text); got != text || err != nil {
				t.Errorf("version %x: got %d bytes and %v, want %d", version, len(got), err, len(text))
			}
			if end := r.end(); end != "StreamEnd" {
				t.Errorf("version %x: got %s", version, end)
			}
		}
	}
}

// refused tells why a client cannot connect, or what its first read fails with.
func refused(t *testing.T, address string, config *tls.Config) error {
	t.Helper()
	c, err := tls.Dial("tcp", address, config)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	_, err = c.Read(make([]byte, 1))
	return err
}

func wantText(t *testing.T, what string, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: got error %v, want %q", what, err, text)
	}
}

func TestAcceptTLSWantsATrustedClient(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	r, address := echoServer(t, ft.Options{"certificate": a.named("localhost").object(), "trusted": ft.Array{a.cert}})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := &tls.Config{RootCAs: a.pool(), ServerName: "localhost", MaxVersion: version}
		err := refused(t, address, config)
		if err == nil {
			t.Errorf("version %x: a client without a certificate was accepted", version)
		}
		if end := r.end(); end != "StreamEnd Unauthorized" {
			t.Errorf("got %s", end)
		}
		stranger := other.named("client").tls(t)
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil }
		wantText(t, "a stranger", refused(t, address, config), "unknown certificate authority")
		if end := r.end(); end != "StreamEnd Unauthorized" {
			t.Errorf("got %s", end)
		}
		config.GetClientCertificate = nil
		config.Certificates = []tls.Certificate{a.named("client").tls(t)}
		if got, err := talk(dialTLS(t, address, config), "hello"); got != "hello" || err != nil {
			t.Errorf("version %x: got %q and %v", version, got, err)
		}
		r.end()
	}
}

func TestAcceptTLSLetsTheScriptVerify(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	calls := make(chan string, 100)
	r, address := echoServer(t, ft.Options{"certificate": a.named("localhost").object(), "trusted": ft.Array{a.cert},
		"verify": func(args ...any) any {
			name := args[1].(*keys.Certificate).X509.Subject.CommonName
			calls <- fmt.Sprint(args[0], " ", name)
			return name != "banned"
		}})
	for _, c := range []struct {
		client *identity
		ok     bool
		calls  []string
	}{
		{a.named("good"), true, []string{"true Root", "true good"}},
		{a.named("banned"), false, []string{"true Root", "true banned"}},
		{other.named("self"), true, []string{"false self"}},
	} {
		config := &tls.Config{RootCAs: a.pool(), ServerName: "localhost"}
		pair := c.client.tls(t)
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
		got, err := talk(dialTLS(t, address, config), "hello")
		if (err == nil && got == "hello") != c.ok {
			t.Errorf("%s: got %q and %v", c.calls, got, err)
		}
		r.end()
		for _, want := range c.calls {
			if got := <-calls; got != want {
				t.Errorf("verify was called with %s, want %s", got, want)
			}
		}
	}
}

func TestAcceptTLSChoosesTheCertificateByName(t *testing.T) {
	a := newAuthority(t)
	one, two, rest := a.named("one.test"), a.named("two.test"), a.named("rest.test")
	names := make(chan string, 100)
	_, address := echoServer(t, ft.Options{"certificate": func(args ...any) any {
		names <- fmt.Sprint(args...)
		if len(args) == 0 {
			return rest.object()
		}
		switch args[0] {
		case "one.test":
			return one.object()
		case "two.test": // later
			p := &ft.Promise{}
			p.Resolve(two.object())
			return p
		}
		return nil
	}})
	for _, c := range []struct{ name, want, calls string }{
		{"one.test", "one.test", " one.test"},
		{"two.test", "two.test", " two.test"},
		{"three.test", "rest.test", " three.test"},
		{"", "rest.test", ""},
	} {
		tc := dialTLS(t, address, &tls.Config{ServerName: c.name, InsecureSkipVerify: true})
		if got := tc.ConnectionState().PeerCertificates[0].Subject.CommonName; got != c.want {
			t.Errorf("name %q: got the certificate of %s, want %s", c.name, got, c.want)
		}
		calls := <-names
		if c.name != "" {
			calls += " " + <-names
		}
		if calls != c.calls {
			t.Errorf("name %q: the function was called with %q, want %q", c.name, calls, c.calls)
		}
	}
}

func TestAcceptTLSEndsWhenACallbackFails(t *testing.T) {
	a := newAuthority(t)
	for name, options := range map[string]ft.Options{
		"certificate": {"certificate": func(args ...any) (any, error) { return nil, errors.New("boom") }},
		"no object":   {"certificate": func(args ...any) any { return "boom" }},
		"alpn":        {"certificate": a.named("localhost").object(), "alpn": func(args ...any) (any, error) { return nil, errors.New("boom") }},
		"handshake":   {"certificate": a.named("localhost").object(), "handshake": func(args ...any) (any, error) { return nil, errors.New("boom") }},
	} {
		for key, v := range options {
			if f, ok := v.(func(...any) (any, error)); ok {
				options[key] = ft.Func(f)
			}
		}
		r, address := echoServer(t, options)
		if err := refused(t, address, &tls.Config{InsecureSkipVerify: true, ServerName: "x", NextProtos: []string{"h2"}}); err == nil {
			t.Errorf("%s: want an error", name)
		}
		if err := <-r.errs; !strings.Contains(err.Error(), "boom") && !strings.Contains(err.Error(), "did not return an object") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAcceptTLSAgreesOnAProtocol(t *testing.T) {
	a := newAuthority(t)
	cert := a.named("localhost").object()
	for _, c := range []struct {
		alpn    any
		offered []string
		want    string // "-" is refused
	}{
		{ft.Array{"h2", "http/1.1"}, []string{"http/1.1", "h2"}, "http/1.1"},
		{ft.Array{"h2", "http/1.1"}, []string{"spdy", "h2"}, "h2"},
		{ft.Array{"h2"}, nil, ""},
		{ft.Array{"h2"}, []string{"spdy"}, "-"},
		{func(args ...any) any { return len(args[0].([]string)) - 1 }, []string{"a", "b"}, "b"},
		{func(args ...any) any { return -1 }, []string{"a", "b"}, ""},
	} {
		sessions := make(chan string, 10)
		_, address := echoServer(t, ft.Options{"certificate": cert, "alpn": c.alpn, "handshake": func(args ...any) any {
			s, _ := spec.ClassOf(reflect.TypeOf(args[0]))
			for _, p := range s.Props {
				if p.Name == "alpn" || p.Name == "hostname" || p.Name == "state" {
					sessions <- fmt.Sprint(p.Get(args[0]))
				}
			}
			return nil
		}})
		tc, err := tls.Dial("tcp", address, &tls.Config{RootCAs: a.pool(), ServerName: "localhost", NextProtos: c.offered})
		if c.want == "-" {
			wantText(t, "no common protocol", err, "no application protocol")
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := tc.ConnectionState().NegotiatedProtocol; got != c.want {
			t.Errorf("%v of %v: got %q, want %q", c.alpn, c.offered, got, c.want)
		}
		if got := <-sessions + "," + <-sessions + "," + <-sessions; got != "connected,"+c.want+",localhost" {
			t.Errorf("the callback got %s", got)
		}
		tc.Close()
	}
}

func TestAcceptTLSResumesSessions(t *testing.T) {
	a := newAuthority(t)
	cert, mutual := a.named("localhost").object(), a.named("client").tls(t)
	var addresses []string
	for range 2 { // as two workers
		_, address := echoServer(t, ft.Options{"certificate": cert})
		addresses = append(addresses, address)
	}
	_, strict := echoServer(t, ft.Options{"certificate": cert, "trusted": ft.Array{a.cert}})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := &tls.Config{RootCAs: a.pool(), ServerName: "localhost", MaxVersion: version,
			ClientSessionCache: tls.NewLRUClientSessionCache(10), Certificates: []tls.Certificate{mutual}}
		for i, want := range []bool{false, true, true} {
			c := dialTLS(t, addresses[i%2], config)
			if got, err := talk(c, "hello"); got != "hello" || err != nil {
				t.Errorf("got %q and %v", got, err)
			}
			if got := c.ConnectionState().DidResume; got != want {
				t.Errorf("version %x, connection %d: resumed: %v, want %v", version, i, got, want)
			}
		}
		c := dialTLS(t, strict, config)
		if c.ConnectionState().DidResume {
			t.Errorf("version %x: resumed a session of a server that trusts others", version)
		}
	}
}

func TestAcceptTLSTellsACutFromAnEnd(t *testing.T) {
	a := newAuthority(t)
	r, address := echoServer(t, ft.Options{"certificate": a.named("localhost").object()})
	c := dialTLS(t, address, &tls.Config{RootCAs: a.pool(), ServerName: "localhost"})
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	c.NetConn().(*net.TCPConn).CloseWrite() // without close_notify
	if end := r.end(); end != "StreamEnd ReadError" {
		t.Errorf("got %s, want a ReadError", end)
	}
}

// Half-close: what is sent after the peer's close_notify still arrives.
func TestAcceptTLSGoesOnSendingAfterTheClientEnded(t *testing.T) {
	a := newAuthority(t)
	late := ft.NewLayout("late", func(s *pipeline.Stage, evt event.Event) {
		if _, ok := evt.(*event.StreamEnd); ok {
			s.Output(ft.Data(big))
			s.Output(event.EndStream)
		}
	})
	r := newTLS(t, "acceptTLS", ft.Options{"certificate": a.named("localhost").object()}, late)
	c := dialTLS(t, r.listen(), &tls.Config{RootCAs: a.pool(), ServerName: "localhost"})
	if got, err := talk(c, "bye"); got != big || err != nil {
		t.Errorf("got %d bytes and %v, want %d", len(got), err, len(big))
	}
}

// recording remembers what was read. With TLS 1.2 the types of its records can
// be seen.
type recording struct {
	net.Conn
	seen []byte
}

func (r *recording) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.seen = append(r.seen, p[:n]...)
	return n, err
}

func (r *recording) lastRecord() (kind byte) {
	for b := r.seen; len(b) >= 5; {
		kind = b[0]
		b = b[min(len(b), 5+int(b[3])<<8+int(b[4])):]
	}
	return kind
}

func TestAcceptTLSSendsCloseNotifyUnlessThereIsAnError(t *testing.T) {
	const alert, data = 21, 23
	a := newAuthority(t)
	for _, c := range []struct {
		end  *event.StreamEnd
		want byte
	}{{ft.End(), alert}, {ft.EndWith(event.ConnectionReset), data}} {
		half := ft.NewLayout("half", func(s *pipeline.Stage, evt event.Event) {
			if d, ok := evt.(*event.Data); ok && d.Len() > 0 {
				s.Output(ft.Data("half"))
				s.Output(c.end)
			}
		})
		r := newTLS(t, "acceptTLS", ft.Options{"certificate": a.named("localhost").object()}, half)
		raw, err := net.Dial("tcp", r.listen())
		if err != nil {
			t.Fatal(err)
		}
		raw.SetDeadline(time.Now().Add(20 * time.Second))
		seen := &recording{Conn: raw}
		tc := tls.Client(seen, &tls.Config{RootCAs: a.pool(), ServerName: "localhost", MaxVersion: tls.VersionTLS12})
		if _, err := tc.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(tc)
		if string(got) != "half" || err != nil || seen.lastRecord() != c.want {
			t.Errorf("%s: got %q and %v, last record of type %d, want %d", ft.Show(c.end), got, err, seen.lastRecord(), c.want)
		}
		tc.Close()
	}
}

func TestAcceptTLSAnswersGarbageWithAnAlert(t *testing.T) {
	a := newAuthority(t)
	r, address := echoServer(t, ft.Options{"certificate": a.named("localhost").object()})
	for _, text := range []string{"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\x04\x01\x00\x00\x00", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "\x80\x80\x01\x03\x01\x00\x00", strings.Repeat("\xff", 1000)} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%q: %v", text, err)
		}
		if len(got) > 0 && got[0] != 21 {
			t.Errorf("%q: got %q, want an alert or nothing", text, got)
		}
		c.Close()
		if end := r.end(); end != "StreamEnd Unauthorized" {
			t.Errorf("%q: got %s", text, end)
		}
	}
}

func TestAcceptTLSIgnoresProbes(t *testing.T) {
	a := newAuthority(t)
	r, address := echoServer(t, ft.Options{"certificate": a.named("localhost").object()})
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if end := r.end(); end != "StreamEnd" {
		t.Errorf("got %s", end)
	}
}

func TestTLSHandshakeTimesOut(t *testing.T) {
	a := newAuthority(t)
	f := ft.New(t, "acceptTLS", ft.Options{"certificate": a.named("localhost").object()}, ft.Pipe(ft.Sink))
	f.Send(ft.Data("\x16\x03\x01"))
	f.Advance(9 * time.Second)
	f.Want()
	f.Advance(time.Second)
	f.Want("StreamEnd ConnectionTimeout")

	f = ft.New(t, "connectTLS", ft.Options{"handshakeTimeout": "2s", "sni": "x"}, ft.Pipe(ft.Sink))
	f.Send(ft.Data("hello"))
	f.Advance(2 * time.Second)
	f.Want("StreamEnd ConnectionTimeout")
}

func TestTLSOptionsAreChecked(t *testing.T) {
	a, b := newAuthority(t).named("x"), newAuthority(t).named("y")
	for _, c := range []struct {
		filter  string
		options ft.Options
		want    string
	}{
		{"acceptTLS", ft.Options{"certificate": 1}, "options.certificate: want an object or a function, got 1"},
		{"acceptTLS", ft.Options{"certificate": ft.Options{"cert": a.cert}}, "certificate.key requires a PrivateKey object"},
		{"acceptTLS", ft.Options{"certificate": ft.Options{"key": a.key}}, "certificate.cert requires a Certificate or a CertificateChain object"},
		{"acceptTLS", ft.Options{"certificate": ft.Options{"key": a.key, "cert": &keys.Chain{}}}, "empty certificate chain"},
		{"acceptTLS", ft.Options{"certificate": ft.Options{"key": a.key, "cert": b.cert}}, "certificate.key does not belong to certificate.cert"},
		{"acceptTLS", ft.Options{"trusted": a.cert}, "options.trusted: want an array"},
		{"acceptTLS", ft.Options{"trusted": ft.Array{"x"}}, `options.trusted: element 0: want an object of class crypto.Certificate, got "x"`},
		{"acceptTLS", ft.Options{"alpn": ft.Array{1}}, "options.alpn: element 0: want a string, got 1"},
		{"acceptTLS", ft.Options{"alpn": true}, "options.alpn: want an array of protocol names, got true"},
		{"connectTLS", ft.Options{"alpn": ""}, "options.alpn: want a protocol name of 1 to 255 bytes, got 0"},
		{"connectTLS", ft.Options{"minVersion": "SSL3"}, `options.minVersion: want one of "TLS1"`},
		{"connectTLS", ft.Options{"minVersion": "TLS1.3", "maxVersion": "TLS1.2"}, "options.minVersion: want at most maxVersion, TLS1.2, got TLS1.3"},
		{"connectTLS", ft.Options{"ciphers": "NONE"}, "options.ciphers: want cipher suites"},
	} {
		_, err := ft.Make(t, c.filter, c.options, ft.Pipe(ft.Through))
		wantText(t, fmt.Sprint(c.filter, c.options), err, c.want)
	}
}

// client is a connectTLS to a server of crypto/tls.
func client(t *testing.T, options ft.Options, address string) *realLoop {
	t.Helper()
	connect := &pipeline.Node{Name: "connect"}
	if err := filters.All["connect"].Make(nil, connect, []any{address}, nil); err != nil {
		t.Fatal(err)
	}
	r := newTLS(t, "connectTLS", options, &pipeline.Layout{Nodes: []*pipeline.Node{connect}})
	c := &realLoop{t: t, loop: r.loop, events: make(chan event.Event, 10000), errs: r.errs, context: pipeline.NewContext(nil, nil)}
	r.on(func() {
		c.current = r.layout.Start(c.context, func(evt event.Event) { c.events <- evt })
	})
	return c
}

// serveTLS runs a server of crypto/tls.
func serveTLS(t *testing.T, config *tls.Config, f func(*tls.Conn)) string {
	return serve(t, func(c net.Conn) {
		tc := tls.Server(c, config)
		if err := tc.Handshake(); err == nil {
			f(tc)
		}
		c.Close()
	})
}

func echoTLS(c *tls.Conn) {
	io.Copy(c, c)
	c.Close()
}

func TestConnectTLSTalks(t *testing.T) {
	a := newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		server := &tls.Config{Certificates: []tls.Certificate{a.named("localhost").tls(t)}, MaxVersion: version, NextProtos: []string{"x", "y"}}
		address := serveTLS(t, server, echoTLS)
		for _, text := range []string{"hello", big} {
			c := client(t, ft.Options{"trusted": ft.Array{a.cert}, "sni": "localhost", "alpn": "y"}, address)
			c.send(ft.Flush(), ft.Data(text), event.End, ft.End())
			data, end := c.end()
			if data != text || end != "StreamEnd" {
				t.Errorf("version %x: got %d bytes and %s, want %d", version, len(data), end, len(text))
			}
		}
	}
}

func TestConnectTLSVerifies(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	expired := a.named("localhost", func(r *keys.Request) {
		r.From, r.To = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	})
	address := a.named("127.0.0.1", func(r *keys.Request) { r.Extensions[0].Value = "IP:127.0.0.1" })
	good := a.named("localhost")
	const ok, refused = "StreamEnd", "StreamEnd Unauthorized"
	for name, c := range map[string]struct {
		server  *identity
		options ft.Options
		want    string
	}{
		"trusted":              {good, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}}, ok},
		"chain":                {good, ft.Options{"sni": "localhost", "trusted": ft.Array{&keys.Chain{Certificates: []*x509.Certificate{a.cert.X509}}}}, ok},
		"the leaf itself":      {good, ft.Options{"sni": "localhost", "trusted": ft.Array{good.cert}}, ok},
		"name by function":     {good, ft.Options{"sni": func() string { return "localhost" }, "trusted": ft.Array{a.cert}}, ok},
		"address":              {address, ft.Options{"sni": "127.0.0.1", "trusted": ft.Array{a.cert}}, ok},
		"chain without a name": {good, ft.Options{"trusted": ft.Array{a.cert}}, ok},
		"other root":           {good, ft.Options{"sni": "localhost", "trusted": ft.Array{other.cert}}, refused},
		"other root, no name":  {good, ft.Options{"trusted": ft.Array{other.cert}}, refused},
		"roots of the system":  {good, ft.Options{"sni": "localhost"}, refused},
		"nothing to verify by": {good, ft.Options{}, refused},
		"wrong name":           {good, ft.Options{"sni": "elsewhere", "trusted": ft.Array{a.cert}}, refused},
		"wrong name, function": {good, ft.Options{"sni": func() string { return "elsewhere" }, "trusted": ft.Array{a.cert}}, refused},
		"expired":              {expired, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}}, refused},
		"expired, no name":     {expired, ft.Options{"trusted": ft.Array{a.cert}}, refused},
		"not verified":         {expired, ft.Options{"sni": "elsewhere", "verifyServer": false}, ok},
		"not verified at all":  {good, ft.Options{"verifyServer": false}, ok},
		"allowed by script":    {expired, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}, "verify": func(args ...any) any { return true }}, ok},
		"refused by script":    {good, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}, "onVerify": func(args ...any) any { return false }}, refused},
		"the script believes":  {good, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}, "verify": func(args ...any) any { return args[0] }}, ok},
		"no name, by script":   {good, ft.Options{"verify": func(args ...any) any { return args[0] }}, refused},
		"name, by script":      {good, ft.Options{"sni": "elsewhere", "trusted": ft.Array{a.cert}, "verify": func(args ...any) any { return args[0] }}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			f := client(t, c.options, serveTLS(t, &tls.Config{Certificates: []tls.Certificate{c.server.tls(t)}}, echoTLS))
			f.send(ft.Data("hello"), ft.End())
			data, end := f.end()
			if want := map[bool]string{true: "hello"}[c.want == ok]; data != want || end != c.want {
				t.Errorf("got %q and %s, want %q and %s", data, end, want, c.want)
			}
		})
	}
}

func TestConnectTLSShowsItsCertificate(t *testing.T) {
	a := newAuthority(t)
	me := a.named("me")
	names := make(chan string, 10)
	config := &tls.Config{Certificates: []tls.Certificate{a.named("localhost").tls(t)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool()}
	address := serveTLS(t, config, func(c *tls.Conn) {
		names <- c.ConnectionState().PeerCertificates[0].Subject.CommonName
		echoTLS(c)
	})
	promised := &ft.Promise{}
	promised.Resolve(me.object())
	for name, certificate := range map[string]any{
		"object":   me.object(),
		"function": func() any { return me.object() },
		"promise":  func() any { return promised },
	} {
		c := client(t, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}, "certificate": certificate}, address)
		c.send(ft.Data("hello"), ft.End())
		if data, end := c.end(); data != "hello" || end != "StreamEnd" || <-names != "me" {
			t.Errorf("%s: got %q and %s", name, data, end)
		}
	}
	c := client(t, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}}, address)
	c.send(ft.Data("hello"))
	if data, end := c.end(); data != "" || end != "StreamEnd Unauthorized" {
		t.Errorf("without a certificate: got %q and %s", data, end)
	}
}

func TestConnectTLSResumesSessions(t *testing.T) {
	a := newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		resumed := make(chan bool, 10)
		config := &tls.Config{Certificates: []tls.Certificate{a.named("localhost").tls(t)}, MaxVersion: version}
		address := serveTLS(t, config, func(c *tls.Conn) {
			resumed <- c.ConnectionState().DidResume
			echoTLS(c)
		})
		c := client(t, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}}, address)
		for i, want := range []bool{false, true, true} {
			c.send(ft.Data("hello"), ft.End())
			if data, end := c.end(); data != "hello" || end != "StreamEnd" {
				t.Errorf("got %q and %s", data, end)
			}
			if got := <-resumed; got != want {
				t.Errorf("version %x, connection %d: resumed: %v, want %v", version, i, got, want)
			}
			again := make(chan struct{})
			c.loop.Post(func() {
				layout, out := c.current.Layout(), func(evt event.Event) { c.events <- evt }
				c.current.Close()
				c.current = layout.Start(c.context, out)
				close(again)
			})
			<-again
		}
	}
}

func TestConnectTLSTellsHowTheServerEnded(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.named("localhost").tls(t)}}
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for name, c := range map[string]struct{ address, data, end string }{
		"in order": {serveTLS(t, config, func(c *tls.Conn) { c.Write([]byte("bye")); c.Close() }), "bye", "StreamEnd"},
		"cut":      {serveTLS(t, config, func(c *tls.Conn) { c.Write([]byte("bye")) }), "bye", "StreamEnd ReadError"},
		"garbage":  {serve(t, func(c net.Conn) { c.Write([]byte("220 hello there\r\n")); io.Copy(io.Discard, c); c.Close() }), "", "StreamEnd Unauthorized"},
		"nothing":  {serve(t, func(c net.Conn) { c.Read(make([]byte, 1000)); c.Close() }), "", "StreamEnd ConnectionReset"},
		"refused":  {gone.Addr().String(), "", "StreamEnd ConnectionRefused"},
	} {
		f := client(t, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}}, c.address)
		f.send(ft.Flush())
		if data, end := f.end(); data != c.data || end != c.end {
			t.Errorf("%s: got %q and %s, want %q and %s", name, data, end, c.data, c.end)
		}
	}
}

func TestConnectTLSEndsAfterAnError(t *testing.T) {
	a := newAuthority(t)
	seen := make(chan error, 1)
	address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{a.named("localhost").tls(t)}}, func(c *tls.Conn) {
		c.Write([]byte("hello"))
		_, err := io.Copy(io.Discard, c)
		seen <- err
	})
	c := client(t, ft.Options{"sni": "localhost", "trusted": ft.Array{a.cert}}, address)
	c.send(ft.Flush())
	for evt := range c.events {
		if d, ok := evt.(*event.Data); ok && d.Len() > 0 {
			break
		}
	}
	c.send(ft.Data("x"), ft.EndWith(event.ReadError))
	if _, end := c.end(); end != "StreamEnd" {
		t.Errorf("got %s", end)
	}
	<-seen
}
