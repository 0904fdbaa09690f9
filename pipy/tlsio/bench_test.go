package tlsio

import (
	"crypto/tls"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// BenchmarkHandshake makes connections, both ends of which are ours.
func BenchmarkHandshake(b *testing.B) {
	for _, c := range []struct {
		name   string
		resume bool
	}{{"full", false}, {"resumed", true}} {
		b.Run(c.name, func(b *testing.B) {
			l := loop.NewManual(time.Now())
			server, client := configs(b)
			if !c.resume {
				client.ClientSessionCache = nil
			}
			b.ReportAllocs()
			for b.Loop() {
				s, c := pair(b, l, server, client)
				c.session.Start()
				until(b, l, "the handshake", func() bool { return s.open && c.open })
				s.session.Close()
				c.session.Close()
			}
		})
	}
}

// sink is an owner that wants nothing.
type sink struct {
	end
	n int
}

func (s *sink) Decrypted(d *event.Data) {
	s.n += d.Len()
	d.Release()
}

// BenchmarkRecords sends bytes from one end to the other: it encrypts and
// decrypts.
func BenchmarkRecords(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"100", 100}, {"16k", 16 << 10}, {"64k", 64 << 10}} {
		b.Run(c.name, func(b *testing.B) {
			l := loop.NewManual(time.Now())
			server, client := configs(b)
			s, e := &sink{end: end{t: b}}, &end{t: b}
			s.peer, e.peer = e, &s.end
			s.session, e.session = NewServer(l, s, server), NewClient(l, e, client)
			e.session.Start()
			until(b, l, "the handshake", func() bool { return s.open && e.open })
			if v := s.session.State().Version; v != tls.VersionTLS13 {
				b.Fatalf("version %x", v)
			}
			text := make([]byte, c.size)
			b.SetBytes(int64(c.size))
			b.ReportAllocs()
			for b.Loop() {
				e.session.Send(event.NewData(text))
				l.Turn()
			}
		})
	}
}
