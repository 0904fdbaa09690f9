package admin

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"pipy/pipy/repo"
	"pipy/pipy/worker"
)

func TestStrangersMakeRoomForOthers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	group, err := worker.New(worker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer group.Close()
	s, err := Start(l, Options{Mode: ModeRepo, Process: &fake{group: group}, Repo: repo.NewMemory(), Access: Access{AdminToken: adminToken}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask := func(c net.Conn, r *bufio.Reader, token string) int {
		t.Helper()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.Write([]byte("GET /api/v1/repo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	friend := dial()
	friendly := bufio.NewReader(friend)
	if code := ask(friend, friendly, adminToken); code != http.StatusOK {
		t.Fatalf("with the token: got status %d, want 200", code)
	}
	first := dial()
	var last net.Conn
	for range maxStrangers {
		last = dial()
	}
	first.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := first.Read(make([]byte, 1)); err == nil || errors.Is(err, net.ErrClosed) || isTimeout(err) {
		t.Errorf("the oldest stranger: got %v, want the end of the connection", err)
	}
	if code := ask(friend, friendly, adminToken); code != http.StatusOK {
		t.Errorf("who is known: got status %d, want 200", code)
	}
	if code := ask(last, bufio.NewReader(last), adminToken); code != http.StatusOK {
		t.Errorf("who has come last: got status %d, want 200", code)
	}
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}
