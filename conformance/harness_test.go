package conformance

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// The harness is tested with a fake program: the test binary itself, which
// serves HTTP on the port that its first argument names.

// fakeMain logs like pipy, answers every request with its body or a greeting,
// says on SIGHUP that it was told, and ends with status 0 on SIGTERM.
func fakeMain() int {
	if len(os.Args) < 2 || os.Args[1] == "--fail" {
		fmt.Fprintln(os.Stderr, "unknown option: --fail")
		return 255
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/exit" {
			os.Exit(3)
		}
		b, _ := io.ReadAll(r.Body)
		if len(b) == 0 {
			b = []byte("Hi, there!\n")
		}
		w.Write(b)
	})
	go func() {
		fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
		os.Exit(255)
	}()
	sig := make(chan os.Signal, 1)
	signal.Notify(sig, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)
	fmt.Fprintln(os.Stderr, "[INF] fake started")
	for s := range sig {
		if s != syscall.SIGHUP {
			break
		}
		fmt.Fprintln(os.Stderr, "[INF] hung up")
	}
	fmt.Println("Done.")
	return 0
}

// playText plays a script given as text against the fake program.
func playText(t *testing.T, text string) outcome {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "script.txtar")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv(fakeEnv, "1")
	// The fake needs its variable; pipy scripts would say -env.
	return play(path, self)
}

const startFake = "freeport PORT\npipy -wait $PORT -env CONFORMANCE_FAKE=1 $PORT &a\n"

func TestHarnessPassesWhatIsTrue(t *testing.T) {
	tests := []struct{ name, script string }{
		{"http", startFake + "http GET http://127.0.0.1:$PORT/ -status 200\nstdout '^HTTP/1.1 200 OK$'\nstdout '^Content-Length: 11$'\nstdout '^Hi, there!$'\n"},
		{"body", startFake + "http POST http://127.0.0.1:$PORT/ -d 'a b'\nstdout 'a b'\nhttp POST http://127.0.0.1:$PORT/ -d @f.txt -chunked\nstdout 'from a file'\n-- f.txt --\nfrom a file\n"},
		{"keep", startFake + "http GET http://127.0.0.1:$PORT/ -keep s -n 3\nstdout -count=3 'Hi, there!'\nhttp GET http://127.0.0.1:$PORT/ -keep s -H 'Connection: close' -closed\n"},
		{"pipeline", startFake + "http GET http://127.0.0.1:$PORT/ -n 5 -pipeline\nstdout -count=5 'Hi, there!'\n"},
		{"raw", startFake + `raw 127.0.0.1:$PORT -text 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' -split 5 -closed -expect '^HTTP/1.1 200'` + "\n"},
		{"raw file", startFake + "raw 127.0.0.1:$PORT f.txt -crlf -expect Hi\n-- f.txt --\nGET / HTTP/1.1\nHost: x\n\n"},
		{"log", startFake + "wait-log a started\nsignal a HUP\nwait-log a 'hung up'\ngrep-log -count=1 a up\nno-log a down\n"},
		{"shutdown", startFake + "shutdown a\nlistening -not $PORT\nwait-file a.out Done\nstdout Done.\n"},
		{"exited", startFake + "http GET http://127.0.0.1:$PORT/exit -empty\nexited a 3\n"},
		{"foreground", "pipy -env CONFORMANCE_FAKE=1 -status 255 --fail\nstderr 'unknown option'\n"},
		{"load", startFake + "load start l http://127.0.0.1:$PORT/\nload stop l -min 50\n"},
		{"upstream", "upstream U headers\nhttp POST http://$U/x -H 'A: b' -d hi\nstdout '^POST /x HTTP/1.1$'\nstdout '^A: b$'\nupstream-count U requests 1\nupstream-count U conns 1\nupstream-got U '^A: b'\n"},
		{"cut", "upstream U truncate\nhttp GET http://$U/ -cut\nupstream V cutchunked\nhttp GET http://$V/ -cut\n"},
		{"hold", "upstream U hold\nhttp -bg a GET http://$U/\nhttp -bg b GET http://$U/\nupstream-count U peak 2\nupstream-release U\nhttp-wait a\nstdout Hi\nhttp-wait b\nupstream-close U\n"},
		{"edit", "edit f.txt old new\ngrep 'a new text' f.txt\n-- f.txt --\na old text\n"},
		{"informs", "upstream U informs\nhttp GET http://$U/ -status 200\nstdout '^HTTP/1.1 100 Continue$'\nstdout '^HTTP/1.1 103 '\n"},
		{"trailers", "upstream U chunked:5\nhttp GET http://$U/ -trailers\nstdout '^01234$'\nstdout '^X-Sum: abc$'\n"},
		{"time", "upstream U slow:50\nhttp GET http://$U/ -atleast 50\n"},
		{"udp", "udp-server U udpecho\nudp $U a 'b\\x21' %2000 -expect '^a|b!|0'\nstdout '^b!$'\nstdout '^2000 bytes$'\nudp-count U datagrams 3\nudp-count U sources 1\nudp-server S udpsink\nudp -nothing 20 $S x\n"},
		{"websocket", "upstream U status:403\nwebsocket -status 403 ws://$U/\nstdout '^status 403$'\n"},
		{"banner", "upstream U banner\nraw $U -greet ready -text 'abc' -half -expect abc -closed\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if out := playText(t, tt.script); out.failed || out.skipped {
				t.Error(out.log)
			}
		})
	}
}

