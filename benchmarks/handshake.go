package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// handshakers is how many connections are made at once.
const handshakers = 32

// handshaker makes connections one after the other, each for one request.
type handshaker struct {
	addr   string
	config *tls.Config
	resume bool
	buf    [4 << 10]byte

	times  []time.Duration // of the good ones: from connecting to the end of the answer
	errors int
	err    error // the first one
}

// newHandshakers returns as many as work at once. Those that resume have
// session tickets of their own.
func newHandshakers(addr string, config *tls.Config, resume bool) []*handshaker {
	var list []*handshaker
	for range handshakers {
		h := &handshaker{addr: addr, config: config, resume: resume}
		if resume {
			h.config = config.Clone()
			h.config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		}
		list = append(list, h)
	}
	return list
}

// once makes a connection and a request, and waits until the server closes the
// connection. It returns whether a session was resumed.
func (h *handshaker) once(ctx context.Context) (resumed bool, err error) {
	end := time.Now().Add(requestTimeout)
	if t, ok := ctx.Deadline(); ok && t.Before(end) {
		end = t
	}
	raw, err := net.DialTimeout("tcp", h.addr, requestTimeout)
	if err != nil {
		return false, err
	}
	defer raw.Close()
	if err := raw.SetDeadline(end); err != nil {
		return false, err
	}
	c := tls.Client(raw, h.config)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"); err != nil {
		return false, err
	}
	resumed = c.ConnectionState().DidResume
	for n, answered := 0, false; ; {
		if n == len(h.buf) {
			return resumed, fmt.Errorf("want an answer that ends in %q, got %q", helloBody, h.buf[:n])
		}
		m, err := c.Read(h.buf[n:])
		n += m
		answered = answered || bytes.HasSuffix(h.buf[:n], []byte(helloBody))
		if err != nil && answered {
			return resumed, nil // how the server says goodbye is its own affair
		}
		if err != nil {
			return resumed, err
		}
	}
}

// prime gets the first session ticket and tries it.
func (h *handshaker) prime(ctx context.Context) error {
	if !h.resume {
		return nil
	}
	if _, err := h.once(ctx); err != nil {
		return err
	}
	resumed, err := h.once(ctx)
	if err == nil && !resumed {
		return cannot("it does not resume TLS sessions")
	}
	return err
}

// run makes connections until the time has come, at least one.
func (h *handshaker) run(ctx context.Context, end time.Time) {
	for {
		start := time.Now()
		resumed, err := h.once(ctx)
		now := time.Now()
		if err == nil && resumed != h.resume {
			err = fmt.Errorf("want resumed sessions: %v, got %v", h.resume, resumed)
		}
		if err == nil {
			h.times = append(h.times, now.Sub(start))
		} else {
			h.errors++
			h.err = cmp.Or(h.err, err)
		}
		if ctx.Err() != nil || !now.Before(end) {
			return
		}
	}
}

// shakes is what handshakers did together.
type shakes struct {
	times   []time.Duration // sorted
	elapsed time.Duration
	errors  int
	err     error // one of them
}

// shake lets all work for the duration. Its error is that of ctx.
func shake(ctx context.Context, list []*handshaker, d time.Duration) (shakes, error) {
	start := time.Now()
	var wg sync.WaitGroup
	for _, h := range list {
		h.times, h.errors, h.err = nil, 0, nil
		wg.Go(func() { h.run(ctx, start.Add(d)) })
	}
	wg.Wait()
	s := shakes{elapsed: time.Since(start)}
	for _, h := range list {
		s.times = append(s.times, h.times...)
		s.errors += h.errors
		s.err = cmp.Or(s.err, h.err)
	}
	slices.Sort(s.times)
	return s, ctx.Err()
}

// percentile returns the time that a part of the connections did not exceed.
func (s shakes) percentile(part float64) time.Duration {
	return s.times[int(part*float64(len(s.times)-1))]
}

// measureHandshakes makes many connections with one request each.
func measureHandshakes(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	list := newHandshakers(addr, b.identity.client, sc.resume)
	for _, h := range list {
		if err := h.prime(ctx); err != nil {
			return nil, err
		}
	}
	if _, err := shake(ctx, list, warmUp); err != nil {
		return nil, err
	}
	var r shakes
	used, err := observe(p, func() (err error) {
		r, err = shake(ctx, list, b.duration)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(r.times) == 0 {
		return nil, fmt.Errorf("not one connection was good: %w", r.err)
	}
	if r.err != nil {
		b.progress("%s %s: %d of %d connections: %v", sc.name, s.Name, r.errors, r.errors+len(r.times), r.err)
	}
	n := float64(len(r.times))
	return sample{
		handshakesPerCPU.key: n / used.cpu.Seconds(),
		cpuPerHandshake.key:  float64(used.cpu.Nanoseconds()) / 1e3 / n,
		handshakeRate.key:    n / r.elapsed.Seconds(),
		latency50.key:        r.percentile(0.5).Seconds() * 1e3,
		latency99.key:        r.percentile(0.99).Seconds() * 1e3,
		resident.key:         used.memory,
		failed.key:           float64(r.errors),
	}, nil
}
