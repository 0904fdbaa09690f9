package worker

import (
	"bytes"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"pipy/pipy/script"
	"pipy/pipy/stats"
)

// began is when the process started, near enough.
var began = time.Now()

// clockTick is how many of the kernel's units of processor time there are in a
// second, on all platforms that Go knows.
const clockTick = 100

// goMetrics are what the Go runtime counts.
var goMetrics = []struct {
	described
	typ  stats.Type
	name string
}{
	{goGoroutines, stats.TypeGauge, "/sched/goroutines:goroutines"},
	{goroutines, stats.TypeGauge, "/sched/goroutines:goroutines"},
	{goHeap, stats.TypeGauge, "/memory/classes/heap/objects:bytes"},
	{goHeapSys, stats.TypeGauge, "/memory/classes/total:bytes"},
	{goGCs, stats.TypeCounter, "/gc/cycles/total:gc-cycles"},
}

// processMetrics returns what belongs to no worker. What the system does not tell
// is left out.
func processMetrics() stats.Snapshot {
	m := &measurement{names: map[string]*stats.Family{}}
	m.gauge(buildInfo, 1, script.Process.Tag, script.Process.Commit)
	m.names[buildInfo.name].Root.Present = false
	samples := make([]metrics.Sample, len(goMetrics))
	for i, d := range goMetrics {
		samples[i].Name = d.name
	}
	metrics.Read(samples)
	for i, d := range goMetrics {
		if samples[i].Value.Kind() == metrics.KindUint64 {
			m.number(d.described, d.typ, int64(samples[i].Value.Uint64()))
		}
	}
	m.gauge(processStart, began.Unix())
	m.proc()
	return m.snapshot
}

// proc adds what Linux tells about the process.
func (m *measurement) proc() {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return
	}
	// The fields behind the name, which may hold anything, begin with the third.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	field := func(number int) int64 {
		if number-3 >= len(fields) {
			return 0
		}
		n, _ := strconv.ParseInt(fields[number-3], 10, 64)
		return n
	}
	cpu := m.family(processCPU, stats.TypeCounter)
	cpu.Root.Value = float64(field(14)+field(15)) / clockTick
	m.gauge(processVirtual, field(23))
	m.gauge(processRSS, field(24)*int64(os.Getpagesize()))
	if dir, err := os.Open("/proc/self/fd"); err == nil {
		names, _ := dir.Readdirnames(-1)
		dir.Close()
		m.gauge(processFDs, int64(max(0, len(names)-1))) // without the one that reads them
	}
	limits, _ := os.ReadFile("/proc/self/limits")
	for line := range strings.SplitSeq(string(limits), "\n") {
		if rest, ok := strings.CutPrefix(line, "Max open files"); ok {
			if words := strings.Fields(rest); len(words) > 0 {
				if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
					m.gauge(processMaxFDs, n)
				}
			}
		}
	}
}
