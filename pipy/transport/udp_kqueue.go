//go:build freebsd || darwin

package transport

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// newDatagramSocket makes a non-blocking datagram socket. The lock keeps a child
// process from inheriting it.
func newDatagramSocket(family int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
	if err != nil {
		return -1, err
	}
	return fd, prepare(fd)
}

// datagramIO receives and sends datagrams of a port. Answers come from the
// address that the system chooses.
type datagramIO struct{ family int }

func (io *datagramIO) init(_ int, a Address) { io.family = a.family() }

// receive takes a datagram and tells who sent it.
func (io *datagramIO) receive(fd int, b []byte) (int, udpKey, error) {
	for {
		n, sa, err := unix.Recvfrom(fd, b, 0)
		if err != unix.EINTR {
			return n, udpKey{remote: addrPort(sa)}, err
		}
	}
}

// transmit sends a datagram.
func (io *datagramIO) transmit(fd int, to udpKey, b []byte) error {
	a := Address{IP: to.remote.Addr(), Port: to.remote.Port()}
	if io.family == unix.AF_INET6 && a.IP.Is4() {
		a.IP = netip.AddrFrom16(a.IP.As16())
	}
	for {
		if err := unix.Sendto(fd, b, 0, a.sockaddr()); err != unix.EINTR {
			return err
		}
	}
}
