package http2

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "pipy")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if binary = os.Getenv("PIPY_BIN"); binary == "" {
		binary = filepath.Join(dir, "pipy")
		build := exec.Command("go", "build", "-o", binary, "./pipy")
		build.Dir = "../.."
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build pipy: %v\n%s", err, out)
			os.Exit(1)
		}
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs pipy with a script, in which LISTEN stands for the address that is
// returned.
func start(t *testing.T, script string) string {
	address := freeAddress(t)
	name := filepath.Join(t.TempDir(), "main.js")
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(script, "LISTEN", address)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, name)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
	})
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if line := lines.Text(); strings.Contains(line, "[ERR]") {
				t.Log(line)
			}
		}
	}()
	for deadline := time.Now().Add(10 * time.Second); ; {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return address
		}
		if time.Now().After(deadline) {
			t.Fatalf("pipy does not listen: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
