package logging

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// systemLogger is the other side: a socket like /dev/log.
func systemLogger(t *testing.T) (path string, listen func() *net.UnixConn) {
	dir, err := os.MkdirTemp("", "log") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "s")
	return path, func() *net.UnixConn {
		c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
}

func read(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	b := make([]byte, 1000)
	c.SetReadDeadline(time.Now().Add(time.Minute))
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestSyslogSendsRecords(t *testing.T) {
	for priority, want := range map[string]string{"EMERG": "<8>", "err": "<11>", "": "<14>", "DEBUG": "<15>"} {
		path, listen := systemLogger(t)
		c := listen()
		s, err := openSyslog("unixgram", path, "access", priority)
		if err != nil {
			t.Fatal(err)
		}
		s.Write([]byte("one"))
		s.Write([]byte("two"))
		for _, text := range []string{"one", "two"} {
			got := read(t, c)
			if !strings.HasPrefix(got, want) || !strings.Contains(got, " access[") || !strings.HasSuffix(got, "]: "+text+"\n") {
				t.Errorf("%s: got %q, want %s… access[…]: %s", priority, got, want, text)
			}
		}
		s.Close()
	}
}

func TestSyslogDropsWhileNobodyListens(t *testing.T) {
	old := std
	defer func() { std = old }()
	l, m := testLog()
	std = l
	path, listen := systemLogger(t)
	s, err := openSyslog("unixgram", path, "access", "INFO")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s.Write([]byte("lost"))
		s.Flush(time.Minute)
	}
	if s.Dropped() != 2 || len(m.lines) != 1 || !strings.Contains(m.lines[0], "[WRN] [syslog] ") {
		t.Errorf("got %d dropped and %q, want 2 and one line", s.Dropped(), m.lines)
	}
	c := listen()
	s.Write([]byte("here"))
	if got := read(t, c); !strings.HasSuffix(got, "here\n") {
		t.Errorf("got %q", got)
	}
	s.Close()
}

func TestSyslogRefusesUnknownPriority(t *testing.T) {
	if _, err := OpenSyslog("access", "LOUD"); err == nil || !strings.Contains(err.Error(), `got "LOUD"`) {
		t.Errorf("got %v", err)
	}
}
