package main

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// Lines as a Linux 6.18 writes them; fields by proc(5).
const (
	statNginx = "3437 (nginx) S 1 3437 3437 0 -1 4194368 312 0 0 0 118 354 0 0 20 0 1 0 152301 11370496 1689 18446744073709551615 1 1 0 0 0 0 0 1073746048 402745863 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
	statOdd   = "99 (a) b (c d) R 7 99 99 0 -1 4194560 312 0 5 0 1 2 30 40 20 0 1 0 152301 11370496 1689\n"
)

func TestParseStatReadsParentAndProcessorTime(t *testing.T) {
	for _, c := range []struct {
		line string
		want procStat
	}{
		{statNginx, procStat{1, 4720 * time.Millisecond}},
		{statOdd, procStat{7, 30 * time.Millisecond}}, // times of children do not count
	} {
		got, err := parseStat(c.line)
		if err != nil || got != c.want {
			t.Errorf("parseStat(%.20q): got %v, %v, want %v", c.line, got, err, c.want)
		}
	}
}

func TestParseStatRefusesWhatIsNoStat(t *testing.T) {
	for _, line := range []string{"", "1 nginx S 1", "1 (nginx) S 1 2 3", "1 (nginx) S x 1 1 0 -1 0 0 0 0 0 1 1 0", "1 (nginx) S 1 1 1 0 -1 0 0 0 0 0 x 1 0"} {
		if got, err := parseStat(line); err == nil {
			t.Errorf("parseStat(%q): got %v, want an error", line, got)
		}
	}
}

func TestParseSchedstatReadsTimeOnProcessor(t *testing.T) {
	if got, err := parseSchedstat("672776 49373 2\n"); err != nil || got != 672776 {
		t.Errorf("got %d, %v, want 672776 ns", got, err)
	}
	for _, s := range []string{"", "1 2", "x 1 1"} {
		if _, err := parseSchedstat(s); err == nil {
			t.Errorf("parseSchedstat(%q): want an error", s)
		}
	}
}

func TestParseFieldFindsValueByName(t *testing.T) {
	const status = "Name:\tnginx\nVmHWM:\t   13000 kB\nVmRSS:\t   11264 kB\nCpus_allowed_list:\t0-1\n"
	if got := parseField(status, "VmRSS"); got != "11264 kB" {
		t.Errorf("VmRSS: got %q, want %q", got, "11264 kB")
	}
	if got := parseField("model name\t: AMD EPYC\n", "model name"); got != "AMD EPYC" {
		t.Errorf("model name: got %q, want %q", got, "AMD EPYC")
	}
	if got := parseField(status, "VmR"); got != "" {
		t.Errorf("VmR: got %q, want nothing", got)
	}
}

func TestParseKiB(t *testing.T) {
	if got, err := parseKiB("11264 kB"); err != nil || got != 11264 {
		t.Errorf("got %d, %v, want 11264", got, err)
	}
	if _, err := parseKiB(""); err == nil {
		t.Error("empty text: want an error")
	}
}

func TestParseCPUListReadsRangesAndSingles(t *testing.T) {
	for s, want := range map[string][]int{"0": {0}, "0-2": {0, 1, 2}, "1,4-5,9": {1, 4, 5, 9}} {
		if got, err := parseCPUList(s); err != nil || !slices.Equal(got, want) {
			t.Errorf("parseCPUList(%q): got %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "a", "1-x"} {
		if got, err := parseCPUList(s); err == nil {
			t.Errorf("parseCPUList(%q): got %v, want an error", s, got)
		}
	}
}

func TestFamilyHasDescendantsWithTheirCosts(t *testing.T) {
	if _, err := os.Stat("/proc/self/schedstat"); err != nil {
		t.Skip("no Linux /proc:", err)
	}
	cmd := exec.Command("sh", "-c", "read line; true") // waits for us, then ends
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids := family(os.Getpid())
	if !slices.Contains(pids, os.Getpid()) || !slices.Contains(pids, cmd.Process.Pid) {
		t.Errorf("got %v, want our process and its child %d", pids, cmd.Process.Pid)
	}
	both := []int{os.Getpid(), cmd.Process.Pid}
	if cpu, err := processorTime(both); err != nil || cpu <= 0 {
		t.Errorf("processor time: got %v, %v, want more than nothing", cpu, err)
	}
	if kib, err := residentKiB(both); err != nil || kib <= 0 {
		t.Errorf("memory: got %v, %v, want more than nothing", kib, err)
	}
	in.Close()
	_ = cmd.Wait() // read fails at the end of its input
	if _, err := processorTime([]int{cmd.Process.Pid}); err == nil {
		t.Error("processor time of an ended process: want an error")
	}
}
