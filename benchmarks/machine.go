package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine is where the measurements were made.
type machine struct {
	CPU        string `json:"cpu"`
	Processors int    `json:"processors"`
	MemoryMiB  int64  `json:"memory_mib"`
	Kernel     string `json:"kernel"`
	Load       string `json:"load_average"` // of the minute before
	Go         string `json:"go"`
	Wrk        string `json:"wrk"`
	H2load     string `json:"h2load"`
}

// thisMachine looks around; what it cannot find out is left empty.
func thisMachine() machine {
	m := machine{Processors: runtime.NumCPU(), Go: runtime.Version()}
	m.CPU = parseField(readAll("/proc/cpuinfo"), "model name")
	if n, err := parseKiB(parseField(readAll("/proc/meminfo"), "MemTotal")); err == nil {
		m.MemoryMiB = n / mib
	}
	m.Kernel = strings.TrimSpace(readAll("/proc/sys/kernel/osrelease"))
	m.Load, _, _ = strings.Cut(readAll("/proc/loadavg"), " ")
	out, _ := exec.Command(toolWrk, "-v").Output() // prints its version and usage, then fails
	if f := strings.Fields(string(out)); len(f) > 1 {
		m.Wrk = f[1]
	}
	out, _ = exec.Command(toolH2load, "--version").Output() // h2load nghttp2/1.52.0
	_, m.H2load, _ = strings.Cut(strings.TrimSpace(string(out)), "/")
	return m
}

// readAll returns the text of a file, "" when it cannot be read.
func readAll(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b)
}

// String describes the machine in one line.
func (m machine) String() string {
	return fmt.Sprintf("%s, %d processors, %.1f GiB, Linux %s, load average %s before the start",
		m.CPU, m.Processors, float64(m.MemoryMiB)/mib, m.Kernel, m.Load)
}

// debianPackages tells where the tools come from.
var debianPackages = map[string]string{
	"nginx": "nginx-light", "haproxy": "haproxy", toolWrk: "wrk", toolH2load: "nghttp2-client", "taskset": "util-linux",
}

// findTools returns the paths of the named programs. The error names all that
// are missing and how to get them.
func findTools(names ...string) (map[string]string, error) {
	paths := map[string]string{}
	var missing, packages []string
	for _, name := range names {
		if paths[name] != "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err != nil { // system programs may not be on the PATH of an ordinary user
			path, err = exec.LookPath("/usr/sbin/" + name)
		}
		if err != nil {
			missing = append(missing, name)
			packages = append(packages, debianPackages[name])
			continue
		}
		paths[name] = path
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("not found: %s; on Debian: apt install %s; or leave out what needs it with -servers and -run",
			strings.Join(missing, ", "), strings.Join(packages, " "))
	}
	return paths, nil
}
