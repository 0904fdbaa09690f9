package admin

import (
	"net"
	"sync"
	"time"
)

// Limits of guessing.
const (
	maxFailures   = 10 // wrong tokens of one client in failureWindow
	failureWindow = time.Minute
	maxClients    = 4096 // that are remembered
)

// throttle slows down who tries tokens. The zero value is ready for use.
type throttle struct {
	// Guarded by mu:
	mu       sync.Mutex
	byClient map[string]*failures
}

// failures are the wrong tokens of a client since a moment.
type failures struct {
	since time.Time
	count int
}

// allow tells whether a client may try a token.
func (t *throttle) allow(client string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.byClient[network(client)]
	return f == nil || f.count < maxFailures || time.Since(f.since) > failureWindow
}

// fail notes a wrong token.
func (t *throttle) fail(client string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byClient == nil {
		t.byClient = map[string]*failures{}
	}
	key, now := network(client), time.Now()
	f := t.byClient[key]
	if f == nil || now.Sub(f.since) > failureWindow {
		t.forget(now)
		f = &failures{since: now}
		t.byClient[key] = f
	}
	f.count++
}

// forget makes room: for a start, clients that have been quiet.
func (t *throttle) forget(now time.Time) {
	for key, f := range t.byClient {
		if len(t.byClient) < maxClients {
			return
		}
		if now.Sub(f.since) > failureWindow {
			delete(t.byClient, key)
		}
	}
	for key := range t.byClient {
		if len(t.byClient) < maxClients {
			return
		}
		delete(t.byClient, key)
	}
}

// network is what one client can choose its addresses from: it may have all of
// an IPv6 network of 64 bits.
func network(client string) string {
	ip := net.ParseIP(client)
	if ip == nil || ip.To4() != nil {
		return client
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}
