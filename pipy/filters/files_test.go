package filters_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
)

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// bytesOf consumes the output up to now and returns the bytes of it.
func bytesOf(f *ft.Filter) string {
	var b strings.Builder
	for _, evt := range f.Take() {
		if d, ok := evt.(*event.Data); ok {
			b.WriteString(d.String())
		}
	}
	return b.String()
}

// ended tells whether StreamEnd came out.
func ended(f *ft.Filter) func() bool {
	return func() bool {
		got := f.Got()
		if len(got) == 0 {
			return false
		}
		_, ok := got[len(got)-1].(*event.StreamEnd)
		return ok
	}
}

func TestTeeWritesDataToAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "file")
	f := ft.New(t, "tee", func() string { return path })
	for range 2 { // the second stream empties the file
		f.Send(helloEvents()...)
		f.Want(helloLines...)
		if got := content(t, path); got != "abc" {
			t.Errorf("the file has %q", got)
		}
		f.Again()
	}
	f = ft.New(t, "tee", path, ft.Options{"append": true})
	f.Send(ft.Data("def"))
	f.Want(`Data "def"`)
	if got := content(t, path); got != "abcdef" {
		t.Errorf("after append the file has %q", got)
	}
}

func TestTeeSharesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f := ft.New(t, "tee", path, ft.Options{"shared": true})
	f.Send(ft.Data("a"))
	send, stop := f.Fork()
	send(ft.Data("b"))
	stop()
	f.Again()
	f.Send(ft.Data("c"))
	f.Take()
	if got := content(t, path); got != "abc" {
		t.Errorf("the file has %q", got)
	}
}

func TestTeeRotatesASharedFile(t *testing.T) {
	folder := t.TempDir()
	f := ft.New(t, "tee", filepath.Join(folder, "file"), ft.Options{"shared": true, "maxFileSize": 10})
	for range 3 {
		f.Send(ft.Data("1234567"))
	}
	f.Take()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) < 2 {
		t.Errorf("files: %v, %v", entries, err)
	}
}

func TestTeePassesWhenTheFileCannotBeWritten(t *testing.T) {
	f := ft.New(t, "tee", t.TempDir())
	f.Send(ft.Data("a"), ft.Data("b"))
	f.Want(`Data "a"`, `Data "b"`)

	f = ft.New(t, "tee", func() (any, error) { return nil, errors.New("boom") })
	f.Send(ft.Data("a"))
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
}

func TestTeeToAPipeDoesNotBlockTheLoop(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f := ft.New(t, "tee", path)
	for range 40 {
		f.Send(ft.Data(strings.Repeat("x", 16<<10)))
	}
	if !f.Paused() {
		t.Error("nobody reads, but the source goes on")
	}
	f.Send(ft.End())
	if n := len(bytesOf(f)); n != 640<<10 {
		t.Errorf("%d bytes passed", n)
	}
	read := make(chan int)
	go func() {
		b, _ := os.ReadFile(path)
		read <- len(b)
	}()
	n := -1
	f.Until("the end of the pipe", func() bool {
		select {
		case n = <-read:
		default:
		}
		return n >= 0
	})
	if n != 640<<10 {
		t.Errorf("%d bytes were written", n)
	}
	if f.Paused() {
		t.Error("the source stays paused")
	}
}

func TestReadPutsOutAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	text := strings.Repeat("0123456789", 30_000)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []any
		want string
	}{
		{[]any{path}, text},
		{[]any{func() string { return path }, ft.Options{"seek": 5, "size": func() any { return 7 }}}, "5678901"},
		{[]any{path, ft.Options{"seek": 1 << 30}}, ""},
		{[]any{path, ft.Options{"size": 0}}, ""},
	} {
		f := ft.New(t, "read", c.args...)
		f.Send(ft.Flush(), ft.Data("dropped"))
		f.Until("StreamEnd", ended(f))
		if got := bytesOf(f); got != c.want {
			t.Errorf("%d bytes, want %d", len(got), len(c.want))
		}
	}
}

func TestReadOfAMissingFileFails(t *testing.T) {
	f := ft.New(t, "read", filepath.Join(t.TempDir(), "none"))
	f.Send(ft.Flush())
	f.Until("StreamEnd", ended(f))
	f.WantError("unable to open file for reading")
	f.Want("StreamEnd ReadError")
}

func TestReadMayBeClosedAtAnyTime(t *testing.T) {
	f := ft.New(t, "read", "/dev/zero")
	f.Send(ft.Flush())
	f.Until("data", func() bool { return len(f.Got()) > 0 })
	f.Take()
	f.Again()
	f.Loop.Turn()
	f.Take()
}

