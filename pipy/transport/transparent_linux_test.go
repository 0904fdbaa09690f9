package transport

import (
	"fmt"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"pipy/pipy/loop"
)

// destinationIn connects to an address in a network of its own, which the
// commands set up, and returns where a transparent listener finds that the
// client wanted to go. Port 7001 is the listener's.
func destinationIn(t *testing.T, ip [4]byte, port int, commands ...[]string) (text string) {
	t.Helper()
	var unable error
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if unable = unix.Unshare(unix.CLONE_NEWNET); unable != nil {
			return
		}
		for _, c := range commands {
			if unable = exec.Command(c[0], c[1:]...).Run(); unable != nil {
				unable = fmt.Errorf("%s: %w", c, unable)
				return
			}
		}
		text = destination(t, ip, port)
	}()
	<-done
	if unable != nil {
		t.Skip(unable)
	}
	return text
}

// destination listens and connects on this thread.
func destination(t *testing.T, ip [4]byte, port int) (text string) {
	l, err := loop.New()
	if err != nil {
		t.Error(err)
		return ""
	}
	defer l.Close()
	address, _ := PortAddress(7001)
	s, err := Listen(l, address, ListenOptions{Transparent: true}, func(in *Inbound) {
		text = fmt.Sprintf("%s:%d", in.DestinationAddress(), in.DestinationPort())
		in.Close()
		l.Stop()
	})
	if err != nil {
		t.Error(err)
		return ""
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: ip}); err != nil {
		t.Error(err)
		return ""
	}
	if err := l.Run(); err != nil {
		t.Error(err)
	}
	s.Close()
	return text
}

func TestTransparentListenerKnowsTheDestination(t *testing.T) {
	up := []string{"ip", "link", "set", "lo", "up"}
	t.Run("routed", func(t *testing.T) {
		got := destinationIn(t, [4]byte{10, 99, 1, 2}, 7001, up, []string{"ip", "route", "add", "local", "10.99.0.0/16", "dev", "lo"})
		if want := "10.99.1.2:7001"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("redirected", func(t *testing.T) {
		got := destinationIn(t, [4]byte{10, 99, 1, 2}, 4433, up,
			[]string{"ip", "route", "add", "10.99.0.0/16", "dev", "lo", "src", "127.0.0.1"},
			[]string{"iptables", "-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-d", "10.99.0.0/16", "-j", "REDIRECT", "--to-ports", "7001"})
		if want := "10.99.1.2:4433"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
