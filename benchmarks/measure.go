package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"
)

const (
	warmUp         = time.Second            // load before a measurement
	watchInterval  = 100 * time.Millisecond // between two looks at the memory
	idleProbes     = 100                    // connections that must still answer after waiting
	requestTimeout = 5 * time.Second        // of one request on an idle connection
	mib            = 1 << 10                // KiB
)

// usage is what a server used while something was done to it.
type usage struct {
	cpu     time.Duration
	elapsed time.Duration
	memory  float64 // MiB, the most that was seen
}

// observe does f and returns what the server's processes used meanwhile.
func observe(p *process, f func() error) (usage, error) {
	pids := family(p.cmd.Process.Pid)
	before, err := processorTime(pids)
	if err != nil {
		return usage{}, err
	}
	start := time.Now()
	stop := watchMemory(pids)
	err = f()
	memory := stop()
	elapsed := time.Since(start)
	if err != nil {
		return usage{}, err
	}
	if err := p.ended(); err != nil {
		return usage{}, err
	}
	after, err := processorTime(pids)
	if err != nil {
		return usage{}, err
	}
	return usage{after - before, elapsed, memory}, nil
}

// watchMemory looks at the memory of the processes until stop is called, which
// returns the most that was seen, in MiB.
func watchMemory(pids []int) (stop func() float64) {
	quit, most := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		var top int64
		for {
			n, err := residentKiB(pids)
			if err == nil { // a process that has ended is found out elsewhere
				top = max(top, n)
			}
			select {
			case <-quit:
				most <- top
				return
			case <-tick.C:
			}
		}
	}()
	return func() float64 {
		close(quit)
		return float64(<-most) / mib
	}
}

// measureLoad loads the server with wrk.
func measureLoad(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	return b.load(ctx, p, s, sc, addr)
}

// measureGzip loads the server with wrk and tells how large the answer is that
// it compressed.
func measureGzip(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	size, err := b.probe(sc).get(ctx, addr)
	if err != nil {
		return nil, err
	}
	got, err := b.load(ctx, p, s, sc, addr)
	if err != nil {
		return nil, err
	}
	got[answerSize.key] = float64(size) / 1024
	return got, nil
}

// load loads the running server at addr with wrk.
func (b *bench) load(ctx context.Context, p *process, s *server, sc *scenario, addr string) (sample, error) {
	cpus, threads := b.loadCPU, 1
	if sc.unpinned {
		cpus, threads = b.allCPUs, sc.workers
	}
	url := "http://" + addr + sc.path
	if sc.tls {
		url = "https://" + addr + sc.path
	}
	var headers []string
	if sc.gzip {
		headers = []string{"Accept-Encoding: gzip"}
	}
	if _, err := runWrk(ctx, cpus, threads, warmUp, url, headers...); err != nil {
		return nil, err
	}
	var r wrkResult
	used, err := observe(p, func() (err error) {
		r, err = runWrk(ctx, cpus, threads, b.duration, url, headers...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if r.requests == 0 {
		return nil, fmt.Errorf("not one request was answered: %v", r.errorLines)
	}
	for _, line := range r.errorLines {
		b.progress("%s %s: %s", sc.name, s.Name, line)
	}
	return sample{
		cpuPerRequest.key: float64(used.cpu.Nanoseconds()) / 1e3 / float64(r.requests),
		requestRate.key:   r.perSecond,
		latency50.key:     r.p50.Seconds() * 1e3,
		latency99.key:     r.p99.Seconds() * 1e3,
		resident.key:      used.memory,
		failed.key:        float64(r.errors),
	}, nil
}

// measureBulk moves large bodies through the server.
func measureBulk(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	config := b.probe(sc).tls
	if err := transfer(ctx, addr, sc.path, config, bulkConnections); err != nil { // warms up
		return nil, err
	}
	used, err := observe(p, func() error { return transfer(ctx, addr, sc.path, config, b.bulkMessages) })
	if err != nil {
		return nil, err
	}
	moved := float64(b.bulkMessages) * bulkBody
	return sample{
		cpuPerGB.key:        used.cpu.Seconds() / (moved / 1e9),
		megabytesPerCPU.key: moved / 1e6 / used.cpu.Seconds(),
		throughput.key:      moved / 1e6 / used.elapsed.Seconds(),
		resident.key:        used.memory,
	}, nil
}

// measureIdle opens many connections, one after the other, sends a request over
// each and keeps them all.
func measureIdle(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if err := sleep(ctx, b.settle); err != nil {
		return nil, err
	}
	pids := family(p.cmd.Process.Pid)
	before, err := residentKiB(pids)
	if err != nil {
		return nil, err
	}
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			_ = c.(*net.TCPConn).SetLinger(0) // leaves no connection in TIME-WAIT
			c.Close()
		}
	}()
	for range b.idle(sc) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("connection %d: %w", len(conns)+1, err)
		}
		conns = append(conns, c)
		if err := roundTrip(c, sc.path); err != nil {
			return nil, fmt.Errorf("connection %d: %w", len(conns), err)
		}
	}
	if err := sleep(ctx, b.settle); err != nil {
		return nil, err
	}
	after, err := residentKiB(pids)
	if err != nil {
		return nil, err
	}
	var silent int
	for c := range slices.Chunk(conns, max(1, len(conns)/idleProbes)) {
		if err := roundTrip(c[0], sc.path); err != nil {
			silent++
		}
	}
	return sample{
		perConnection.key: float64(after-before) / float64(len(conns)),
		connections.key:   float64(len(conns)),
		resident.key:      float64(after) / mib,
		failed.key:        float64(silent),
	}, nil
}

// roundTrip sends a request over c and reads the answer.
func roundTrip(c net.Conn, path string) error {
	if err := c.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return err
	}
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: bench\r\n\r\n"); err != nil {
		return err
	}
	var buf [1 << 10]byte
	for n := 0; !bytes.HasSuffix(buf[:n], []byte(helloBody)); {
		if n == len(buf) {
			return fmt.Errorf("want an answer that ends in %q, got %q", helloBody, buf[:n])
		}
		m, err := c.Read(buf[n:])
		if err != nil {
			return err
		}
		n += m
	}
	return nil
}

// measureStartup starts the server several times.
func measureStartup(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	var times []float64
	for range b.starts {
		l, err := b.prepare(s, sc)
		if err != nil {
			return nil, err
		}
		start := time.Now()
		p, err := l.spawn()
		if err != nil {
			return nil, err
		}
		err = p.answered(ctx, l.addr, l.ready)
		elapsed := time.Since(start)
		p.stop()
		if err != nil {
			return nil, err
		}
		times = append(times, elapsed.Seconds()*1e3)
	}
	return sample{firstAnswer.key: median(times), slowestStart.key: slices.Max(times)}, nil
}

// measureFootprint looks at the program's file, and at its memory when it has
// answered one request.
func measureFootprint(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	fi, err := os.Stat(s.Path)
	if err != nil {
		return nil, err
	}
	p, _, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if err := sleep(ctx, b.settle); err != nil {
		return nil, err
	}
	n, err := residentKiB(family(p.cmd.Process.Pid))
	if err != nil {
		return nil, err
	}
	return sample{binarySize.key: float64(fi.Size()) / (1 << 20), idleResident.key: float64(n) / mib}, nil
}

// sleep waits for d or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