func TestDepositMessagePutsLargeBodiesIntoAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, threshold := range []int{0, 4, 5, 6, 100} {
		f := ft.New(t, "depositMessage", path, ft.Options{"threshold": threshold})
		for range 2 {
			f.Send(&event.MessageStart{}, ft.Data("ab"), ft.Data("cd"), ft.Data("ef"))
			if early := bytesOf(f); len(early) > threshold {
				t.Errorf("threshold %d: %q passed", threshold, early)
			} else {
				stored, err := os.ReadFile(path)
				if threshold < 6 && (err != nil || string(stored) != "abcdef") {
					t.Errorf("threshold %d: the file has %q, %v", threshold, stored, err)
				}
				f.Send(event.End, &event.MessageStart{Head: "2"}, event.End, ft.End())
				f.Until("StreamEnd", ended(f))
				got := ft.Lines(f.Take())
				if rest := "abcdef"[len(early):]; rest != "" {
					if got[0] != `Data "`+rest+`"` {
						t.Errorf("threshold %d: %s came after %q", threshold, got[0], early)
					}
					got = got[1:]
				}
				wantList(t, got, "MessageEnd", `MessageStart "2"`, "MessageEnd", "StreamEnd")
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("the file was not deleted")
			}
			f.Again()
		}
	}
}

func TestDepositMessageKeepsTheFileIfAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f := ft.New(t, "depositMessage", func() string { return path }, ft.Options{"keep": true})
	f.Send(ft.Message("abc")...)
	f.Send(ft.End())
	f.Until("StreamEnd", ended(f))
	f.Want("MessageStart", `Data "abc"`, "MessageEnd", "StreamEnd")
	if got := content(t, path); got != "abc" {
		t.Errorf("the file has %q", got)
	}
}

func TestDepositMessageFailsWhenItCannotWrite(t *testing.T) {
	f := ft.New(t, "depositMessage", t.TempDir())
	f.Send(ft.Message("abc")...)
	f.WantError("cannot open file")
	f.Want("MessageStart", "StreamEnd RuntimeError")
}

func TestDepositMessageRemovesTheFileWhenClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f := ft.New(t, "depositMessage", path)
	f.Send(&event.MessageStart{}, ft.Data("a"))
	f.Want("MessageStart")
	f.Again()
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was not deleted")
	}
}

func TestExecRunsAProgram(t *testing.T) {
	for _, command := range []any{"cat", ft.Array{"cat", "-"}, func() any { return "sh -c 'cat; exit 3'" }} {
		f := ft.New(t, "exec", command)
		for range 2 {
			f.Send(ft.Data("hello "), ft.Data("world"), event.End, ft.End())
			f.Until("StreamEnd", ended(f))
			if got := bytesOf(f); got != "hello world" {
				t.Errorf("%v: got %q", command, got)
			}
			f.Again()
		}
	}
}

func TestExecTellsStartAndExit(t *testing.T) {
	pid := 0.0
	var exit []any
	f := ft.New(t, "exec", ft.Array{"sh", "-c", "echo $X; echo bad >&2; exit 7"}, ft.Options{
		"env":     ft.Options{"X": "from env", "PATH": os.Getenv("PATH")},
		"onStart": func(args ...any) { pid = args[0].(float64) },
		"onExit":  func(args ...any) any { exit = args; return ft.Data("after") },
	})
	f.Send(ft.Flush())
	f.Until("StreamEnd", ended(f))
	if got := bytesOf(f); got != "from env\nafter" {
		t.Errorf("got %q", got)
	}
	if pid <= 0 || len(exit) != 2 || exit[0] != 7.0 || exit[1].(*event.Data).String() != "bad\n" {
		t.Errorf("pid %v, exit %v", pid, exit)
	}
}

func TestExecPutsOutErrorOutputIfAsked(t *testing.T) {
	f := ft.New(t, "exec", "sh -c 'echo bad >&2'", ft.Options{"stderr": true})
	f.Send(ft.Flush())
	f.Until("StreamEnd", ended(f))
	if got := bytesOf(f); got != "bad\n" {
		t.Errorf("got %q", got)
	}
}

