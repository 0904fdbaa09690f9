// Package cli is the command line: flags, signals and exit codes. It is the
// only package that reads os.Args and calls os.Exit.
package cli

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"pipy/pipy/logging"
	"pipy/pipy/script"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 255 // a bad command line, or a failed start
)

// flushTimeout bounds how long the end of the process waits for log files.
const flushTimeout = 2 * time.Second

// gcPercent trades a little memory for time: the live heap is small, and most of
// what a request allocates is dead soon. The environment's GOGC overrides it.
const gcPercent = 200

// Main runs the program and does not return.
func Main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	code := run(os.Args)
	logging.Flush(flushTimeout)
	os.Exit(code)
}

// run runs the program and returns its exit code.
func run(args []string) int {
	if len(args) == 2 && args[1] == dockerStart {
		return runDocker()
	}
	o, err := parse(args[1:])
	if err != nil {
		return complain(err)
	}
	if o.print != nil {
		if err := o.print(os.Stdout); err != nil {
			return complain(err)
		}
		return exitOK
	}
	if o.logFile != "" {
		if err := logging.SetFile(o.logFile, o.logOptions); err != nil {
			return complain(fmt.Errorf("--log-file: %w", err))
		}
	}
	p, err := newProcess(o)
	if err != nil {
		return complain(err)
	}
	defer p.close()
	script.Process.Tag, script.Process.Commit, script.Process.Date = Version, Commit, CommitDate
	script.Process.Source = o.target
	return p.run(append([]string{args[0]}, o.args...))
}

// complain prints an error on one line.
func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return exitFailed
}
