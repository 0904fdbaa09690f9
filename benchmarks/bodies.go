package main

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// bodyPath and a number is what the bulk origin answers with so many bytes.
const bodyPath = "/bytes/"

// writeBody answers with n bytes.
func writeBody(w http.ResponseWriter, n int) {
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
	end := time.Now().Add(d)
	err = overAll(ctx, addr, nil, func(_ int, c *bulkClient) error {
		for first := true; first || time.Now().Before(end); first = false {
			n, err := c.get(path)
			if err != nil {
				return err
			}
			count.Add(1)
			size.Add(n)
		}
		return nil
	})
	return count.Load(), size.Load(), err
}