func TestHarnessFailsWhatIsFalse(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"status", startFake + "http GET http://127.0.0.1:$PORT/ -status 404\n", "status: want 404, got 200"},
		{"crash", startFake + "http GET http://127.0.0.1:$PORT/exit -empty\n", "ended by itself with exit status 3"},
		{"exit code", startFake + "shutdown a 1\n", "want 1, got exit status 0"},
		{"early end", "freeport P\npipy -wait $P -env CONFORMANCE_FAKE=1 --fail &a\n", "exit status 255 before it listened"},
		{"cut", "upstream U truncate\nhttp GET http://$U/\n", "response cut short: want false, got true"},
		{"not cut", "upstream U hello\nhttp GET http://$U/ -cut\n", "response cut short: want true, got false"},
		{"bare LF", `upstream U 'raw:HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'` + "\nhttp GET http://$U/\n", "want it to end with CRLF"},
		{"two lengths", `upstream U 'raw:HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'` + "\nhttp GET http://$U/\n", "has both"},
		{"answer", startFake + "http GET http://127.0.0.1:$PORT/ -empty -H 'Connection: close'\n", "closed without an answer"},
		{"log", startFake + "wait-log a started\nno-log a started\n", "is in the log"},
		{"load", "upstream U status:503\nload start l http://$U/\nload stop l\n", "clients failed"},
		{"load not stopped", "upstream U hello\nload start l http://$U/\n", "want a load stop"},
		{"time", "upstream U hello\nhttp GET http://$U/ -atleast 5000\n", "want at least 5s"},
		{"udp", "udp-server U udpecho\nudp $U a -expect b\n", `want "b", got "a"`},
		{"udp count", "udp-server U udpecho\nudp $U a b\nudp-count U datagrams 1\n", "want 1, got 2"},
		{"websocket", "upstream U hello\nwebsocket ws://$U/ text:a\n", "status: want 101"},
		{"websocket accept", `upstream U 'raw:HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n'` + "\nwebsocket ws://$U/\n", "sec-websocket-accept: want"},
		{"count", "upstream U hello\nhttp GET http://$U/ -n 2\nupstream-count U requests 1\n", "want 1, got 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := playText(t, tt.script)
			if !out.failed || !strings.Contains(out.log, tt.want) {
				t.Errorf("failed: got %t, want true with %q in the log:\n%s", out.failed, tt.want, out.log)
			}
		})
	}
}

