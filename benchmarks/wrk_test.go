package main

import (
	"slices"
	"testing"
	"time"
)

// Printed by wrk 4.1.0 with --latency.
const wrkGood = `Running 1s test @ http://127.0.0.1:38277/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   475.41us  118.51us   3.56ms   89.30%
    Req/Sec   133.89k     4.61k  140.93k    72.73%
  Latency Distribution
     50%  452.00us
     75%  510.00us
     90%  580.00us
     99%    1.01ms
  146512 requests in 1.10s, 21.94MB read
Requests/sec: 133193.41
Transfer/sec:     19.94MB
`

const wrkBad = `Running 2s test @ http://127.0.0.1:38277/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.20s   118.51us   3.56ms   89.30%
    Req/Sec    20.00      4.61    93.00     72.73%
  Latency Distribution
     50%    1.20s 
     75%    1.30s 
     90%    1.40s 
     99%    1.07m 
  40 requests in 2.00s, 21.94KB read
  Socket errors: connect 1, read 20, write 300, timeout 4000
  Non-2xx or 3xx responses: 7
Requests/sec:     20.00
Transfer/sec:     10.97KB
`

func TestParseWrkReadsRequestsAndLatency(t *testing.T) {
	r, err := parseWrk(wrkGood)
	if err != nil {
		t.Fatal(err)
	}
	if r.requests != 146512 || r.perSecond != 133193.41 {
		t.Errorf("requests: got %d, %v per second, want 146512, 133193.41", r.requests, r.perSecond)
	}
	if r.p50 != 452*time.Microsecond || r.p99 != 1010*time.Microsecond {
		t.Errorf("latency: got %v and %v, want 452µs and 1.01ms", r.p50, r.p99)
	}
	if r.errors != 0 || len(r.errorLines) != 0 {
		t.Errorf("errors: got %d, %q, want none", r.errors, r.errorLines)
	}
}

func TestParseWrkAddsUpErrors(t *testing.T) {
	r, err := parseWrk(wrkBad)
	if err != nil {
		t.Fatal(err)
	}
	if r.errors != 4328 {
		t.Errorf("errors: got %d, want 1 + 20 + 300 + 4000 + 7", r.errors)
	}
	want := []string{"Socket errors: connect 1, read 20, write 300, timeout 4000", "Non-2xx or 3xx responses: 7"}
	if !slices.Equal(r.errorLines, want) {
		t.Errorf("lines: got %q, want %q", r.errorLines, want)
	}
	if r.p50 != 1200*time.Millisecond || r.p99 != 64200*time.Millisecond {
		t.Errorf("latency: got %v and %v, want 1.2s and 1.07 minutes", r.p50, r.p99)
	}
}

func TestParseWrkRefusesOtherText(t *testing.T) {
	for _, out := range []string{"", "unable to connect to 127.0.0.1:1 Connection refused\n", "x requests in 1s\n", "50% 12parsecs\n"} {
		if r, err := parseWrk(out); err == nil {
			t.Errorf("parseWrk(%q): got %+v, want an error", out, r)
		}
	}
}
