package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
)

// What the build says about itself; the linker sets it.
var (
	Version    = "development"
	Commit     = ""
	CommitDate = ""
)

// targets explains what the word without a dash may be.
const targets = `
Without a script, pipy keeps codebases and opens a console to edit, try and
publish them. What it is given decides what it does:

  (nothing)                      A repo in memory, with the console on port 6060.
  <directory>                    A repo that is kept in that directory.
  --gui-port=6060 <directory>    The console for the scripts in that directory.
  <file>                         Run the script.
  http://<host>/<path>           Run the script, or the codebase of a repo, at that URL.
  <host>:<port>, http://<host>   The console for the repo at that address.
  docker-start                   Run what PIPY_CONFIG_FILE names, in PIPY_SPAWN processes and one more.
`

// usage prints the help text.
func usage(w io.Writer) error {
	fmt.Fprintf(w, "Usage: pipy [options] [<filename or URL>]\n%s\nOptions:\n", targets)
	width := 0
	lines := make([]string, len(flags))
	for i, f := range flags {
		lines[i] = strings.Join(f.names, ", ")
		if f.value != "" {
			lines[i] += "=" + f.value
		}
		width = max(width, len(lines[i]))
	}
	for i, f := range flags {
		fmt.Fprintf(w, "  %-*s  %s\n", width, lines[i], f.doc)
	}
	_, err := fmt.Fprint(w, `
Signals:
  SIGHUP           Reload the script: all workers or none.
  SIGTSTP          Print what is in use: pipelines, connections, objects.
  SIGINT, SIGTERM, SIGQUIT
                   End when the connections have ended; a second one ends at once.

Exit status:
  0    an orderly end
  255  a bad command line, or a script or a port that could not be started
`)
	return err
}

// version prints what was built, and how.
func version(w io.Writer) error {
	commit, date := Commit, CommitDate
	if info, ok := debug.ReadBuildInfo(); ok && commit == "" {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				commit = s.Value
			case "vcs.time":
				date = s.Value
			}
		}
	}
	for _, line := range [][2]string{
		{"Version", Version},
		{"Commit", commit},
		{"Commit Date", date},
		{"Host", runtime.GOOS + " " + runtime.GOARCH},
		{"TLS Library", "Go crypto/tls " + runtime.Version()},
		{"Builtin GUI", "Yes"},
		{"Tutorial", "Yes"},
	} {
		if _, err := fmt.Fprintf(w, "%-12s: %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}
