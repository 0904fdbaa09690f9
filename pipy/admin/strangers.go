package admin

import (
	deque "container/list"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"pipy/pipy/logging"
)

// maxStrangers is how many connections there may be of clients that have not shown
// yet who they are. The one that has been there for longest makes room for another:
// who has something to say has said it by then.
const maxStrangers = 1000

// crowdedEvery is how often the log says that there are too many.
const crowdedEvery = time.Minute

// strangers is a listener that bounds the number of unknown clients.
type strangers struct {
	net.Listener

	// Guarded by mu:
	mu     sync.Mutex
	guests deque.List // of *guest, those that are not known, the oldest first
	told   time.Time  // when the log last said that there are too many
}

// guest is a connection of a client.
type guest struct {
	net.Conn
	host  *strangers
	place *deque.Element // nil when the client is known, or gone; guarded by host.mu
}

// Accept implements net.Listener.
func (s *strangers) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g := &guest{Conn: c, host: s}
	if oldest := s.admit(g, time.Now()); oldest != nil {
		oldest.Close()
	}
	return g, nil
}

// admit takes a guest in, and returns the one who has to leave for that, or nil.
func (s *strangers) admit(g *guest, now time.Time) (leaves *guest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.place = s.guests.PushBack(g)
	if s.guests.Len() <= maxStrangers {
		return nil
	}
	if now.Sub(s.told) >= crowdedEvery {
		s.told = now
		logging.Warnf("admin", "More than %d connections of clients that are not known: closing the oldest (the newest is from %s)", maxStrangers, g.RemoteAddr())
	}
	oldest := s.guests.Remove(s.guests.Front()).(*guest)
	oldest.place = nil
	return oldest
}

// leave takes a guest off the list of strangers.
func (g *guest) leave() {
	g.host.mu.Lock()
	defer g.host.mu.Unlock()
	if g.place != nil {
		g.host.guests.Remove(g.place)
		g.place = nil
	}
}

// Close implements net.Conn.
func (g *guest) Close() error {
	g.leave()
	return g.Conn.Close()
}

// guestKey is the key of a request's connection in its context.
type guestKey struct{}

// welcome keeps a connection where known finds it.
func welcome(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, guestKey{}, c)
}

// known notes that the client that sent a request is known.
func known(ctx context.Context) {
	if g, ok := ctx.Value(guestKey{}).(*guest); ok {
		g.leave()
	}
}
