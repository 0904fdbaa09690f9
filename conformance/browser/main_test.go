package browser

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for something to appear.
const patience = 40 * time.Second

var (
	binary  string
	chrome  string
	browser context.Context // of the one browser of all tests; nil without one
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if chrome = findBrowser(); chrome == "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "pipy")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary = os.Getenv("PIPY_BIN"); binary == "" {
		binary = filepath.Join(dir, "pipy")
		build := exec.Command("go", "build", "-o", binary, "./pipy")
		build.Dir = "../.."
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build pipy: %v\n%s", err, out)
			return 1
		}
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chrome), chromedp.Flag("lang", "en-US"), chromedp.Flag("accept-lang", "en-US"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // the sandbox refuses to run as root
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	var stop context.CancelFunc
	browser, stop = chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	defer stop()
	if err := chromedp.Do(browser); err != nil {
		fmt.Fprintf(os.Stderr, "%s does not start: %v\n", chrome, err)
		return 1
	}
	return m.Run()
}

// findBrowser returns the path of a browser, "" when there is none.
func findBrowser() string {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// freePort returns a port of loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// start runs pipy with a console and more arguments, and returns the address of
// the console: http://127.0.0.1:port.
func start(t *testing.T, arguments ...string) string {
	t.Helper()
	return startAs(t, "--admin-port", arguments...)
}

// startAs does the same with another option for the port of the console.
func startAs(t *testing.T, option string, arguments ...string) string {
	t.Helper()
	if chrome == "" {
		t.Skip("no browser: install chromium, or name one in CHROMIUM")
	}
	address := "127.0.0.1:" + freePort(t)
	cmd := exec.Command(binary, append([]string{option + "=" + address}, arguments...)...)
	cmd.Dir = t.TempDir()
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "panic") {
				t.Error(lines.Text())
			}
		}
	}()
	until(t, "pipy listens at "+address, func() bool {
		res, err := http.Get("http://" + address + "/healthz")
		if err == nil {
			res.Body.Close()
		}
		return err == nil
	})
	return "http://" + address
}

// until waits until something holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", patience, what)
		}
	}
}

// call sends a request to the API, as another user would.
func call(t *testing.T, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text := new(strings.Builder)
	if _, err := bufio.NewReader(res.Body).WriteTo(text); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s", method, url, res.Status, text)
	}
	return text.String()
}
