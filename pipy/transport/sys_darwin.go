package transport

import "golang.org/x/sys/unix"

// sharePort lets several listeners have one port. This system does not spread
// connections between them.
func sharePort(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}
