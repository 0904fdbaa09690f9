package cli

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"

	"pipy/pipy/admin"
	"pipy/pipy/logging"
	"pipy/pipy/script"
	"pipy/pipy/spec"
)

// options is what the command line asks for.
type options struct {
	target  string
	args    []string // pipy.argv[1:]
	eval    bool     // the target is the text of a script
	file    bool     // the target is a path
	verify  bool
	print   func(w io.Writer) error // prints something instead of running
	entry   string                  // the name that follows a help flag
	wants   string                  // what the name would be of
	threads int
	reuse   bool
	watch   bool
	graph   bool
	reload  bool
	drain   time.Duration
	admin   string // the address of the admin port; empty for none

	logFile    string
	logOptions logging.FileOptions
}

// flag is one option of the command line: it is parsed and explained from here.
type flag struct {
	names []string // the last one is the one to show
	value string   // what stands behind "="; empty for a switch
	doc   string
	set   func(o *options, value string) error
}

// defaultDrain bounds how long an orderly end waits for connections.
const defaultDrain = 60 * time.Second

var flags []flag

// The table is filled in here because the help text is printed from it.
func init() {
	flags = []flag{
		{[]string{"-h", "-help", "--help"}, "", "Print this text.", printer(usage)},
		{[]string{"-v", "-version", "--version"}, "", "Print the version.", printer(version)},
		{[]string{"-e", "-eval", "--eval"}, "", "The argument is the text of a script.", func(o *options, _ string) error {
			o.eval = true
			return nil
		}},
		{[]string{"-f", "-file", "--file"}, "", "The argument is a path, whatever it looks like.", func(o *options, _ string) error {
			o.file = true
			return nil
		}},
		{[]string{"--verify"}, "", "Load the script, open no port, and tell by the exit status whether it is good.", func(o *options, _ string) error {
			o.verify = true
			return nil
		}},
		{[]string{"--threads"}, "<n>|max", "Run n workers, each with its own event loop and script engine (default 1); max is one per CPU.", setThreads},
		{[]string{"--reuse-port"}, "", "Let several processes listen on the same ports.", func(o *options, _ string) error {
			o.reuse = true
			return nil
		}},
		{[]string{"--watch-config-file"}, "", "Reload when a file that the script has read changes.", func(o *options, _ string) error {
			o.watch = true
			return nil
		}},
		{[]string{"--no-reload"}, "", "Do not ask a server for new versions of the script.", func(o *options, _ string) error {
			o.reload = false
			return nil
		}},
		{[]string{"--no-graph"}, "", "Do not draw the pipelines in the log.", func(o *options, _ string) error {
			o.graph = false
			return nil
		}},
		{[]string{"--shutdown-timeout"}, "<seconds>", "Wait this long for connections to end after SIGINT or SIGTERM (default 60; 0 waits for ever).", func(o *options, v string) (err error) {
			o.drain, err = spec.ParseSeconds(v)
			return err
		}},
		{[]string{"--instance-name"}, "<name>", "The name of this process, for scripts: pipy.name.", func(_ *options, v string) error {
			script.Process.Name = v
			return nil
		}},
		{[]string{"--instance-uuid"}, "<uuid>", "The identity of this process, for scripts: pipy.uuid; a random one by default.", func(_ *options, v string) error {
			if strings.Contains(v, "/") {
				return fmt.Errorf("want no slashes, got %q", v)
			}
			script.Process.UUID = v
			return nil
		}},
		{[]string{"--admin-port"}, "[[ip]:]port", "Answer operators at this port: /metrics, /healthz and /readyz. Without an IP it is on loopback only.", func(o *options, v string) (err error) {
			if o.admin, err = admin.ParseAddress(v); err != nil {
				return fmt.Errorf("invalid --admin-port: %w", err)
			}
			return nil
		}},
		{[]string{"--log-level"}, "debug|info|warn|error", "Log lines of this level and above (default info); debug:tcp+dump chooses topics.", func(_ *options, v string) error {
			return logging.SetLevel(v)
		}},
		{[]string{"--log-local"}, "stderr|stdout|null", "Where the log goes (default stderr).", func(_ *options, v string) error {
			return logging.SetLocal(v)
		}},
		{[]string{"--log-file"}, "<path>", "Log to a file as well.", func(o *options, v string) error {
			o.logFile = v
			return nil
		}},
		{[]string{"--log-file-max-size"}, "<size>", "Start a new log file at this size, such as 100m.", func(o *options, v string) error {
			n, err := spec.ParseSize(v)
			o.logOptions.MaxSize = int64(n)
			return err
		}},
		{[]string{"--log-file-max-count"}, "<n>", "Keep at most n old log files.", func(o *options, v string) (err error) {
			o.logOptions.MaxCount, err = strconv.Atoi(v)
			return err
		}},
		{[]string{"--log-file-rotate-interval"}, "<seconds>", "Start a new log file at this interval.", func(o *options, v string) (err error) {
			o.logOptions.Interval, err = spec.ParseSeconds(v)
			return err
		}},
		{[]string{"--log-history-limit"}, "<size>", "Keep this much of the log in memory (default 1m).", func(_ *options, v string) error {
			n, err := spec.ParseSize(v)
			if err == nil {
				logging.SetHistoryLimit(int(n))
			}
			return err
		}},
		{[]string{"--list-filters"}, "", "List all filters.", printer(listFilters)},
		{[]string{"--help-filters"}, "", "Explain all filters, or the one whose name follows.", helper("filter", helpFilters)},
		{[]string{"--list-modules"}, "", "The same as --list-filters.", printer(listFilters)},
		{[]string{"--help-modules"}, "", "The same as --help-filters.", helper("filter", helpFilters)},
		{[]string{"--list-apis"}, "", "List all classes and functions.", printer(listAPIs)},
		{[]string{"--help-apis"}, "", "Explain all classes and functions, or the one whose name follows.", helper("class or function", helpAPIs)},
		{[]string{"--print-types"}, "", "Print TypeScript declarations of everything that scripts can use, for editors.", printer(printTypes)},
		{[]string{"--", "-args", "--args"}, "", "What follows are arguments of the script, in pipy.argv.", nil},
	}
}

