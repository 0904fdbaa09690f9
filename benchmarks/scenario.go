package main

import "context"

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
	unpinned bool // server and load may use all processors
	origin   bool // wants the nginx origin
	wrk      bool // wants wrk
	measure  func(ctx context.Context, b *bench, s *server, sc *scenario) (sample, error)
	metrics  []metric // the first one is compared with the baseline
}

var (
	loadMetrics = []metric{cpuPerRequest, requestRate, latency50, latency99, resident, failed}
	bulkMetrics = []metric{cpuPerGB, throughput, resident}
)

var scenarios = []*scenario{
	{
		name: "hello", doc: "a constant answer",
		config: "hello", script: "hello.js", path: "/", workers: 1, wrk: true,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "proxy", doc: "a plain HTTP proxy",
		config: "proxy", script: "proxy.js", path: "/", workers: 1, origin: true, wrk: true,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "plugin", doc: "a proxy that routes by path and balances; in Pipy made of plug-ins",
		config: "plugin", script: "plugin/main.js", path: "/hi/bench", workers: 1, origin: true, wrk: true,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "tcp", doc: "a TCP proxy, loaded with HTTP requests",
		config: "tcp", script: "tcp.js", path: "/", workers: 1, origin: true, wrk: true,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "download", doc: "large response bodies through the HTTP proxy",
		config: "bulk", script: "proxy.js", path: "/download", workers: 1,
		measure: measureBulk, metrics: bulkMetrics,
	},
	{
		name: "upload", doc: "large request bodies through the HTTP proxy",
		config: "bulk", script: "proxy.js", path: "/upload", workers: 1,
		measure: measureBulk, metrics: bulkMetrics,
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
		config: "hello", script: "hello.js", path: "/", workers: 1, unpinned: true, wrk: true,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "workers2", doc: "a constant answer by two workers, server and load on all processors",
		config: "hello", script: "hello.js", path: "/", workers: 2, unpinned: true, wrk: true,
		measure: measureLoad, metrics: loadMetrics,
	},
	{
		name: "footprint", doc: "size of the program, and its memory after one answer",
		config: "hello", script: "hello.js", path: "/", workers: 1,
		measure: measureFootprint, metrics: []metric{binarySize, idleResident},
	},
}
