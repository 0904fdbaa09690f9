package main_test

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// isolated runs f on a thread with a network of its own, in which only loopback
// exists: the ports that a README names are free there. Programs that f starts
// are in it too. Where that is not allowed, f runs in the network of the machine
// and is told that it is not alone. Fatal and Skip end f, and with it the test.
func isolated(t *testing.T, f func(alone bool)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread is never unlocked: it ends with this goroutine.
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			f(false)
			return
		}
		if err := loopbackUp(); err != nil {
			t.Errorf("loopback: %v", err)
			return
		}
		f(true)
	}()
	<-done
}

// loopbackUp brings the interface lo up.
func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, ifr)
}
