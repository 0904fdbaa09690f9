package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	h2Connections = 16
	h2Streams     = 32 // at once on each connection
)

// h2loadResult is what h2load says about one run.
type h2loadResult struct {
	requests   int64 // answered with 2xx or 3xx
	perSecond  float64
	mean, most time.Duration // of a request
	errors     int64         // failed requests and timeouts
}

// runH2load loads url for the duration, over HTTP/2 with prior knowledge, from
// one thread on the processors cpus.
func runH2load(ctx context.Context, cpus string, d time.Duration, url string) (h2loadResult, error) {
	out, err := runTool(ctx, cpus, toolH2load, "-t", "1", "-c", strconv.Itoa(h2Connections),
		"-m", strconv.Itoa(h2Streams), "-D", strconv.Itoa(int(d.Seconds()))+"s", url)
	if err != nil {
		return h2loadResult{}, err
	}
	return parseH2load(out)
}

// parseH2load reads the summary that h2load prints:
//
//	finished in 2.00s, 25291.00 req/s, 1.88MB/s
//	requests: 50582 total, 51094 started, 50582 done, 50582 succeeded, 0 failed, 0 errored, 0 timeout
//	                     min         max         mean         sd        +/- sd
//	time for request:      234us    442.98ms     19.69ms     36.23ms    94.87%
//
// Requests that were under way when the time was over are neither done nor failed.
func parseH2load(out string) (h2loadResult, error) {
	var r h2loadResult
	var seen int
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		var err error
		switch {
		case strings.HasPrefix(line, "finished in ") && len(f) >= 5 && f[4] == "req/s,":
			seen++
			r.perSecond, err = strconv.ParseFloat(f[3], 64)
		case strings.HasPrefix(line, "requests: "):
			seen++
			err = r.count(f[1:])
		case strings.HasPrefix(line, "time for request: ") && len(f) >= 6:
			seen++
			if r.most, err = parseLatency(f[4]); err == nil {
				r.mean, err = parseLatency(f[5])
			}
		}
		if err != nil {
			return h2loadResult{}, fmt.Errorf("h2load: line %q: %w", strings.TrimSpace(line), err)
		}
	}
	if seen != 3 {
		return h2loadResult{}, fmt.Errorf("h2load: want requests, their rate and times, got %q", out)
	}
	return r, nil
}

// count reads pairs of a number and a word. h2load counts an errored request
// as failed too.
func (r *h2loadResult) count(f []string) error {
	for i := 0; i+1 < len(f); i += 2 {
		n, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			return err
		}
		switch strings.TrimSuffix(f[i+1], ",") {
		case "succeeded":
			r.requests = n
		case "failed", "timeout":
			r.errors += n
		}
	}
	return nil
}

// measureH2 loads the server with h2load.
func measureH2(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error) {
	p, addr, err := b.start(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	url := "http://" + addr + sc.path
	if _, err := runH2load(ctx, b.loadCPU, warmUp, url); err != nil {
		return nil, err
	}
	var r h2loadResult
	used, err := observe(p, func() (err error) {
		r, err = runH2load(ctx, b.loadCPU, b.duration, url)
		return err
	})
	if err != nil {
		return nil, err
	}
	if r.requests == 0 {
		return nil, fmt.Errorf("not one request was answered, %d failed", r.errors)
	}
	return sample{
		requestsPerCPU.key: float64(r.requests) / used.cpu.Seconds(),
		cpuPerRequest.key:  float64(used.cpu.Nanoseconds()) / 1e3 / float64(r.requests),
		requestRate.key:    r.perSecond,
		latencyMean.key:    r.mean.Seconds() * 1e3,
		latencyMost.key:    r.most.Seconds() * 1e3,
		resident.key:       used.memory,
		failed.key:         float64(r.errors),
	}, nil
}