func TestExecOfAMissingProgramFails(t *testing.T) {
	f := ft.New(t, "exec", "no-such-program-anywhere")
	f.Send(ft.Data("x"))
	f.Until("StreamEnd", ended(f))
	f.WantError("unable to exec")
	f.Want("StreamEnd RuntimeError")
	for _, bad := range []any{3, "", ft.Array{}, nil} {
		if _, err := ft.Make(t, "exec", bad); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

func TestExecSurvivesAProgramThatDoesNotRead(t *testing.T) {
	f := ft.New(t, "exec", "true")
	for range 100 {
		f.Send(ft.Data(strings.Repeat("x", 16<<10)))
	}
	f.Until("StreamEnd", ended(f))
	f.Send(ft.Data("more"))
	f.Want("StreamEnd")
	if f.Paused() {
		t.Error("the source stays paused")
	}
}

func TestExecPausesItsSourceWhenTheProgramIsSlow(t *testing.T) {
	f := ft.New(t, "exec", "sleep 1000")
	for range 40 {
		f.Send(ft.Data(strings.Repeat("x", 16<<10)))
	}
	if !f.Paused() {
		t.Error("the source goes on")
	}
	f.Again()
	if f.Paused() {
		t.Error("the source stays paused")
	}
}

func TestExecNoticesTheExitThoughAChildKeepsTheOutput(t *testing.T) {
	f := ft.New(t, "exec", "sh -c 'sleep 1000 & echo $!'")
	f.Send(ft.Flush())
	start := time.Now()
	f.Until("StreamEnd", ended(f))
	if d := time.Since(start); d > 15*time.Second {
		t.Errorf("it took %v", d)
	}
	pid := strings.TrimSpace(bytesOf(f))
	var n int
	for _, c := range pid {
		n = n*10 + int(c-'0')
	}
	syscall.Kill(n, syscall.SIGKILL)
}

// gone tells whether there is no process of that number, not even a zombie.
func gone(pid int) bool { return syscall.Kill(pid, 0) == syscall.ESRCH }

func TestExecEndsTheProgramWithItsPipeline(t *testing.T) {
	pid := 0
	onStart := func(args ...any) { pid = int(args[0].(float64)) }
	f := ft.New(t, "exec", "sleep 1000", ft.Options{"onStart": onStart})
	f.Send(ft.Flush())
	f.Until("the start", func() bool { return pid != 0 })
	f.Again()
	f.Until("the end of the program", func() bool { return gone(pid) })

	f.Send(ft.Flush())
	f.Again() // before it has started
	for range 10 {
		f.Loop.Turn()
	}
}

func TestExecPausesAProgramWhoseOutputIsNotTaken(t *testing.T) {
	f := ft.New(t, "exec", "sh -c 'while :; do echo 0123456789012345678901234567890123456789; done'")
	testSlow(t, f)
}

func TestReadPausesWhenItsOutputIsNotTaken(t *testing.T) {
	testSlow(t, ft.New(t, "read", "/dev/zero"))
}

// testSlow takes endless output piece by piece.
func testSlow(t *testing.T, f *ft.Filter) {
	t.Helper()
	f.Slow = true
	f.Send(ft.Flush())
	for range 3 {
		f.Until("data", func() bool { return len(f.Got()) > 0 })
		for range 20 {
			f.Loop.Turn()
			runtime.Gosched()
		}
		if n := len(f.Take()); n != 1 {
			t.Errorf("%d pieces came, want 1", n)
		}
	}
	f.Take()
	f.Slow = false
	f.Close()
	f.Take()
}

func TestDeframeReadsFrames(t *testing.T) {
	body := &event.Data{}
	states := func() *ft.Ordered {
		return ft.NewOrdered(
			"length", func(args ...any) any { return ft.Array{"body", args[0], body} },
			"body", func(args ...any) any {
				return ft.Array{&event.Message{Body: args[0].(*event.Data).Clone()}, nil, "length"}
			},
		)
	}
	for _, step := range []int{1, 2, 100} {
		f := ft.New(t, "deframe", states())
		for range 2 {
			in := "\x03abc\x00\x02de\x05xy"
			f.Send(&event.MessageStart{})
			for i := 0; i < len(in); i += step {
				f.Send(ft.Data(in[i:min(i+step, len(in))]))
			}
			f.Send(event.End, ft.End())
			f.Want("MessageStart", `Data "abc"`, "MessageEnd", "MessageStart", "MessageEnd",
				"MessageStart", `Data "de"`, "MessageEnd", "StreamEnd")
			f.Again()
		}
	}
}

func TestDeframePassesBytesAndFillsArrays(t *testing.T) {
	var got []string
	f := ft.New(t, "deframe", ft.NewOrdered(
		"start", ft.Array{"pass", 3},
		"pass", func(args ...any) any { got = append(got, ft.Text(args[0])); return ft.Array{"list", 2, ft.Array{}} },
		"list", func(args ...any) any { got = append(got, ft.Text(args[0])); return "start" },
	))
	f.Send(ft.Data("!abc?12!d"))
	f.Want(`Data "abc"`, `Data "d"`)
	wantList(t, got, "63", "[49, 50]")
}

func TestDeframeErrorsEndTheStream(t *testing.T) {
	for _, c := range []struct {
		result any
		want   string
	}{
		{"none", "invalid state: none"},
		{3, "invalid state returned"},
		{ft.Array{}, "invalid state returned"},
		{ft.Array{"a", -1}, "invalid reading length -1"},
		{ft.Array{"a", 1, 3}, "invalid read buffer"},
		{ft.Array{"a", 0, ft.Array{}}, "without reading"},
		{ft.Array{7, "a"}, "want an event"},
	} {
		f := ft.New(t, "deframe", ft.NewOrdered("a", func() any { return c.result }))
		f.Send(ft.Data("xy"), ft.Data("z"))
		f.WantError(c.want)
		f.Want("StreamEnd RuntimeError")
	}
	for _, bad := range []any{nil, 3, ft.NewOrdered()} {
		if _, err := ft.Make(t, "deframe", bad); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}
