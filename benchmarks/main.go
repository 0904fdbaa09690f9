// Benchmarks runs the same work through nginx, HAProxy and Pipy, side by side
// on one machine, and prints what it costs. README.md tells how to read it.
//
// Usage:
//
//	go run ./benchmarks [-quick] [-run regexp] [-servers list] [-rounds n] [-duration d] [-pipy file] [-md] [-json file] [-report folder]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// envOther names the environment variable with the path of another pipy binary,
// which takes part as the server nameOther.
const (
	envOther  = "PIPY_BIN"
	nameOther = "other"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends us at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// options is the command line.
type options struct {
	rounds   int
	duration time.Duration
	run      *regexp.Regexp
	servers  []string
	pipy     string
	json     string
	markdown bool
	report   string // a folder; "" for none
	quick    bool
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{rounds: 5, duration: 5 * time.Second, servers: []string{kindNginx, kindHAProxy, kindPipy}}
	if os.Getenv(envOther) != "" {
		o.servers = append(o.servers, nameOther)
	}
	fs := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.IntVar(&o.rounds, "rounds", o.rounds, "measure each server this many times, in turns, and take medians")
	fs.DurationVar(&o.duration, "duration", o.duration, "load a server for this long, whole seconds")
	pattern := fs.String("run", "", "only scenarios whose names match this `regexp`; they are listed below")
	servers := fs.String("servers", strings.Join(o.servers, ","), "comma-separated servers; "+nameOther+" is the binary that "+envOther+" names")
	fs.StringVar(&o.pipy, "pipy", "", "our own binary; built from ./pipy when empty")
	fs.StringVar(&o.json, "json", "", "write all rounds to this `file`")
	fs.BoolVar(&o.markdown, "md", false, "print Markdown")
	fs.StringVar(&o.report, "report", "", "measure the sweeps too, and write a report with charts to this `folder`")
	fs.Usage = func() { writeUsage(stderr, fs) }
	fs.BoolVar(&o.quick, "quick", false, "one short round, to see that everything works; the figures mean little")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("want only flags, got %q", fs.Arg(0))
	}
	if o.quick {
		o.rounds, o.duration = 1, time.Second
	}
	if o.rounds < 1 {
		return o, fmt.Errorf("-rounds: want at least 1, got %d", o.rounds)
	}
	if o.duration < time.Second || o.duration%time.Second != 0 {
		return o, fmt.Errorf("-duration: want whole seconds, got %v", o.duration)
	}
	var err error
	if o.run, err = regexp.Compile(*pattern); err != nil {
		return o, fmt.Errorf("-run: %w", err)
	}
	o.servers = strings.Split(*servers, ",")
	for _, name := range o.servers {
		if !slices.Contains([]string{kindNginx, kindHAProxy, kindPipy, nameOther}, name) {
			return o, fmt.Errorf("-servers: want nginx, haproxy, pipy or %s, got %q", nameOther, name)
		}
	}
	if slices.Contains(o.servers, nameOther) && os.Getenv(envOther) == "" {
		return o, fmt.Errorf("-servers: %s wants the path of a pipy binary in the environment variable %s", nameOther, envOther)
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	b, err := newBench(o.duration, o.quick, stderr)
	if err != nil {
		return err
	}
	defer b.close()
	r := &report{
		Date: time.Now(), Command: commandLine(args),
		Rounds: o.rounds, Duration: o.duration,
	}
	for _, sc := range scenarios {
		if o.run.MatchString(sc.name) {
			r.scenarios = append(r.scenarios, sc)
		}
	}
	for _, s := range sweeps {
		if o.report != "" && o.run.MatchString(s.name) {
			r.sweeps = append(r.sweeps, s)
		}
	}
	if len(r.scenarios)+len(r.sweeps) == 0 {
		return fmt.Errorf("-run: want a pattern that matches a scenario, one of %s, got %q", strings.Join(scenarioNames(), " "), o.run)
	}
	if err := b.gather(ctx, o, r); err != nil {
		return err
	}
	b.rounds(ctx, r)
	if o.json != "" && ctx.Err() == nil {
		if err := writeFile(o.json, r.writeJSON); err != nil {
			return err
		}
	}
	if o.report != "" {
		if err := r.writeReport(o.report); err != nil {
			return err
		}
	}
	write := r.writeText
	if o.markdown {
		write = r.writeMarkdown
	}
	if err := write(stdout); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errors.New("interrupted: the results are not complete")
	}
	var failures int
	for _, res := range r.Results {
		if res.Failed && res.Server != nameOther { // an old binary may lack something
			failures++
		}
	}
	if failures > 0 {
		return fmt.Errorf("%d measurements failed", failures)
	}
	return nil
}

