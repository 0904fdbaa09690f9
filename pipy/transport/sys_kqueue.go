//go:build freebsd || darwin

package transport

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// newSocket makes a non-blocking stream socket. The lock keeps a child process
// from inheriting it.
func newSocket(family int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	return fd, prepare(fd)
}

// accept takes a connection from the queue of a listening socket.
func accept(fd int) (int, netip.AddrPort, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	n, sa, err := unix.Accept(fd)
	if err != nil {
		return -1, netip.AddrPort{}, err
	}
	return n, addrPort(sa), prepare(n)
}

// prepare sets what Linux sets when it makes the socket, or closes it.
func prepare(fd int) error {
	unix.CloseOnExec(fd)
	err := unix.SetNonblock(fd, true)
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NOSIGPIPE, 1)
	}
	if err != nil {
		unix.Close(fd)
	}
	return err
}

// setTransparent is for Linux only.
func setTransparent(fd, family int) error { return unix.EOPNOTSUPP }

// bindLate is for Linux only.
func bindLate(fd int) {}

// originalDestination is for Linux only.
func originalDestination(fd int, v6 bool) netip.AddrPort { return netip.AddrPort{} }
