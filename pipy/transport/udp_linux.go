package transport

import (
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// newDatagramSocket makes a non-blocking datagram socket.
func newDatagramSocket(family int) (int, error) {
	return unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

// datagramIO receives and sends datagrams of a port with raw system calls,
// which return at once, and makes no memory for addresses. A port on all
// addresses also finds out to which of them a datagram was sent, and answers
// from there.
type datagramIO struct {
	family int
	all    bool // the port is on all addresses
	msg    unix.Msghdr
	iov    unix.Iovec
	name   unix.RawSockaddrAny
	oob    struct {
		unix.Cmsghdr
		data [unix.SizeofInet6Pktinfo + 12]byte
	}
}

func (io *datagramIO) init(fd int, a Address) {
	io.family, io.all = a.family(), a.IP.IsUnspecified()
	if !io.all {
		return
	}
	if io.family == unix.AF_INET {
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_PKTINFO, 1)
		return
	}
	unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1)
}

// call makes a system call on the message.
func (io *datagramIO) call(trap uintptr, fd int, b []byte, nameSize, oobSize int) (int, error) {
	io.iov.Base = unsafe.SliceData(b)
	io.iov.SetLen(len(b))
	io.msg.Name, io.msg.Namelen = (*byte)(unsafe.Pointer(&io.name)), uint32(nameSize)
	io.msg.Iov = &io.iov
	io.msg.SetIovlen(1)
	io.msg.Control = nil
	if oobSize > 0 {
		io.msg.Control = (*byte)(unsafe.Pointer(&io.oob))
	}
	io.msg.SetControllen(oobSize)
	for {
		n, _, errno := unix.RawSyscall(trap, uintptr(fd), uintptr(unsafe.Pointer(&io.msg)), unix.MSG_NOSIGNAL)
		if errno == unix.EINTR {
			continue
		}
		io.iov.Base = nil
		switch errno {
		case 0:
			return int(n), nil
		case unix.EAGAIN:
			return 0, unix.EAGAIN // a constant: no memory for the error
		}
		return 0, errno
	}
}

// receive takes a datagram and tells who sent it.
func (io *datagramIO) receive(fd int, b []byte) (int, udpKey, error) {
	oobSize := 0
	if io.all {
		oobSize = int(unsafe.Sizeof(io.oob))
	}
	n, err := io.call(unix.SYS_RECVMSG, fd, b, unix.SizeofSockaddrAny, oobSize)
	if err != nil {
		return 0, udpKey{}, err
	}
	from := udpKey{remote: rawAddrPort(&io.name)}
	if io.all && int(io.msg.Controllen) >= unix.SizeofCmsghdr {
		from.local = io.destination()
	}
	return n, from, nil
}

// destination returns the address of ours in the control message.
func (io *datagramIO) destination() netip.Addr {
	switch {
	case io.oob.Level == unix.IPPROTO_IP && io.oob.Type == unix.IP_PKTINFO:
		info := (*unix.Inet4Pktinfo)(unsafe.Pointer(&io.oob.data))
		return netip.AddrFrom4(info.Spec_dst)
	case io.oob.Level == unix.IPPROTO_IPV6 && io.oob.Type == unix.IPV6_PKTINFO:
		info := (*unix.Inet6Pktinfo)(unsafe.Pointer(&io.oob.data))
		return netip.AddrFrom16(info.Addr)
	}
	return netip.Addr{}
}

// transmit sends a datagram.
func (io *datagramIO) transmit(fd int, to udpKey, b []byte) error {
	oobSize := 0
	if to.local.IsValid() {
		oobSize = io.setSource(to.local)
	}
	_, err := io.call(unix.SYS_SENDMSG, fd, b, io.setName(to.remote), oobSize)
	return err
}

// setSource writes the control message with the address to send from, and
// returns its size.
func (io *datagramIO) setSource(local netip.Addr) int {
	if io.family == unix.AF_INET {
		*(*unix.Inet4Pktinfo)(unsafe.Pointer(&io.oob.data)) = unix.Inet4Pktinfo{Spec_dst: local.As4()}
		return io.control(unix.IPPROTO_IP, unix.IP_PKTINFO, unix.SizeofInet4Pktinfo)
	}
	*(*unix.Inet6Pktinfo)(unsafe.Pointer(&io.oob.data)) = unix.Inet6Pktinfo{Addr: local.As16()}
	return io.control(unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, unix.SizeofInet6Pktinfo)
}

func (io *datagramIO) control(level, kind int32, size int) int {
	io.oob.Level, io.oob.Type = level, kind
	io.oob.SetLen(unix.CmsgLen(size))
	return unix.CmsgSpace(size)
}

// setName writes the address to send to, and returns its size.
func (io *datagramIO) setName(to netip.AddrPort) int {
	if io.family == unix.AF_INET {
		*(*unix.RawSockaddrInet4)(unsafe.Pointer(&io.name)) = unix.RawSockaddrInet4{
			Family: unix.AF_INET, Port: networkOrder(to.Port()), Addr: to.Addr().As4(),
		}
		return unix.SizeofSockaddrInet4
	}
	*(*unix.RawSockaddrInet6)(unsafe.Pointer(&io.name)) = unix.RawSockaddrInet6{
		Family: unix.AF_INET6, Port: networkOrder(to.Port()), Addr: to.Addr().As16(), Scope_id: zone(to.Addr().Zone()),
	}
	return unix.SizeofSockaddrInet6
}

// rawAddrPort returns the address that a system call wrote.
func rawAddrPort(sa *unix.RawSockaddrAny) netip.AddrPort {
	switch sa.Addr.Family {
	case unix.AF_INET:
		a := (*unix.RawSockaddrInet4)(unsafe.Pointer(sa))
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), networkOrder(a.Port))
	case unix.AF_INET6:
		a := (*unix.RawSockaddrInet6)(unsafe.Pointer(sa))
		ip := netip.AddrFrom16(a.Addr)
		if a.Scope_id != 0 && ip.IsLinkLocalUnicast() {
			ip = ip.WithZone(strconv.Itoa(int(a.Scope_id)))
		}
		return netip.AddrPortFrom(ip, networkOrder(a.Port))
	}
	return netip.AddrPort{}
}
