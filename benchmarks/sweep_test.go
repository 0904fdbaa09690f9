package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOpenLoadSendsAtItsRate(t *testing.T) {
	var requests int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, helloBody) }))
	defer srv.Close()
	r, err := openLoad(context.Background(), srv.Listener.Addr().String(), "/", 640, 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	// 64 connections, each due every 100 ms: twice within 200 ms.
	if requests = len(r.latencies); requests != 2*rateConnections || r.errors != 0 {
		t.Errorf("got %d requests and %d errors, want %d and 0", requests, r.errors, 2*rateConnections)
	}
}

func TestOpenLoadCountsFromWhenARequestWasDue(t *testing.T) {
	hold := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-hold
		io.WriteString(w, helloBody)
	}))
	defer srv.Close()
	const pause = time.Second
	time.AfterFunc(pause, func() { close(hold) })
	r, err := openLoad(context.Background(), srv.Listener.Addr().String(), "/", 1280, 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	// All were due within 250 ms, and no answer came before the pause was over.
	if got := r.percentile(0.5); got < 50*time.Millisecond {
		t.Errorf("median: got %v, want the time that requests waited to be sent in it", got)
	}
}

func TestPercentile(t *testing.T) {
	r := &openResult{}
	if got := r.percentile(0.99); got != 0 {
		t.Errorf("of nothing: got %v", got)
	}
	for i := range 100 {
		r.latencies = append(r.latencies, time.Duration(i+1))
	}
	for part, want := range map[float64]time.Duration{0: 1, 0.5: 51, 0.99: 100, 1: 100} {
		if got := r.percentile(part); got != want {
			t.Errorf("%v: got %d, want %d", part, got, want)
		}
	}
}

func TestReportHasAChartForEachMeasure(t *testing.T) {
	s := sweeps[2]
	r := &report{Rounds: 1, sweeps: []*sweep{s}, Servers: []*server{{Name: kindNginx}, {Name: kindPipy}}}
	for i, sc := range s.scenarios()[:3] {
		for k, server := range r.Servers {
			r.result(sc, server).add(sample{cpuPerRequest.key: float64(10*i + k), throughput.key: 5})
		}
	}
	dir := t.TempDir()
	if err := r.writeReport(dir); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range s.charts {
		name := chartFile(s, m)
		if !strings.Contains(string(page), "("+name+")") {
			t.Errorf("the page does not show %s", name)
		}
		svg, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(svg), "<circle"); n != 2*3+2 {
			t.Errorf("%s: got %d circles, want one for each point and one for each server", name, n)
		}
		for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	if !strings.Contains(string(page), "| 10 kB | 20.00 | 21.00 |") && !strings.Contains(string(page), "| 10 kB | 5 | 5 | 20.00 | 21.00 |") {
		t.Errorf("the page has no row of 10 kB:\n%s", page)
	}
}

func TestStepsAreNice(t *testing.T) {
	for v, want := range map[float64]float64{1: 0.2, 7: 1, 48: 10, 1230: 200, 0.05: 0.01} {
		if got := niceStep(v); got < want*0.999 || got > want*1.001 {
			t.Errorf("%v: got steps of %v, want %v", v, got, want)
		}
	}
}
