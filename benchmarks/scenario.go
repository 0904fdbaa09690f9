package main

import (
	"context"
	"slices"
)

// metric is something that is measured. Its key names it in JSON, its title in
// tables; digits are shown after the point.
type metric struct {
	key, title string
	digits     int
}

// Sizes: GB is 10^9 bytes of bodies, MiB and KiB are 2^20 and 2^10 bytes of memory or files.
var (
	cpuPerRequest = metric{"cpu_us_per_request", "CPU µs/request", 2}
	requestRate   = metric{"requests_per_second", "requests/s", 0}
	latency50     = metric{"p50_ms", "p50 ms", 2}
	latency99     = metric{"p99_ms", "p99 ms", 2}
	resident      = metric{"resident_mib", "resident MiB", 1}
	failed        = metric{"errors", "errors", 0}
	cpuPerGB      = metric{"cpu_s_per_gb", "CPU s/GB", 3}
	throughput    = metric{"mb_per_second", "MB/s", 0}
	perConnection = metric{"kib_per_connection", "KiB/connection", 2}
	connections   = metric{"connections", "connections", 0}
	firstAnswer   = metric{"first_answer_ms", "first answer ms", 1}
	slowestStart  = metric{"slowest_ms", "slowest ms", 1}
	binarySize    = metric{"binary_mib", "binary MiB", 1}
	idleResident  = metric{"idle_resident_mib", "idle resident MiB", 1}
	answerSize    = metric{"answer_kib", "answer KiB", 2}
	latencyMean   = metric{"mean_ms", "mean ms", 2}
	latencyMost   = metric{"most_ms", "slowest ms", 2}

	// What one second of processor time does: more is better.
	requestsPerCPU   = metric{"requests_per_cpu_second", "requests/CPU s", 0}
	handshakesPerCPU = metric{"handshakes_per_cpu_second", "handshakes/CPU s", 0}
	megabytesPerCPU  = metric{"mb_per_cpu_second", "MB/CPU s", 0}

	cpuPerHandshake = metric{"cpu_us_per_handshake", "CPU µs/handshake", 1}
	handshakeRate   = metric{"handshakes_per_second", "handshakes/s", 0}
)

// sample holds what one run gave, by the key of the metric.
type sample map[string]float64

// scenario is one thing that servers are compared in.
type scenario struct {
	name     string
	doc      string
	config   string // configs/nginx-X.conf and configs/haproxy-X.cfg
	script   string // file in scripts
	path     string // what is requested
	workers  int
	unpinned bool   // server and load may use all processors
	origin   bool   // wants the nginx origin
	bulk     bool   // wants bulkOrigin
	tool     string // program that makes the load, "" for this one
	needs    string // a feature that servers may lack
	tls      bool   // clients speak TLS 1.3
	resume   bool   // and resume sessions
	h2       bool   // clients speak HTTP/2 without TLS, with prior knowledge
	gzip     bool   // clients accept gzip, and get jsonBody
	only     string // the kind of server that it is about; "" for all

	rate        int      // requests per second, for measureRate
	connections int      // for measureIdle; 0 for as many as can be
	env         []string // more environment of Pipy: "NAME=value"

	measure func(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error)
	metrics []metric // the first one is compared with the baseline
}

var (
	loadMetrics = []metric{cpuPerRequest, requestRate, latency50, latency99, resident, failed}
	bulkMetrics = []metric{cpuPerGB, throughput, resident}
	h2Metrics   = []metric{requestsPerCPU, cpuPerRequest, requestRate, latencyMean, latencyMost, resident, failed}
	tlsMetrics  = []metric{handshakesPerCPU, cpuPerHandshake, handshakeRate, latency50, latency99, resident, failed}
)

