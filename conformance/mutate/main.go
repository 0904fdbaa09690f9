package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// scorePath is where the result of a whole run goes, below the root of the tree.
const scorePath = "conformance/mutate/score.md"

func main() {
	pattern := flag.String("run", "", "seed only faults whose file or description matches")
	jobs := flag.Int("j", 1, "faults at a time")
	trust := flag.Bool("trust", false, "do not play the scripts against the program without a fault first")
	flag.Parse()
	if err := run(*pattern, *jobs, *trust); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(pattern string, jobs int, trust bool) error {
	only, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	lab, err := newLab()
	if err != nil {
		return err
	}
	defer os.RemoveAll(lab.dir)
	var chosen []fault
	for _, f := range faults {
		if only.MatchString(f.file + ": " + f.breaks) {
			chosen = append(chosen, f)
		}
	}
	programs, err := lab.programs(chosen)
	if err != nil {
		return err
	}
	if !trust {
		if err := lab.sound(programs[0], chosen); err != nil {
			return err
		}
	}
	outcomes, err := lab.tryAll(chosen, programs, jobs)
	if err != nil {
		return err
	}
	text := score(outcomes)
	fmt.Print("\n" + text)
	if pattern != "" {
		return nil
	}
	return os.WriteFile(filepath.Join(lab.root, scorePath), []byte(text), 0o666)
}

// lab is where mutants are built and tried.
type lab struct {
	root  string // of the tree
	dir   string // for what is built
	suite string // the test binary of package conformance
}

func newLab() (*lab, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOMOD: %w", err)
	}
	l := &lab{root: filepath.Dir(strings.TrimSpace(string(out)))}
	if l.dir, err = os.MkdirTemp("", "mutate"); err != nil {
		return nil, err
	}
	l.suite = filepath.Join(l.dir, "suite")
	if out, err := l.command("go", "test", "-c", "-o", l.suite, "./conformance").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the suite: %w\n%s", err, out)
	}
	return l, nil
}

func (l *lab) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = l.root
	return cmd
}

// build builds the program with some files in the place of others.
func (l *lab) build(to string, replace map[string]string) error {
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	overlay, err := l.write(string(list))
	if err != nil {
		return err
	}
	// Without what a debugger needs, which takes time.
	cmd := l.command("go", "build", "-ldflags", "-s -w", "-overlay", overlay, "-o", to, "./pipy")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// write writes a file of a name of its own, and returns its path.
func (l *lab) write(text string) (string, error) {
	f, err := os.CreateTemp(l.dir, "*.go")
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return f.Name(), err
}

func readText(path string) (string, error) {
	b, err := os.ReadFile(path)
	return string(b), err
}

// programs builds what shows the faults and returns how to start it for each: a
// program for all, and one for each fault that does not fit into it. Number 0 is
// the program without a fault.
func (l *lab) programs(list []fault) (map[int]string, error) {
	numbered := make([]seeded, len(list))
	for i, f := range list {
		numbered[i] = seeded{f, i + 1}
	}
	replace, left, err := l.overlayOf(numbered)
	if err != nil {
		return nil, err
	}
	common := filepath.Join(l.dir, "pipy")
	if err := l.build(common, replace); err != nil {
		return nil, err
	}
	paths := map[int]string{}
	for i := range len(list) + 1 {
		script := fmt.Sprintf("#!/bin/sh\n%s=%d exec %s \"$@\"\n", mutantEnv, i, common)
		paths[i] = filepath.Join(l.dir, fmt.Sprintf("pipy%d", i))
		if err := os.WriteFile(paths[i], []byte(script), 0o777); err != nil {
			return nil, err
		}
	}
	for _, f := range left {
		if err := l.buildAlone(paths[f.number], f); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", f.path(), f.breaks, err)
		}
	}
	return paths, nil
}

// buildAlone builds a program that has one fault always.
func (l *lab) buildAlone(to string, f seeded) error {
	path := filepath.Join(l.root, f.path())
	text, err := readText(path)
	if err != nil {
		return err
	}
	if text, err = f.seed(text); err != nil {
		return err
	}
	file, err := l.write(text)
	if err != nil {
		return err
	}
	if err := os.Remove(to); err != nil {
		return err
	}
	return l.build(to, map[string]string{path: file})
}

// errNoScript is the error of a selection that means nothing.
var errNoScript = errors.New("no script ran")

// play plays scripts against a program and tells whether all passed.
func (l *lab) play(program, scripts string) (passed bool, output string, err error) {
	cmd := exec.Command(l.suite, "-test.run", "^TestScripts$/"+scripts, "-test.failfast", "-test.timeout", "3m")
	cmd.Dir = filepath.Join(l.root, "conformance")
	cmd.Env = append(os.Environ(), "PIPY_BIN="+program, "PIPY_IMPL=ours", "CONFORMANCE_DEADLINE=8s")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		return false, "", err
	case err == nil && !strings.Contains(out.String(), "\ntotal "):
		return false, "", fmt.Errorf("%s: %w", scripts, errNoScript)
	}
	return err == nil, out.String(), nil
}

// sound plays the scripts of all faults against the program without a fault: a
// script that fails then would notice everything.
func (l *lab) sound(program string, list []fault) error {
	seen := map[string]bool{}
	for _, f := range list {
		for _, scripts := range f.scripts() {
			if seen[scripts] {
				continue
			}
			seen[scripts] = true
			passed, out, err := l.play(program, scripts)
			if err != nil {
				return err
			}
			if !passed {
				return fmt.Errorf("without a fault %s fails:\n%s", scripts, out)
			}
		}
	}
	return nil
}

// outcome is what became of one fault.
type outcome struct {
	fault
	by  string // the script that noticed it, "" if none did
	err error
}

// tryAll tries the faults, some at a time, and tells as it goes.
func (l *lab) tryAll(list []fault, programs map[int]string, jobs int) ([]outcome, error) {
	outcomes := make([]outcome, len(list))
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(1, jobs) {
		wg.Go(func() {
			for i := range next {
				start := time.Now()
				o := l.try(programs[i+1], list[i])
				outcomes[i] = o
				fmt.Printf("%3d/%d  %-9s %5.1fs  %s: %s%s\n", i+1, len(list), o.word(), time.Since(start).Seconds(), o.file, o.breaks, o.detail())
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wg.Wait()
	var faulty []error
	for _, o := range outcomes {
		if o.err != nil {
			faulty = append(faulty, fmt.Errorf("%s: %s: %w", o.file, o.breaks, o.err))
		}
	}
	return outcomes, errors.Join(faulty...)
}

func (l *lab) try(program string, f fault) outcome {
	for _, scripts := range f.scripts() {
		passed, out, err := l.play(program, scripts)
		if err != nil {
			return outcome{f, "", err}
		}
		if !passed {
			return outcome{f, firstFailed(out), nil}
		}
	}
	return outcome{f, "", nil}
}

var failedLine = regexp.MustCompile(`--- FAIL: TestScripts/(\S+)`)

// firstFailed names the first script that failed; a run that hangs has none.
func firstFailed(out string) string {
	if m := failedLine.FindStringSubmatch(out); m != nil {
		return m[1]
	}
	return "the time limit"
}

func (o outcome) word() string {
	switch {
	case o.err != nil:
		return "ERROR"
	case o.by == "":
		return "SURVIVED"
	}
	return "caught"
}

func (o outcome) detail() string {
	if o.by == "" {
		return ""
	}
	return " (" + o.by + ")"
}
