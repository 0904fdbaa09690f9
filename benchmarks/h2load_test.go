package main

import (
	"testing"
	"time"
)

// Printed by h2load nghttp2/1.52.0 with -c16 -m32 -t1 -D2.
const h2loadGood = `starting benchmark...
spawning thread #0: 16 total client(s). Timing-based test with 0s of warm-up time and 2s of main duration for measurements.
Warm-up started for thread #0.
progress: 50% of clients started
progress: 100% of clients started
Warm-up phase is over for thread #0.
Main benchmark duration is started for thread #0.
Application protocol: h2c
Main benchmark duration is over for thread #0. Stopping all clients.
Stopped all clients for thread #0

finished in 2.00s, 25291.00 req/s, 1.88MB/s
requests: 50582 total, 51094 started, 50582 done, 50582 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 50583 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 3.76MB (3946238) total, 2.36MB (2478567) headers (space savings 50.51%), 543.36KB (556402) data
                     min         max         mean         sd        +/- sd
time for request:      234us    442.98ms     19.69ms     36.23ms    94.87%
time for connect:       59us       336us       199us        85us    62.50%
time to 1st byte:      802us      9.34ms      3.94ms      2.85ms    68.75%
req/s           :    1481.20     1663.34     1580.43       43.60    81.25%
`

func TestParseH2loadReadsRequestsAndTimes(t *testing.T) {
	got, err := parseH2load(h2loadGood)
	if err != nil {
		t.Fatal(err)
	}
	want := h2loadResult{requests: 50582, perSecond: 25291, mean: 19690 * time.Microsecond, most: 442980 * time.Microsecond}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The ends of what h2load prints about a server that answers 404 and closes
// connections, and about a port where nobody listens.
const (
	h2loadBad = `finished in 1.00s, 40000.00 req/s, 8.43MB/s
requests: 40004 total, 40006 started, 40004 done, 0 succeeded, 40004 failed, 4 errored, 0 timeout
status codes: 0 2xx, 0 3xx, 40000 4xx, 0 5xx
                     min         max         mean         sd        +/- sd
time for request:       15us      2.29ms        89us        42us    79.65%
`
	h2loadRefused = `finished in 1.01s, 0.00 req/s, 0B/s
requests: 0 total, 0 started, 0 done, 0 succeeded, 0 failed, 0 errored, 0 timeout
                     min         max         mean         sd        +/- sd
time for request:        0us         0us         0us         0us     0.00%
`
)

func TestParseH2loadCountsEachFailureOnce(t *testing.T) {
	for _, c := range []struct {
		out    string
		errors int64
	}{{h2loadBad, 40004}, {h2loadRefused, 0}} {
		got, err := parseH2load(c.out)
		if err != nil {
			t.Fatal(err)
		}
		if got.requests != 0 || got.errors != c.errors {
			t.Errorf("got %d requests and %d errors, want 0 and %d", got.requests, got.errors, c.errors)
		}
	}
}

func TestParseH2loadRefusesOtherText(t *testing.T) {
	const requests = "requests: 1 total, 1 started, 1 done, 1 succeeded, 0 failed, 0 errored, 0 timeout\n"
	for _, out := range []string{
		"", "starting benchmark...\n", requests,
		"finished in 1s, many req/s, 1B/s\n" + requests,
		"finished in 1s, 1 req/s, 1B/s\nrequests: all done\ntime for request: 1us 1us 1us 1us 1%\n",
		"finished in 1s, 1 req/s, 1B/s\n" + requests + "time for request: 1us 12parsecs 1us 1us 1%\n",
	} {
		if r, err := parseH2load(out); err == nil {
			t.Errorf("parseH2load(%q): got %+v, want an error", out, r)
		}
	}
}
