package cli

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// watched are the signals that scripts can wait for or that we act upon. Those
// that the Go runtime uses for itself are left out.
var watched = []os.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2,
	syscall.SIGALRM, syscall.SIGCONT, syscall.SIGTSTP, syscall.SIGWINCH, syscall.SIGTTIN, syscall.SIGTTOU,
}

// signalName returns the name by which scripts know a signal.
func signalName(s os.Signal) string {
	if n, ok := s.(syscall.Signal); ok {
		return unix.SignalName(n)
	}
	return ""
}
