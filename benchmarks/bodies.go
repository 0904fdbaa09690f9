package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// bodyPath and a number is what the bulk origin answers with so many bytes.
const bodyPath = "/bytes/"

// writeBody answers with size bytes.
func writeBody(w http.ResponseWriter, size string) {
	n, err := strconv.Atoi(size)
	if err != nil || n < 0 {
		http.Error(w, "want a number of bytes", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(n))
	buf := make([]byte, min(n, bulkBuffer))
	for n > 0 {
		m, err := w.Write(buf[:min(n, len(buf))])
		if err != nil {
			return // the client sees a short body
		}
		n -= m
	}
}

// measureBodies fetches bodies of one size for as long as others are loaded.
func measureBodies(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if _, _, err := fetch(ctx, addr, sc.path, warmUp); err != nil {
		return nil, err
	}
	var bodies, bytes int64
	used, err := observe(p, func() (err error) {
		bodies, bytes, err = fetch(ctx, addr, sc.path, b.duration)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sample{
		cpuPerRequest.key: float64(used.cpu.Nanoseconds()) / 1e3 / float64(bodies),
		throughput.key:    float64(bytes) / 1e6 / used.elapsed.Seconds(),
		requestRate.key:   float64(bodies) / used.elapsed.Seconds(),
		resident.key:      used.memory,
	}, nil
}

// fetch asks for path again and again for the duration, over bulkConnections
// connections, and returns how many bodies and bytes came.
func fetch(ctx context.Context, addr, path string, d time.Duration) (bodies, bytes int64, err error) {
	var count, size atomic.Int64
	errs := make([]error, bulkConnections)
	end := time.Now().Add(d)
	var wait sync.WaitGroup
	for i := range bulkConnections {
		wait.Go(func() {
			errs[i] = fetchOver(ctx, addr, path, end, func(n int64) {
				count.Add(1)
				size.Add(n)
			})
		})
	}
	wait.Wait()
	return count.Load(), size.Load(), errors.Join(errs...)
}

func fetchOver(ctx context.Context, addr, path string, end time.Time, got func(int64)) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	in := bufio.NewReaderSize(conn, bulkBuffer)
	buf := make([]byte, bulkBuffer)
	for first := true; first || time.Now().Before(end); first = false {
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path); err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		n, err := drain(res.Body, buf)
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK || n != res.ContentLength {
			return fmt.Errorf("want status 200 and %d bytes, got %d and %d", res.ContentLength, res.StatusCode, n)
		}
		got(n)
	}
	return nil
}
