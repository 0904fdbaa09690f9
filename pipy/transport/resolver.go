package transport

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"pipy/pipy/loop"
)

const (
	// nameTTL is how long the addresses of a name are used. The resolver of
	// the system does not tell how long they are good for.
	nameTTL = 30 * time.Second
	// noNameTTL is how long a failure is remembered.
	noNameTTL = time.Second

	maxLookups = 128  // at the same time; more wait
	maxNames   = 4096 // in the cache
	// lookupTimeout is how long a lookup takes at the most, the wait for its turn
	// included: when nobody answers, lookups do not pile up for longer than that.
	lookupTimeout = 30 * time.Second
)

// names is the resolver of the process.
var names = newResolver(func(ctx context.Context, host string) ([]netip.Addr, error) {
	r := net.Resolver{PreferGo: true}
	return r.LookupNetIP(ctx, "ip", host)
})

// Lookup calls f on l with the addresses of a host, at the latest after 30 seconds;
// at once when they are known. They must not be changed.
func Lookup(l *loop.Loop, host string, f func(addrs []netip.Addr, err error)) {
	if ip, ok := literal(host); ok {
		f([]netip.Addr{ip}, nil)
		return
	}
	names.resolve(l, host, f)
}

// literal returns the address that a host is without a lookup.
func literal(host string) (netip.Addr, bool) {
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	return ip.Unmap(), err == nil
}

// resolver finds the addresses of names, off the loops, and remembers them.
type resolver struct {
	// Immutable:
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	slots  chan struct{}
	now    func() time.Time

	// Guarded by mu:
	mu    sync.Mutex
	names map[string]*name
}

// name is what is known about one name, and who wants to know.
type name struct {
	addrs   []netip.Addr
	err     error
	expires time.Time
	busy    bool
	waiting []func(addrs []netip.Addr, err error)
}

func newResolver(lookup func(ctx context.Context, host string) ([]netip.Addr, error)) *resolver {
	return &resolver{
		lookup: lookup,
		slots:  make(chan struct{}, maxLookups),
		now:    time.Now,
		names:  make(map[string]*name),
	}
}

// resolve calls f on l with the addresses of host, at once when they are known.
// The addresses must not be changed.
func (r *resolver) resolve(l *loop.Loop, host string, f func(addrs []netip.Addr, err error)) {
	r.mu.Lock()
	n := r.names[host]
	if n != nil && !n.busy && r.now().Before(n.expires) {
		addrs, err := n.addrs, n.err
		r.mu.Unlock()
		f(addrs, err)
		return
	}
	defer r.mu.Unlock()
	if n == nil {
		r.makeRoom()
		n = &name{}
		r.names[host] = n
	}
	n.waiting = append(n.waiting, func(addrs []netip.Addr, err error) {
		l.Post(func() { f(addrs, err) })
	})
	if !n.busy {
		n.busy = true
		go r.ask(host, n)
	}
}

// ask looks a name up and tells everybody who waits.
func (r *resolver) ask(host string, n *name) {
	addrs, err := r.inTurn(host)
	if err == nil && len(addrs) == 0 {
		err = &net.DNSError{Err: "no addresses", Name: host, IsNotFound: true}
	}
	r.mu.Lock()
	n.addrs, n.err, n.busy = interleave(addrs), err, false
	n.expires = r.now().Add(nameTTL)
	if err != nil {
		n.expires = r.now().Add(noNameTTL)
	}
	waiting := n.waiting
	n.waiting = nil
	addrs = n.addrs
	r.mu.Unlock()
	for _, f := range waiting {
		f(addrs, err)
	}
}

// inTurn looks a name up when its turn has come.
func (r *resolver) inTurn(host string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
		return r.lookup(ctx, host)
	case <-ctx.Done():
		return nil, &net.DNSError{Err: "too many lookups at the same time", Name: host, IsTimeout: true}
	}
}

// makeRoom keeps the cache within its limit: it drops what has expired, or else
// something.
func (r *resolver) makeRoom() {
	if len(r.names) < maxNames {
		return
	}
	now := r.now()
	for host, n := range r.names {
		if !n.busy && now.After(n.expires) {
			delete(r.names, host)
		}
	}
	for host, n := range r.names {
		if len(r.names) < maxNames {
			return
		}
		if !n.busy {
			delete(r.names, host)
		}
	}
}

// interleave orders addresses so that families alternate, beginning with that
// of the first (RFC 8305, 4).
func interleave(addrs []netip.Addr) []netip.Addr {
	var first, second []netip.Addr
	for _, a := range addrs {
		a = a.Unmap()
		if len(first) == 0 || a.Is4() == first[0].Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	out := make([]netip.Addr, 0, len(addrs))
	for i := range max(len(first), len(second)) {
		if i < len(first) {
			out = append(out, first[i])
		}
		if i < len(second) {
			out = append(out, second[i])
		}
	}
	return out
}
