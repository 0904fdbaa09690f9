package conformance

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// fakeEnv, when set, turns the test binary into the fake program that
// harness_test.go drives instead of pipy.
const fakeEnv = "CONFORMANCE_FAKE"

// binary is the program under test; empty with buildErr when it could not be built.
var (
	binary   string
	buildErr error
)

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
	binary, buildErr = program(dir)
	if !isSet("test.parallel") {
		flag.Set("test.parallel", "6") // scripts mostly wait for sockets, not for the processor
	}
	code := m.Run()
	results.print(os.Stdout)
	return code
}

// program returns the path of the binary under test: PIPY_BIN, or ours built
// into dir.
func program(dir string) (string, error) {
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