var scenarios = []*scenario{
	{
		name: "hello", doc: "a constant answer",
		config: "hello", script: "hello.js", path: "/", workers: 1, tool: toolWrk,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "proxy", doc: "a plain HTTP proxy",
		config: "proxy", script: "proxy.js", path: "/", workers: 1, origin: true, tool: toolWrk,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "plugin", doc: "a proxy that routes by path and balances; in Pipy made of plug-ins",
		config: "plugin", script: "plugin/main.js", path: "/hi/bench", workers: 1, origin: true, tool: toolWrk,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "tcp", doc: "a TCP proxy, loaded with HTTP requests",
		config: "tcp", script: "tcp.js", path: "/", workers: 1, origin: true, tool: toolWrk, needs: featureStream,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "download", doc: "large response bodies through the HTTP proxy",
		config: "bulk", script: "proxy.js", path: "/download", workers: 1, bulk: true,
		measure: measureBulk, metrics: bulkMetrics,
	},
	{
		name: "upload", doc: "large request bodies through the HTTP proxy",
		config: "bulk", script: "proxy.js", path: "/upload", workers: 1, bulk: true,
		measure: measureBulk, metrics: bulkMetrics,
	},
	{
		name: "gzip", doc: "an HTTP proxy that compresses JSON of 20 KB at the fastest level",
		config: "gzip", script: "gzip.js", path: "/data.json", workers: 1, bulk: true, tool: toolWrk, needs: featureGzip, gzip: true,
		measure: measureGzip, metrics: append(slices.Clone(loadMetrics), answerSize),
	},
	{
		name: "h2", doc: "a constant answer over HTTP/2 without TLS, 16 connections with 32 streams",
		config: "h2", script: "hello.js", path: "/", workers: 1, tool: toolH2load, needs: featureH2, h2: true,
		measure: measureH2, metrics: h2Metrics,
	},
	{
		name: "h2-upstream", doc: "an HTTP proxy with HTTP/1.1 clients and an HTTP/2 upstream without TLS",
		config: "h2-upstream", script: "h2-upstream.js", path: "/", workers: 1, origin: true, tool: toolWrk, needs: featureH2Upstream,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "tls-keepalive", doc: "a constant answer over TLS, on connections that are kept",
		config: "tls", script: "tls.js", path: "/", workers: 1, tool: toolWrk, needs: featureTLS, tls: true,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "tls-new", doc: "a connection, full TLS handshake and request each",
		config: "tls", script: "tls.js", path: "/", workers: 1, needs: featureTLS, tls: true,
		measure: measureHandshakes, metrics: tlsMetrics,
	},
	{
		name: "tls-resumed", doc: "a connection, TLS handshake with a session ticket and request each",
		config: "tls", script: "tls.js", path: "/", workers: 1, needs: featureTLS, tls: true, resume: true,
		measure: measureHandshakes, metrics: tlsMetrics,
	},
	{
		name: "tls-bulk", doc: "large response bodies through an HTTP proxy, to clients over TLS",
		config: "tls-bulk", script: "tls-bulk.js", path: "/download", workers: 1, bulk: true, needs: featureTLS, tls: true,
		measure: measureBulk, metrics: append([]metric{megabytesPerCPU}, bulkMetrics...),
	},
	{
		name: "idle", doc: "keep-alive connections that wait after one request each",
		config: "hello", script: "hello.js", path: "/", workers: 1,
		measure: measureIdle, metrics: []metric{perConnection, connections, resident, failed},
	},
	{
		name: "startup", doc: "from exec to the first answer",
		config: "hello", script: "hello.js", path: "/", workers: 1,
		measure: measureStartup, metrics: []metric{firstAnswer, slowestStart},
	},
	{
		name: "workers1", doc: "a constant answer by one worker, server and load on all processors",
		config: "hello", script: "hello.js", path: "/", workers: 1, unpinned: true, tool: toolWrk,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "workers2", doc: "a constant answer by two workers, server and load on all processors",
		config: "hello", script: "hello.js", path: "/", workers: 2, unpinned: true, tool: toolWrk,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "footprint", doc: "size of the program, and its memory after one answer",
		config: "hello", script: "hello.js", path: "/", workers: 1,
		measure: measureFootprint, metrics: []metric{binarySize, idleResident},
	},
}
