package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	wantFiles       = 65536 // file descriptors of each process
	loadSlots       = 1024  // connections a server is configured for under load
	wantIdle        = 10000 // connections of the idle scenario
	quickIdle       = 1000
	bulkMessages    = 40 // 1 GB
	quickBulk       = 4
	startsPerRound  = 11
	quickStarts     = 3
	settleTime      = 3 * time.Second // from the last event to a look at the memory
	quickSettleTime = 500 * time.Millisecond
)

// bench is one run of the program. close must be called in the end.
type bench struct {
	duration        time.Duration // of one measurement with wrk
	settle          time.Duration
	idleConnections int
	bulkMessages    int
	starts          int // of each server, per round of the startup scenario
	log             io.Writer

	dir, scripts string // temporary
	serverCPU    string // processor lists for taskset
	loadCPU      string
	allCPUs      string
	origins      [3]int // ports of the nginx origin
	h2Origin     int    // the one that speaks only HTTP/2
	bulkPort     int    // of the bulk origin
	identity     *identity
	closers      []func()
}

// newBench prepares what all measurements share: temporary files, limits, and
// the processors that this process and the origins are pinned to.
func newBench(duration time.Duration, quick bool, log io.Writer) (*bench, error) {
	b := &bench{
		duration: duration, settle: settleTime, idleConnections: wantIdle,
		bulkMessages: bulkMessages, starts: startsPerRound, log: log,
	}
	if quick {
		b.settle, b.idleConnections = quickSettleTime, quickIdle
		b.bulkMessages, b.starts = quickBulk, quickStarts
	}
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("want Linux, whose /proc tells processor time and memory, got %s", runtime.GOOS)
	}
	limit, err := raiseFiles(wantFiles)
	if err != nil {
		return nil, fmt.Errorf("limit of open files: %w", err)
	}
	if limit <= loadSlots {
		return nil, fmt.Errorf("limit of open files: want more than %d, got %d", loadSlots, limit)
	}
	if most := int(limit) - loadSlots; most < b.idleConnections {
		b.progress("at most %d open files allowed: %d idle connections instead of %d", limit, most, b.idleConnections)
		b.idleConnections = most
	}
	if b.dir, err = os.MkdirTemp("", "pipy-bench-"); err != nil {
		return nil, err
	}
	b.closers = append(b.closers, func() { os.RemoveAll(b.dir) })
	if err := b.fill(); err != nil {
		b.close()
		return nil, err
	}
	b.scripts = filepath.Join(b.dir, "scripts")
	return b, nil
}

// fill writes the files that servers read.
func (b *bench) fill() (err error) {
	if err := os.CopyFS(b.dir, files); err != nil {
		return err
	}
	b.identity, err = newIdentity(b.dir)
	return err
}

// close stops the origins and removes the temporary files.
func (b *bench) close() {
	for i := len(b.closers) - 1; i >= 0; i-- {
		b.closers[i]()
	}
	b.closers = nil
}

// progress writes a line for the person who waits.
func (b *bench) progress(format string, args ...any) {
	fmt.Fprintf(b.log, format+"\n", args...)
}

// build makes our own binary as it is released and returns its path.
func (b *bench) build(ctx context.Context) (string, error) {
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	path := filepath.Join(b.dir, "pipy")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "-trimpath", "-tags", "nethttpomithttp2", "-ldflags", "-s -w", "./pipy")
	cmd.Dir = filepath.Dir(strings.TrimSpace(string(mod)))
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./pipy: %w (-pipy names a binary, -servers leaves ours out): %s", err, out)
	}
	return path, nil
}

// pin chooses the processors and moves this process to that of the load.
func (b *bench) pin() error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	b.allCPUs = parseField(string(status), "Cpus_allowed_list")
	cpus, err := parseCPUList(b.allCPUs)
	if err != nil {
		return err
	}
	if len(cpus) < 2 {
		return fmt.Errorf("want two processors, one for the server and one for the load, got %q", b.allCPUs)
	}
	b.serverCPU, b.loadCPU = strconv.Itoa(cpus[0]), strconv.Itoa(cpus[1])
	out, err := exec.Command("taskset", "-a", "-c", "-p", b.loadCPU, strconv.Itoa(os.Getpid())).CombinedOutput()
	if err != nil {
		return fmt.Errorf("taskset: %w: %s", err, out)
	}
	return nil
}

