package conformance

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdReloads: reloads [-broken N] name count file broken good sends count times
// SIGHUP to an instance and waits for what the log says about each. Before every
// N-th, the text of broken is put into file, which must fail to load; before
// all others that of good, which must load.
func cmdReloads(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "reloads")
	every := 0
	if len(args) > 1 && args[0] == "-broken" {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		every, args = n, args[2:]
	}
	if len(args) != 5 {
		ts.Fatalf("usage: reloads [-broken N] name count file broken good")
	}
	in := instanceOf(ts, args[0])
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	path := ts.MkAbs(args[2])
	broken, good := ts.ReadFile(args[3]), ts.ReadFile(args[4])
	log, err := os.Open(in.log)
	ts.Check(err)
	defer log.Close()
	_, err = log.Seek(0, io.SeekEnd)
	ts.Check(err)
	for i := 1; i <= count; i++ {
		text, want := good, "Codebase reloaded"
		if every > 0 && i%every == 0 {
			text, want = broken, "Failed reloading codebase"
		}
		ts.Check(os.WriteFile(path, []byte(text), 0o666))
		ts.Check(in.cmd.Process.Signal(syscall.SIGHUP))
		if got := nextVerdict(log); got != want {
			ts.Fatalf("reload %d: want %q in the log, got %q", i, want, got)
		}
	}
}

// nextVerdict reads the log up to what it says about a reload; "" when it does
// not say it in time.
func nextVerdict(log *os.File) string {
	var got []byte
	buf := make([]byte, 4096)
	for end := time.Now().Add(deadline); time.Now().Before(end); {
		n, _ := log.Read(buf)
		got = append(got, buf[:n]...)
		for _, verdict := range []string{"Codebase reloaded", "Failed reloading codebase"} {
			if bytes.Contains(got, []byte(verdict)) {
				return verdict
			}
		}
		if n == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	return ""
}
