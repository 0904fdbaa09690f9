package conformance

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"testing"
)

// fakeEnv, when set, turns the test binary into the fake program that
// harness_test.go drives instead of pipy.
const fakeEnv = "CONFORMANCE_FAKE"

// program is the program under test; empty with buildErr when it could not be
// built, or does not say what it is.
var (
	program  implementation
	buildErr error
)

// update makes the run write what is printed from the scripts.
var update = flag.Bool("update", false, "write docs/conformance.md")

func TestMain(m *testing.M) {
	if os.Getenv(fakeEnv) != "" {
		os.Exit(fakeMain())
	}
	flag.Parse()
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if signal.Ignored(os.Interrupt) {
		// A shell ignores it for what it starts in the background, and programs
		// that scripts start and end with it would inherit that.
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	program, buildErr = underTest(dir)
	if !isSet("test.parallel") {
		flag.Set("test.parallel", "6") // scripts mostly wait for sockets, not for the processor
	}
	code := m.Run()
	results.print(os.Stdout)
	if err := writeReports(program.name, results.sorted()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	return code
}

// build returns the path of the binary under test: PIPY_BIN, or ours built into
// dir.
func build(dir string) (string, error) {
	if path := os.Getenv("PIPY_BIN"); path != "" {
		path, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		_, err = os.Stat(path)
		return path, err
	}
	path := filepath.Join(dir, "pipy")
	args := []string{"build", "-o", path}
	if os.Getenv("PIPY_RACE") == "1" {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "../pipy")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building ../pipy: %w\n%s", err, out)
	}
	return path, nil
}

func isSet(name string) bool {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}
