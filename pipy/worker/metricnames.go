package worker

import (
	"pipy/pipy/filters"
	"pipy/pipy/stats"
	"pipy/pipy/transport"
)

// described is a metric that every process has.
type described struct {
	name, help string
	labels     []string
}

// Metrics of workers.
var (
	pipelineCount     = described{"pipy_pipeline_count", "Pipelines that run.", []string{"module", "name"}}
	http2StreamCount  = described{"pipy_http2_stream_count", "Open HTTP/2 streams, of clients and to servers.", []string{"type"}}
	outboundFailed    = described{"pipy_outbound_failed_total", "Attempts to connect to a server that failed.", []string{"peer"}}
	outboundConnTime  = described{"pipy_outbound_conn_time", "Milliseconds that connecting to a server took.", []string{"peer"}}
	upstreamResponses = described{"pipy_upstream_responses_total", "HTTP responses of servers by class of status; those that broke off count as broken.", []string{"peer", "class"}}
	upstreamSeconds   = described{"pipy_upstream_response_seconds", "Seconds from sending an HTTP request to the head of its response.", []string{"peer"}}
	workerCount       = described{"pipy_worker_count", "Worker threads.", nil}
	drainingVersions  = described{"pipy_draining_versions", "Replaced versions of the program whose connections have not ended yet, in all workers.", nil}
)

// A trafficMetric is one figure of connections.
type trafficMetric struct {
	described
	typ   stats.Type
	value func(t *transport.Traffic) int64
}

func traffic(side, of, label string) []trafficMetric {
	labels := []string{label}
	return []trafficMetric{
		{described{"pipy_" + side + "_count", "Open " + of + ".", labels}, stats.TypeGauge, func(t *transport.Traffic) int64 { return t.Active }},
		{described{"pipy_" + side + "_total", "All " + of + " so far.", labels}, stats.TypeCounter, func(t *transport.Traffic) int64 { return t.Total }},
		{described{"pipy_" + side + "_in", "Bytes received on " + of + ".", labels}, stats.TypeCounter, func(t *transport.Traffic) int64 { return t.In }},
		{described{"pipy_" + side + "_out", "Bytes sent on " + of + ".", labels}, stats.TypeCounter, func(t *transport.Traffic) int64 { return t.Out }},
		{described{"pipy_" + side + "_overflowed_total", "Those " + of + " that were closed because too much output waited.", labels}, stats.TypeCounter, func(t *transport.Traffic) int64 { return t.Overflowed }},
	}
}

var (
	inboundMetrics  = traffic("inbound", "accepted connections", "listen")
	outboundMetrics = traffic("outbound", "connections to servers", "peer")
)

// A muxMetric is one figure of a filter that shares sessions.
type muxMetric struct {
	described
	typ   stats.Type
	value func(f *filters.MuxFigures) int64
}

var muxLabels = []string{"module", "name", "filter"}

var muxMetrics = []muxMetric{
	{described{"pipy_mux_sessions", "Open sessions of mux filters.", muxLabels}, stats.TypeGauge, func(f *filters.MuxFigures) int64 { return f.Sessions }},
	{described{"pipy_mux_active", "Messages in mux filters that are not answered yet.", muxLabels}, stats.TypeGauge, func(f *filters.MuxFigures) int64 { return f.Active }},
	{described{"pipy_mux_queued", "Those of them that wait behind others in their session.", muxLabels}, stats.TypeGauge, func(f *filters.MuxFigures) int64 { return f.Queued }},
	{described{"pipy_mux_hits_total", "Messages that found an open session.", muxLabels}, stats.TypeCounter, func(f *filters.MuxFigures) int64 { return f.Hits }},
	{described{"pipy_mux_misses_total", "Messages that started a session.", muxLabels}, stats.TypeCounter, func(f *filters.MuxFigures) int64 { return f.Misses }},
	{described{"pipy_mux_retries_total", "HTTP requests that were sent again.", muxLabels}, stats.TypeCounter, func(f *filters.MuxFigures) int64 { return f.Retries }},
	{described{"pipy_mux_failed_total", "HTTP requests that were answered with an error for lack of a response.", muxLabels}, stats.TypeCounter, func(f *filters.MuxFigures) int64 { return f.Failed }},
}

// Metrics of the process, under the names that they have everywhere.
var (
	buildInfo      = described{"pipy_build_info", "1, with the version of the program.", []string{"version", "commit"}}
	goGoroutines   = described{"go_goroutines", "Goroutines.", nil}
	goroutines     = described{"pipy_goroutines", "The same as go_goroutines.", nil}
	goHeap         = described{"go_memstats_heap_alloc_bytes", "Bytes of objects in the heap.", nil}
	goHeapSys      = described{"go_memstats_sys_bytes", "Bytes that the Go runtime got from the system.", nil}
	goGCs          = described{"go_gc_cycles_total", "Garbage collections that ended.", nil}
	processCPU     = described{"process_cpu_seconds_total", "Seconds of processor time, in user and system mode.", nil}
	processRSS     = described{"process_resident_memory_bytes", "Bytes of resident memory.", nil}
	processVirtual = described{"process_virtual_memory_bytes", "Bytes of virtual memory.", nil}
	processFDs     = described{"process_open_fds", "Open file descriptors.", nil}
	processMaxFDs  = described{"process_max_fds", "File descriptors that may be open at a time.", nil}
	processStart   = described{"process_start_time_seconds", "When the process started, in seconds since 1970.", nil}
)
