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
	force   bool
	drain   time.Duration

	scriptTimeout time.Duration // 0 is never

	admin     string // the address of the admin port; empty for the default of the mode
	adminOff  bool
	gui       bool // a folder is a workspace
	adminTLS  tlsFiles
	access    admin.Access
	clientTLS tlsFiles // toward a server that hands out the program, or a repo
	repoToken string   // the same
	cache     string   // the folder where codebases of a server are kept
	noStatus  bool
	noMetrics bool
	initRepo  string
	initCode  string
	tutorial  bool

	logFile    string
	logOptions logging.FileOptions

	given map[string]string // values by the names of flags
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

// defaultScriptTimeout bounds how long a script may keep a worker from everything
// else.
const defaultScriptTimeout = 10 * time.Second

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
		{[]string{"--script-timeout"}, "<seconds>", "Interrupt a script that takes longer than this to be loaded, or to return from a callback (default 10; 0 is never).", func(o *options, v string) (err error) {
			o.scriptTimeout, err = spec.ParseSeconds(v)
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
		{[]string{"--force-start"}, "", "Start even when some ports cannot be opened.", func(o *options, _ string) error {
			o.force = true
			return nil
		}},
		{[]string{levelFlag}, "debug|info|warn|error", "Log lines of this level and above (default info); debug:tcp+dump chooses topics.", func(_ *options, v string) error {
			return logging.SetLevel(v)
		}},
		{[]string{"--log-local-only"}, "", "Do not send the log to a repo.", func(*options, string) error {
			logging.SetLocalOnly(true)
			return nil
		}},
		{[]string{"--log-local"}, "stderr|stdout|null", "Where the log goes (default stderr).", func(_ *options, v string) error {
			return logging.SetLocal(v)
		}},
		{[]string{"--log-file"}, "<path>", "Log to a file as well.", func(o *options, v string) error {
			o.logFile = v
			return nil
		}},
		{[]string{"--log-file-max-size"}, "<size>", "Start a new log file at this size, such as 100m.", func(o *options, v string) error {
			n, err := parseSize(v)
			o.logOptions.MaxSize = n
			return err
		}},
		{[]string{"--log-file-max-count"}, "<n>", "Keep at most n old log files.", func(o *options, v string) error {
			n, err := strconv.ParseUint(v, 10, 31)
			if err != nil {
				return fmt.Errorf("want a number from 0, got %q", v)
			}
			o.logOptions.MaxCount = int(n)
			return nil
		}},
		{[]string{"--log-file-rotate-interval"}, "<seconds>", "Start a new log file at this interval.", func(o *options, v string) (err error) {
			o.logOptions.Interval, err = spec.ParseSeconds(v)
			return err
		}},
		{[]string{"--log-history-limit"}, "<size>", "Keep this much of the log in memory (default 1m).", func(_ *options, v string) error {
			n, err := parseSize(v)
			if err == nil {
				logging.SetHistoryLimit(int(n))
			}
			return err
		}},
	}
	flags = append(flags, adminFlags()...)
	flags = append(flags, remoteFlags()...)
	flags = append(flags, helpFlags()...)
}

// levelFlag can be changed in a running process.
const levelFlag = "--log-level"

// helpFlags print something instead of running.
func helpFlags() []flag {
	return []flag{
		{[]string{"--list-filters"}, "", "List all filters.", printer(listFilters)},
		{[]string{"--help-filters"}, "", "Explain all filters, or the one whose name follows.", helper("filter", helpFilters)},
		{[]string{"--list-modules"}, "", "The same as --list-filters.", printer(listFilters)},
		{[]string{"--help-modules"}, "", "The same as --help-filters.", helper("filter", helpFilters)},
		{[]string{"--list-apis"}, "", "List all classes and functions.", printer(listAPIs)},
		{[]string{"--help-apis"}, "", "Explain all classes and functions, or the one whose name follows.", helper("class or function", helpAPIs)},
		{[]string{"--print-types"}, "", "Print TypeScript declarations of everything that scripts can use, for editors.", printer(printTypes)},
		{[]string{"--", "-args", "--args"}, "", "What follows are arguments of the script, in pipy.argv, up to --pipy-options.", nil},
		{[]string{endOfArgs}, "", "The arguments of the script are over; what follows are options again.", func(*options, string) error {
			return fmt.Errorf("want --args before it")
		}},
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

// parseSize reads a size that is not negative, in bytes.
func parseSize(v string) (int64, error) {
	n, err := spec.ParseSize(v)
	if err == nil && n < 0 {
		err = fmt.Errorf("want no negative size, got %q", v)
	}
	return int64(n), err
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
