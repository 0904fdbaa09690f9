package transport

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"pipy/pipy/loop"
)

func TestListenerSurvivesRunningOutOfDescriptors(t *testing.T) {
	lines := capture(t)
	w := newWorld(t)
	s := w.listen(ListenOptions{}, echo)
	c := w.client(s)
	io.WriteString(c, "x")
	io.ReadFull(c, make([]byte, 1))

	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Skip(err)
	}
	fd, err := newSocket(unix.AF_INET) // the client's, while there are some
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(fd) + 1, Max: old.Max}); err != nil {
		t.Skip(err)
	}
	unix.Connect(fd, s.Address().sockaddr())
	loop.Send(fd, []byte("y"))
	w.until("accepting fails", func() bool { return contains(*lines, "Too many open files") })
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	w.until("the client is served", func() bool { n, _ := loop.Recv(fd, b); return n == 1 })
}
