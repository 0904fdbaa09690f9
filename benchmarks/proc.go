package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// userHZ is the unit of the times in /proc/PID/stat. Linux shows them in
// hundredths of a second whatever its own tick is.
const userHZ = 100

// procStat is what we use of /proc/PID/stat.
type procStat struct {
	parent int
	cpu    time.Duration // user and system time of the process, ended threads included
}

// parseStat reads a line of /proc/PID/stat (proc(5)). The name of the program
// may contain blanks and parentheses, so fields are counted from the last one.
func parseStat(line string) (procStat, error) {
	end := strings.LastIndexByte(line, ')')
	if end < 0 {
		return procStat{}, fmt.Errorf("stat: want a program name in parentheses, got %q", line)
	}
	f := strings.Fields(line[end+1:]) // f[0] is field 3, the state
	if len(f) < 13 {
		return procStat{}, fmt.Errorf("stat: want at least 15 fields, got %q", line)
	}
	parent, err := strconv.Atoi(f[1])
	if err != nil {
		return procStat{}, fmt.Errorf("stat: parent: %w", err)
	}
	var ticks uint64
	for _, s := range f[11:13] { // fields 14 and 15
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return procStat{}, fmt.Errorf("stat: processor time: %w", err)
		}
		ticks += n
	}
	return procStat{parent, time.Duration(ticks) * time.Second / userHZ}, nil
}

// parseSchedstat reads the time on a processor from /proc/PID/task/TID/schedstat:
// nanoseconds running, nanoseconds waiting, number of turns.
func parseSchedstat(s string) (time.Duration, error) {
	f := strings.Fields(s)
	if len(f) != 3 {
		return 0, fmt.Errorf("schedstat: want 3 numbers, got %q", s)
	}
	n, err := strconv.ParseInt(f[0], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("schedstat: %w", err)
	}
	return time.Duration(n), nil
}

// parseField returns the value of a "Name:   value" line of /proc/PID/status,
// /proc/meminfo or /proc/cpuinfo, "" when there is none.
func parseField(text, name string) string {
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// parseKiB reads a value like "1234 kB".
func parseKiB(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSuffix(s, " kB"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("want a size like %q, got %q", "1234 kB", s)
	}
	return n, nil
}

// parseCPUList reads a list of processors like "0-2,5".
func parseCPUList(s string) ([]int, error) {
	var list []int
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("processor list %q: %w", s, err)
		}
		to, err := strconv.Atoi(last)
		if err != nil {
			return nil, fmt.Errorf("processor list %q: %w", s, err)
		}
		for n := from; n <= to; n++ {
			list = append(list, n)
		}
	}
	return list, nil
}

// family returns pid and all its living descendants.
func family(pid int) []int {
	children := map[int][]int{}
	paths, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has just ended
		}
		st, err := parseStat(string(b))
		if err != nil {
			continue
		}
		id, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		children[st.parent] = append(children[st.parent], id)
	}
	pids := []int{pid}
	for i := 0; i < len(pids); i++ {
		pids = append(pids, children[pids[i]]...)
	}
	return pids
}

// processorTime returns the time that the processes have spent on processors.
// It is exact to a scheduler tick while threads live; of ended threads only
// whole hundredths of a second are counted.
func processorTime(pids []int) (time.Duration, error) {
	var sum time.Duration
	for _, pid := range pids {
		t, err := processTime(pid)
		if err != nil {
			return 0, err
		}
		sum += t
	}
	return sum, nil
}

func processTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	st, err := parseStat(string(b))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	paths, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid)) // the pattern is well-formed
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // the thread has just ended, or the kernel has no schedstat
		}
		t, err := parseSchedstat(string(b))
		if err != nil {
			return 0, err
		}
		sum += t
	}
	return max(sum, st.cpu), nil
}

// residentKiB returns the sum of the resident memory of the processes. Pages
// that they share count for each of them.
func residentKiB(pids []int) (int64, error) {
	var sum int64
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0, err
		}
		n, err := parseKiB(parseField(string(b), "VmRSS"))
		if err != nil {
			return 0, fmt.Errorf("VmRSS of process %d: %w", pid, err)
		}
		sum += n
	}
	return sum, nil
}