func TestHeadersOfScriptsAreChecked(t *testing.T) {
	tests := []struct {
		text string
		ok   bool
	}{
		{"# A fact.\n# api: modern\nfreeport P\n", true},
		{"# A fact.\nfreeport P\n", false},
		{"# A fact.\n# api: other\n", false},
		{"# api: modern\n", false},
		{"# A fact.\n# api: modern\nstop a\n", false},
		{"# A fact.\n# api: modern\n# rfc: 9112 6.3\n# rfc: 6455\n# tags: tls http2\n", true},
		{"# A fact.\n# api: modern\n# rfc: section 6\n", false},
		{"# A fact.\n# api: modern\n# tags: TLS\n", false},
		{"# A fact.\nfreeport P\n# api: modern\n", false},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "x.txtar")
		if err := os.WriteFile(path, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := readScript(filepath.Dir(path), path); (err == nil) != tt.ok {
			t.Errorf("%q: want ok %t, got %v", tt.text, tt.ok, err)
		}
	}
}

func TestKnownFailuresAreExact(t *testing.T) {
	tests := []struct {
		out    outcome
		reason string
		want   verdict
	}{
		{outcome{}, "", passed},
		{outcome{failed: true}, "", failed},
		{outcome{failed: true}, "not done", known},
		{outcome{}, "not done", failed},
		{outcome{skipped: true}, "", skipped},
	}
	for _, tt := range tests {
		if got, _ := judge(tt.out, tt.reason); got != tt.want {
			t.Errorf("%+v with reason %q: got %d, want %d", tt.out, tt.reason, got, tt.want)
		}
	}
}

func TestRetries(t *testing.T) {
	bad, good := outcome{failed: true, log: "first"}, outcome{}
	tests := []struct {
		retries string
		out     []outcome
		want    []verdict
	}{
		{"", []outcome{bad, good}, []verdict{failed, passed}},
		{"1", []outcome{bad, good, bad}, []verdict{flaky, failed}},
		{"2", []outcome{bad, bad, good}, []verdict{failed, passed}},
		{"2", []outcome{good, bad, good}, []verdict{passed, flaky}},
		{"2", []outcome{{failed: true, log: "x\n  WARNING: DATA RACE\n"}, {failed: true, log: "\n panic: x\n"}}, []verdict{failed, failed}},
	}
	for _, tt := range tests {
		again, err := newRetries(tt.retries)
		if err != nil {
			t.Fatal(err)
		}
		next := 0
		play := func() outcome { next++; return tt.out[next-1] }
		for _, want := range tt.want {
			got, text := again.judge(play, "")
			if got != want || got == flaky && text != bad.log {
				t.Errorf("%q retries of %v: got %s with %q, want %s", tt.retries, tt.out, got, text, want)
			}
		}
		if next != len(tt.out) {
			t.Errorf("%q retries of %v: played %d times", tt.retries, tt.out, next)
		}
	}
	for _, text := range []string{"-1", "x"} {
		if _, err := newRetries(text); err == nil {
			t.Errorf("%q: want an error", text)
		}
	}
}

func TestKnownFailuresNeedAReason(t *testing.T) {
	for text, ok := range map[string]bool{
		"# comment\n\nhttp/a for this reason\n": true,
		"http/a\n":                              false,
	} {
		path := filepath.Join(t.TempDir(), "known.txt")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		list, err := readKnownFailures(path)
		if (err == nil) != ok {
			t.Errorf("%q: want ok %t, got %v", text, ok, err)
		}
		if ok && list["http/a"] != "for this reason" {
			t.Errorf("%q: got %q", text, list)
		}
	}
}

func TestEveryCommandIsDescribed(t *testing.T) {
	for _, file := range []string{"doc.go", "../docs/testscript-commands.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name := range commands {
			if !regexp.MustCompile("(?m)(^//\\t|`)" + name + " ").Match(text) {
				t.Errorf("%s: %s is not described", file, name)
			}
		}
	}
}