// writeUsage prints what -h prints: the flags, and what -run chooses from.
func writeUsage(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "Usage: go run ./benchmarks [flags]\n\nFlags:\n")
	fs.PrintDefaults()
	fmt.Fprintf(w, "\nScenarios, for -run:\n")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, sc := range scenarios {
		fmt.Fprintf(tw, "  %s\t%s\n", sc.name, sc.doc)
	}
	for _, s := range sweeps {
		fmt.Fprintf(tw, "  %s\t%s (with -report)\n", s.name, s.doc)
	}
	tw.Flush() // w is a terminal or a buffer; nothing to do about an error
}

func scenarioNames() []string {
	var names []string
	for _, sc := range scenarios {
		names = append(names, sc.name)
	}
	return names
}

// gather finds and describes the servers, pins this process and starts the origins.
func (b *bench) gather(ctx context.Context, o options, r *report) error {
	all := r.all()
	origin := slices.ContainsFunc(all, func(sc *scenario) bool { return sc.origin })
	tools := []string{"taskset"}
	for _, sc := range all {
		if sc.tool != "" && !slices.Contains(tools, sc.tool) {
			tools = append(tools, sc.tool)
		}
	}
	if origin || slices.Contains(o.servers, kindNginx) {
		tools = append(tools, "nginx")
	}
	if slices.Contains(o.servers, kindHAProxy) {
		tools = append(tools, "haproxy")
	}
	paths, err := findTools(tools...)
	if err != nil {
		return err
	}
	r.Machine = thisMachine()
	for _, name := range o.servers {
		kind, path := name, paths[name]
		switch name {
		case kindPipy:
			if path = o.pipy; path == "" {
				b.progress("building ./pipy")
				path, err = b.build(ctx)
			}
		case nameOther:
			kind, path = kindPipy, os.Getenv(envOther)
		}
		if err != nil {
			return err
		}
		if path, err = filepath.Abs(path); err != nil {
			return err
		}
		s, err := newServer(name, kind, path)
		if err != nil {
			return err
		}
		r.Servers = append(r.Servers, s)
	}
	if err := b.pin(); err != nil {
		return err
	}
	if !origin {
		return b.serveOrigins(ctx, "", false)
	}
	h2 := slices.ContainsFunc(all, func(sc *scenario) bool { return sc.needs == featureH2Upstream })
	return b.serveOrigins(ctx, paths["nginx"], h2)
}

// rounds measures. The servers take turns, so that what disturbs the machine
// for a while disturbs all of them.
func (b *bench) rounds(ctx context.Context, r *report) {
	for _, sc := range r.all() {
		for round := range r.Rounds {
			for _, s := range r.Servers {
				if sc.only != "" && s.kind != sc.only {
					continue
				}
				res := r.result(sc, s)
				if res.Missing != "" {
					continue
				}
				if res.Missing = s.lacks(sc); res.Missing != "" {
					continue
				}
				got, err := sc.measure(ctx, b, s, sc)
				if ctx.Err() != nil {
					return
				}
				if no, ok := errors.AsType[cannot](err); ok {
					res.Missing = no.Error()
					b.progress("%s %s cannot: %v", sc.name, s.Name, no)
					continue
				}
				if err != nil {
					res.Missing, res.Failed = err.Error(), true
					b.progress("%s %s: %v", sc.name, s.Name, err)
					continue
				}
				res.add(got)
				main := sc.metrics[0]
				b.progress("%s round %d of %d: %s %s %s", sc.name, round+1, r.Rounds,
					s.Name, formatNumber(got[main.key], main.digits), main.title)
			}
		}
	}
}

// commandLine returns what to type into a shell to run this again.
func commandLine(args []string) string {
	line := "go run ./benchmarks"
	for _, arg := range args {
		if strings.ContainsAny(arg, " |&;<>()$`\"'*?[]^\\") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		line += " " + arg
	}
	return line
}

// writeFile creates a file and has it written.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
