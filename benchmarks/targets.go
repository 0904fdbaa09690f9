package main

import (
	"fmt"
	"strconv"
)

// bar is a target for our own binary: the median of metric is at most limit, or
// limit times the median of the server of.
type bar struct {
	scenario string
	metric   metric
	limit    float64
	of       string // "" for an absolute limit
}

var bars = []bar{
	{"hello", cpuPerRequest, 1.15, "nginx"},
	{"proxy", cpuPerRequest, 1.2, "nginx"},
	{"plugin", cpuPerRequest, 1.05, "nginx"},
	{"tcp", cpuPerRequest, 1.1, "haproxy"},
	{"hello", resident, 25, ""},
	{"proxy", resident, 25, ""},
	{"plugin", resident, 25, ""},
	{"tcp", resident, 25, ""},
	{"download", cpuPerGB, 0.9, ""},
	{"upload", cpuPerGB, 0.9, ""},
	{"idle", perConnection, 4, ""},
	{"startup", firstAnswer, 30, ""},
	{"footprint", binarySize, 25, ""},
	{"footprint", idleResident, 20, ""},
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
	if v <= b.limit {
		return got, "reached"
	}
	return got, "missed"
}

// String returns the wish, like "≤ 1.15 × nginx".
func (b bar) String() string {
	s := "≤ " + strconv.FormatFloat(b.limit, 'f', -1, 64)
	if b.of != "" {
		s += " × " + b.of
	}
	return s
}
