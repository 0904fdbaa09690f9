package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

const scriptRoot = "../testscripts"

// apis are the dialects that a script's header may name.
var apis = map[string]bool{"legacy-0.30": true, "modern": true, "extension": true}

// script is one txtar file and what its header says.
type script struct {
	name string // folder/file without the suffix, such as "http/pipelining"
	path string
	api  string
	slow bool
}

func TestScripts(t *testing.T) {
	scripts, err := findScripts(scriptRoot)
	if err != nil {
		t.Fatal(err)
	}
	known, err := readKnownFailures("known_failures.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name := range known {
		if _, err := os.Stat(filepath.Join(scriptRoot, name+".txtar")); err != nil {
			t.Errorf("known_failures.txt: no script %s", name)
		}
	}
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			runScript(t, s, known[s.name])
		})
	}
}

// runScript runs one script and compares the outcome with the list of known failures.
func runScript(t *testing.T, s script, reason string) {
	if why := s.skip(); why != "" {
		results.add(s.name, skipped)
		t.Skip(why)
	}
	out := play(s.path, binary)
	v, text := judge(out, reason)
	results.add(s.name, v)
	switch v {
	case failed:
		t.Error(text)
	case skipped:
		t.Skip(text)
	default:
		if testing.Verbose() || v == known {
			t.Log(text)
		}
	}
}

// judge compares the outcome of a script with the reason why it is listed as a
// known failure, "" if it is not listed.
func judge(out outcome, reason string) (verdict, string) {
	switch {
	case out.failed && reason != "":
		return known, "known failure: " + reason
	case out.failed:
		return failed, out.log
	case out.skipped:
		return skipped, out.log
	case reason != "":
		return failed, "passes, but known_failures.txt lists it: " + reason
	}
	return passed, out.log
}

func (s script) skip() string {
	if s.slow && testing.Short() {
		return "slow"
	}
	if list := os.Getenv("PIPY_API"); list != "" && !strings.Contains(","+list+",", ","+s.api+",") {
		return "api " + s.api + " is not in PIPY_API"
	}
	return ""
}

// findScripts returns all scripts below root in the order of their paths. A
// header that lacks its facts is an error.
func findScripts(root string) ([]script, error) {
	var scripts []script
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txtar" {
			return err
		}
		s, err := readScript(root, path)
		scripts = append(scripts, s)
		return err
	})
	return scripts, err
}

func readScript(root, path string) (script, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return script{}, err
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return script{}, err
	}
	s := script{name: filepath.ToSlash(strings.TrimSuffix(rel, ".txtar")), path: path}
	lines := strings.Split(string(text), "\n")
	if !strings.HasPrefix(lines[0], "# ") || strings.HasPrefix(lines[0], "# api:") {
		return s, fmt.Errorf("%s:1: want a comment that says what is verified, got %q", path, lines[0])
	}
	for i, line := range lines {
		if strings.HasPrefix(line, "-- ") {
			break
		}
		if api, ok := strings.CutPrefix(line, "# api: "); ok {
			s.api = api
		}
		if line == "# slow" {
			s.slow = true
		}
		if strings.HasPrefix(line, "stop ") {
			return s, fmt.Errorf("%s:%d: stop ends the script, not an instance: use shutdown", path, i+1)
		}
	}
	if !apis[s.api] {
		return s, fmt.Errorf("%s: want a header line \"# api: legacy-0.30|modern|extension\", got %q", path, s.api)
	}
	return s, nil
}

// outcome is what became of one script.
type outcome struct {
	failed, skipped bool
	log             string
}

// play runs the script at path with the program bin and waits for its end.
func play(path, bin string) outcome {
	var st *state
	rec := &recorder{}
	rec.run(func() {
		testscript.RunT(rec, testscript.Params{
			Files:               []string{path},
			RequireExplicitExec: true,
			RequireUniqueNames:  true,
			Cmds:                commands,
			Setup: func(env *testscript.Env) error {
				st = newState(env, bin)
				return nil
			},
		})
	})
	if st == nil {
		return rec.outcome
	}
	for _, complaint := range st.complaints {
		rec.failed = true
		rec.log += complaint + "\n"
	}
	if rec.failed {
		rec.log += st.tails
	}
	return rec.outcome
}

// recorder is a testscript.T that remembers the outcome instead of telling package testing.
type recorder struct{ outcome }

var errStop = errors.New("script ended")

// run calls f on a goroutine of its own, which FailNow and Skip may end.
func (r *recorder) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil && v != errStop {
				buf := make([]byte, 8<<10)
				r.failed = true
				r.log += fmt.Sprintf("panic: %v\n%s\n", v, buf[:runtime.Stack(buf, false)])
			}
		}()
		f()
	}()
	<-done
}

func (r *recorder) Run(_ string, f func(testscript.T)) { f(r) }
func (r *recorder) Parallel()                          {}
func (r *recorder) Verbose() bool                      { return testing.Verbose() }
func (r *recorder) Log(args ...any)                    { r.log += fmt.Sprintln(args...) }
func (r *recorder) FailNow()                           { r.failed = true; panic(errStop) }
func (r *recorder) Fatal(args ...any)                  { r.Log(args...); r.FailNow() }
func (r *recorder) Skip(args ...any)                   { r.Log(args...); r.skipped = true; panic(errStop) }
