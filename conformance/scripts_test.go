package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

const scriptRoot = "../testscripts"

func TestScripts(t *testing.T) {
	scripts, err := findScripts(scriptRoot)
	if err != nil {
		t.Fatal(err)
	}
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	known, err := program.knownFailures()
	if err != nil {
		t.Fatal(err)
	}
	api := os.Getenv("PIPY_API")
	if api == "" {
		api = program.apis
	}
	sel, err := newSelection(api, os.Getenv("CONFORMANCE_TAGS"), scripts)
	if err != nil {
		t.Fatal(err)
	}
	again, err := newRetries(os.Getenv("CONFORMANCE_RETRIES"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			runScript(t, s, sel.skip(s), known[s.name], again)
		})
	}
}

// runScript runs one script, unless why says why not, and compares the outcome
// with the list of known failures.
func runScript(t *testing.T, s script, why, reason string, again *retries) {
	if why != "" {
		results.add(result{script: s, verdict: skipped, text: why})
		t.Skip(why)
	}
	start := time.Now()
	v, text := again.judge(func() outcome { return play(s.path, program.path) }, reason)
	results.add(result{script: s, verdict: v, text: text, took: time.Since(start)})
	switch v {
	case failed:
		t.Error(text)
	case skipped:
		t.Skip(text)
	default:
		if testing.Verbose() || v == known || v == flaky {
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
		return failed, "passes, but the list of known failures has it: " + reason
	}
	return passed, out.log
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

// outcome is what became of one script.
type outcome struct {
	failed, skipped bool
	log             string
}

// scriptLimit is how long a script may take before what it has started with exec
// is killed.
const scriptLimit = 3 * time.Minute

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
			Deadline:            time.Now().Add(scriptLimit),
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
