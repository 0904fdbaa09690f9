package main

import (
	"fmt"
	"strconv"
)

// Directions of bars.
const (
	atMost  = "≤"
	atLeast = "≥"
)

// bar is a target for our own binary: the median of metric is at most, or at
// least, limit, or limit times the median of the server of.
type bar struct {
	scenario string
	metric   metric
	wish     string // atMost or atLeast
	limit    float64
	of       string // "" for an absolute limit
}

var bars = []bar{
	{"hello", cpuPerRequest, atMost, 1.15, "nginx"},
	{"proxy", cpuPerRequest, atMost, 1.2, "nginx"},
	{"plugin", cpuPerRequest, atMost, 1.05, "nginx"},
	{"tcp", cpuPerRequest, atMost, 1.1, "haproxy"},
	{"hello", resident, atMost, 25, ""},
	{"proxy", resident, atMost, 25, ""},
	{"plugin", resident, atMost, 25, ""},
	{"tcp", resident, atMost, 25, ""},
	{"download", cpuPerGB, atMost, 0.9, ""},
	{"upload", cpuPerGB, atMost, 0.9, ""},
	{"idle", perConnection, atMost, 4, ""},
	{"startup", firstAnswer, atMost, 30, ""},
	{"footprint", binarySize, atMost, 25, ""},
	{"footprint", idleResident, atMost, 20, ""},
	{"h2", requestsPerCPU, atLeast, 0.7, "haproxy"},
	{"h2", requestsPerCPU, atLeast, 4, "nginx"},
	{"tls-keepalive", cpuPerRequest, atMost, 1.3, "nginx"},
	{"tls-new", handshakesPerCPU, atLeast, 0.8, "nginx"},
	{"tls-bulk", megabytesPerCPU, atLeast, 0.8, "nginx"},
}

// verdict compares the medians with the bar; get returns the median of a metric
// of a server in the bar's scenario. got is "-" when something was not measured.
func (b bar) verdict(get func(server string, m metric) (float64, bool)) (got, verdict string) {
	v, ok := get(kindPipy, b.metric)
	if !ok {
		return "-", "not measured"
	}
	got = formatNumber(v, b.metric.digits)
	if b.of != "" {
		base, ok := get(b.of, b.metric)
		if !ok || base == 0 {
			return "-", "not measured"
		}
		v /= base
		got = fmt.Sprintf("%.2f × %s", v, b.of)
	}
	if v == b.limit || (v < b.limit) == (b.wish == atMost) {
		return got, "reached"
	}
	return got, "missed"
}

// String returns the wish, like "≤ 1.15 × nginx".
func (b bar) String() string {
	s := b.wish + " " + strconv.FormatFloat(b.limit, 'f', -1, 64)
	if b.of != "" {
		s += " × " + b.of
	}
	return s
}