// serveOrigins starts the bulk origin in this process and, unless nginx is "",
// the nginx origin, with a port for HTTP/2 if that is wanted.
func (b *bench) serveOrigins(ctx context.Context, nginx string, h2 bool) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	b.bulkPort = l.Addr().(*net.TCPAddr).Port
	srv := &http.Server{Handler: http.HandlerFunc(bulkOrigin)}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			b.progress("bulk origin: %v", err)
		}
	}()
	b.closers = append(b.closers, func() { srv.Close() })
	if nginx == "" {
		return nil
	}
	ports, err := freePorts(len(b.origins) + 1)
	if err != nil {
		return err
	}
	copy(b.origins[:], ports)
	st := setup{
		Dir: b.dir, Workers: 1, Connections: 4 * loadSlots,
		Origin: ports[0], Origin2: ports[1], Origin3: ports[2],
	}
	if h2 {
		b.h2Origin = ports[len(b.origins)]
		st.H2Origin = b.h2Origin
	}
	file, err := writeConfig("nginx-origin.conf", st)
	if err != nil {
		return err
	}
	argv := []string{"taskset", "-c", b.loadCPU, nginx, "-e", "stderr", "-p", b.dir, "-c", file}
	p, err := spawn(argv, nil, filepath.Join(b.dir, "origin.log"))
	if err != nil {
		return err
	}
	b.closers = append(b.closers, p.stop)
	return p.answered(ctx, "127.0.0.1:"+strconv.Itoa(ports[0]), probe{path: "/"})
}

// launch is a server that is ready to be started.
type launch struct {
	argv, env []string
	log       string
	addr      string // where it is going to listen
	ready     probe
}

func (l *launch) spawn() (*process, error) { return spawn(l.argv, l.env, l.log) }

// prepare configures a server for a scenario.
func (b *bench) prepare(s *server, sc *scenario) (*launch, error) {
	dir, err := os.MkdirTemp(b.dir, s.Name+"-"+sc.name+"-")
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	st := setup{
		Dir: dir, Port: ports[0], Workers: sc.workers, Connections: loadSlots,
		Origin: b.origins[0], Origin2: b.origins[1], Origin3: b.origins[2], H2Origin: b.h2Origin,
		Cert: b.identity.cert, Key: b.identity.key, Resume: sc.resume,
	}
	l := &launch{log: filepath.Join(dir, "log"), addr: "127.0.0.1:" + strconv.Itoa(ports[0]), ready: b.probe(sc)}
	if sc.bulk {
		st.Origin = b.bulkPort
	}
	st.Connections += b.idle(sc)
	argv, env, err := s.command(sc, st, b.scripts)
	if err != nil {
		return nil, err
	}
	cpus := b.serverCPU
	if sc.unpinned {
		cpus = b.allCPUs
	}
	l.argv, l.env = append([]string{"taskset", "-c", cpus}, argv...), env
	return l, nil
}

// idle returns how many connections the scenario keeps without using them.
func (b *bench) idle(sc *scenario) int {
	if sc.name == "idle" {
		return b.idleConnections
	}
	return min(sc.connections, b.idleConnections)
}

// probe returns how to ask a server of the scenario for its answer.
func (b *bench) probe(sc *scenario) probe {
	p := probe{path: sc.path, h2: sc.h2, gzip: sc.gzip}
	if sc.bulk && !sc.gzip {
		p.path = "/"
	}
	if sc.tls {
		p.tls = b.identity.client
	}
	return p
}

// start runs a server for a scenario until it answers. The caller stops it.
func (b *bench) start(ctx context.Context, s *server, sc *scenario) (p *process, addr string, err error) {
	l, err := b.prepare(s, sc)
	if err != nil {
		return nil, "", err
	}
	if p, err = l.spawn(); err != nil {
		return nil, "", err
	}
	if err := p.answered(ctx, l.addr, l.ready); err != nil {
		p.stop()
		return nil, "", err
	}
	return p, l.addr, nil
}
