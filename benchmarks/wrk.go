package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Programs that make load.
const (
	toolWrk    = "wrk"
	toolH2load = "h2load"
)

// loadConnections is how many keep-alive connections wrk holds.
const loadConnections = 64

// wrkResult is what wrk says about one run.
type wrkResult struct {
	requests   int64
	perSecond  float64
	p50, p99   time.Duration
	errors     int64 // socket errors, timeouts and answers other than 2xx and 3xx
	errorLines []string
}

// runWrk loads url for the duration, which wrk takes in whole seconds, from
// threads threads on the processors cpus. Each request has the headers, which
// are like "name: value".
func runWrk(ctx context.Context, cpus string, threads int, d time.Duration, url string, headers ...string) (wrkResult, error) {
	args := []string{"-t", strconv.Itoa(threads), "-c", strconv.Itoa(loadConnections),
		"-d", strconv.Itoa(int(d.Seconds())) + "s", "--latency"}
	for _, h := range headers {
		args = append(args, "-H", h)
	}
	out, err := runTool(ctx, cpus, toolWrk, append(args, url)...)
	if err != nil {
		return wrkResult{}, err
	}
	return parseWrk(out)
}

// runTool runs a program on the processors cpus and returns what it prints.
func runTool(ctx context.Context, cpus, tool string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "taskset", append([]string{"-c", cpus, tool}, args...)...)
	cmd.SysProcAttr = childAttributes()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(out.String()))
	}
	return out.String(), nil
}

// parseWrk reads what wrk --latency prints.
func parseWrk(out string) (wrkResult, error) {
	var r wrkResult
	var seen int
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		var err error
		switch {
		case len(f) >= 3 && f[1] == "requests" && f[2] == "in":
			seen++
			r.requests, err = strconv.ParseInt(f[0], 10, 64)
		case len(f) == 2 && f[0] == "Requests/sec:":
			seen++
			r.perSecond, err = strconv.ParseFloat(f[1], 64)
		case len(f) == 2 && f[0] == "50%":
			seen++
			r.p50, err = parseLatency(f[1])
		case len(f) == 2 && f[0] == "99%":
			seen++
			r.p99, err = parseLatency(f[1])
		case strings.HasPrefix(strings.TrimSpace(line), "Socket errors:"):
			r.errorLines = append(r.errorLines, strings.TrimSpace(line))
			for _, s := range f[2:] {
				n, convErr := strconv.ParseInt(strings.TrimSuffix(s, ","), 10, 64)
				if convErr == nil { // the words between the numbers are not
					r.errors += n
				}
			}
		case strings.HasPrefix(strings.TrimSpace(line), "Non-2xx or 3xx responses:"):
			r.errorLines = append(r.errorLines, strings.TrimSpace(line))
			var n int64
			n, err = strconv.ParseInt(f[len(f)-1], 10, 64)
			r.errors += n
		}
		if err != nil {
			return wrkResult{}, fmt.Errorf("wrk: line %q: %w", strings.TrimSpace(line), err)
		}
	}
	if seen != 4 {
		return wrkResult{}, fmt.Errorf("wrk: want requests, their rate and two percentiles, got %q", out)
	}
	return r, nil
}

// parseLatency reads a time as wrk and h2load write it: us, ms, s, m or h with a fraction.
func parseLatency(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("want a time like %q, got %q", "1.23ms", s)
	}
	return d, nil
}
