package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	rateConnections = 64
	// lateBy is how late a request may be sent, for lack of processor time in the
	// load, without being counted as late.
	lateBy = time.Millisecond
)

// openResult is what came of requests that were sent at given times.
type openResult struct {
	latencies []time.Duration // sorted; from when a request was to be sent to its last byte
	late      int             // requests sent later than they should, not because of the server
	errors    int
}

// percentile returns the latency that the given part of the requests, 0 to 1, did
// not exceed.
func (r *openResult) percentile(part float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	i := int(part * float64(len(r.latencies)))
	return r.latencies[min(i, len(r.latencies)-1)]
}

// openLoad asks for path at a fixed rate, whatever the answers: each of the
// connections has moments of its own at which requests are due. One that has to
// wait for the answer before counts from when it was due, so that a pause of the
// server shows in all requests that it hits.
func openLoad(ctx context.Context, addr, path string, rate int, d time.Duration) (*openResult, error) {
	total := &openResult{}
	var mu sync.Mutex
	errs := make([]error, rateConnections)
	var wait sync.WaitGroup
	begin := time.Now().Add(50 * time.Millisecond)
	interval := time.Second * rateConnections / time.Duration(rate)
	for i := range rateConnections {
		wait.Go(func() {
			one := &openResult{}
			first := begin.Add(interval * time.Duration(i) / rateConnections)
			errs[i] = one.connection(ctx, addr, path, first, interval, begin.Add(d))
			mu.Lock()
			defer mu.Unlock()
			total.latencies = append(total.latencies, one.latencies...)
			total.late += one.late
			total.errors += one.errors
		})
	}
	wait.Wait()
	slices.Sort(total.latencies)
	return total, errors.Join(errs...)
}

// connection sends the requests of one connection.
func (r *openResult) connection(ctx context.Context, addr, path string, due time.Time, interval time.Duration, end time.Time) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n")
	in := bufio.NewReader(conn)
	for ; due.Before(end); due = due.Add(interval) {
		free := time.Now()
		if err := sleep(ctx, time.Until(due)); err != nil {
			return err
		}
		if free.Before(due) && time.Since(due) > lateBy {
			r.late++
		}
		if _, err := conn.Write(request); err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			r.errors++
		}
		r.latencies = append(r.latencies, time.Since(due))
	}
	return nil
}

// measureRate measures latencies at the scenario's rate.
func measureRate(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if _, err := openLoad(ctx, addr, sc.path, sc.rate, warmUp); err != nil {
		return nil, err
	}
	var r *openResult
	used, err := observe(p, func() (err error) {
		r, err = openLoad(ctx, addr, sc.path, sc.rate, b.duration)
		return err
	})
	if err != nil {
		return nil, err
	}
	n := len(r.latencies)
	if n == 0 {
		return nil, fmt.Errorf("not one request was answered")
	}
	ms := func(part float64) float64 { return r.percentile(part).Seconds() * 1e3 }
	return sample{
		latency50.key: ms(0.5), latency90.key: ms(0.9), latency99.key: ms(0.99), latency999.key: ms(0.999),
		cpuShare.key: 100 * used.cpu.Seconds() / used.elapsed.Seconds(),
		late.key:     100 * float64(r.late) / float64(n),
		failed.key:   float64(r.errors),
	}, nil
}
