package repo

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// crashDir tells the test binary to be the process that is killed.
const crashDir = "PIPY_REPO_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		commitForever(dir)
	}
	os.Exit(m.Run())
}

// commitForever edits and commits a base with two derived codebases, and says so on
// standard output whenever a commit was acknowledged.
func commitForever(dir string) {
	r, err := Open(dir)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	r.limits.versions = 5
	n := 0
	if r.Has("/base") {
		info, _ := r.Info("/base")
		n, _ = strconv.Atoi(info.Version)
	} else {
		for _, c := range [][2]string{{"/base", ""}, {"/mid", "/base"}, {"/top", "/mid"}} {
			if err := r.Create(c[0], CreateOptions{Version: "1", Base: c[1]}); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
	}
	for {
		n++
		text := strconv.Itoa(n)
		for _, file := range []string{"/n.json", "/f" + strconv.Itoa(n%4)} {
			if _, err := r.Write("/base", file, []byte(text), Condition{}); err != nil {
				fmt.Println("error", err)
				os.Exit(1)
			}
		}
		if _, err := r.Commit("/base", CommitOptions{Version: text}); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("committed", n)
	}
}

// Whatever was acknowledged before the process was killed is there afterwards, and
// what was under way happened as a whole or not at all.
func TestCommitsSurviveKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := 0
	for round := range 20 {
		last := runAndKill(t, dir, 3+round%5)
		if last <= acknowledged {
			t.Fatalf("round %d: got commit %d after %d", round, last, acknowledged)
		}
		acknowledged = last
		r := reopen(t, dir)
		checkStore(t, r)
		info, err := r.Info("/base")
		must(t, err)
		n, err := strconv.Atoi(info.Version)
		if err != nil || n != acknowledged && n != acknowledged+1 {
			t.Errorf("round %d: got version %s, want %d or the next", round, info.Version, acknowledged)
		}
		for _, name := range []string{"/base", "/mid", "/top"} {
			content, _, _, err := r.publishedFile(name, "/n.json")
			if err != nil || string(content) != info.Version {
				t.Errorf("round %d: %s has %q, %v, want %s", round, name, content, err, info.Version)
			}
		}
		must(t, r.Close())
	}
}

// runAndKill lets a process commit, kills it without a warning after so many
// commits, and returns the last one that it has acknowledged.
func runAndKill(t *testing.T, dir string, commits int) (last int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); {
		text, ok := strings.CutPrefix(lines.Text(), "committed ")
		n, err := strconv.Atoi(text)
		if !ok || err != nil {
			t.Errorf("the process that commits: %s", lines.Text())
			break
		}
		last = n
		if seen++; seen == commits {
			cmd.Process.Kill()
		}
	}
	cmd.Wait() // it was killed
	return last
}