func printer(f func(w io.Writer) error) func(*options, string) error {
	return func(o *options, _ string) error {
		o.print = f
		return nil
	}
}

// helper is a flag behind which the name of one entry may follow.
func helper(what string, f func(w io.Writer, name string) error) func(*options, string) error {
	return func(o *options, _ string) error {
		o.wants = what
		o.print = func(w io.Writer) error { return f(w, o.entry) }
		return nil
	}
}

func setThreads(o *options, v string) error {
	if v == "max" {
		o.threads = runtime.NumCPU()
		return nil
	}
	n, err := strconv.Atoi(v)
	switch {
	case err != nil:
		return fmt.Errorf("want a number or max, got %q", v)
	case n < 1 || n > maxThreads:
		return fmt.Errorf("want 1 to %d, got %d", maxThreads, n)
	}
	o.threads = n
	return nil
}

// maxThreads bounds the number of workers.
const maxThreads = 256

// parse reads a command line without the program's name.
func parse(args []string) (*options, error) {
	o := &options{logOptions: logging.FileOptions{Append: true}, threads: 1, graph: true, reload: true, drain: defaultDrain}
	targeted := false
	for i, arg := range args {
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			switch {
			case o.wants != "" && o.entry == "":
				o.entry = arg
			case targeted && o.eval:
				return nil, fmt.Errorf("redundant argument: %s", arg)
			case targeted:
				return nil, fmt.Errorf("redundant filename: %s", arg)
			default:
				o.target, targeted = arg, true
			}
			continue
		}
		name, value, hasValue := strings.Cut(arg, "=")
		f, ok := find(name)
		switch {
		case !ok:
			return nil, fmt.Errorf("unknown option: %s", arg)
		case f.set == nil:
			o.takeArgs(args[i+1:], targeted)
			return o, nil
		case f.value == "" && hasValue:
			return nil, fmt.Errorf("%s: want no value, got %q", name, value)
		case f.value != "" && value == "":
			return nil, fmt.Errorf("%s: want a value, as in %s=%s", name, name, f.value)
		}
		if err := f.set(o, value); err != nil {
			return nil, optionError(name, err)
		}
	}
	return o, nil
}

// optionError names the option, unless the error speaks for itself.
func optionError(name string, err error) error {
	if strings.HasPrefix(err.Error(), "unknown log ") || strings.HasPrefix(err.Error(), "invalid --") {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// takeArgs takes the arguments of the script; the first one that is no option
// is the target, when there is none yet.
func (o *options) takeArgs(args []string, targeted bool) {
	for _, arg := range args {
		if !targeted && !strings.HasPrefix(arg, "-") {
			o.target, targeted = arg, true
			continue
		}
		o.args = append(o.args, arg)
	}
}

func find(name string) (*flag, bool) {
	for i := range flags {
		for _, n := range flags[i].names {
			if n == name {
				return &flags[i], true
			}
		}
	}
	return nil, false
}
