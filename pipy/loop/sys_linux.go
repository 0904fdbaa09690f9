package loop

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// MaxPieces is the largest number of pieces that Sendv writes with one call; it
// ignores the rest.
const MaxPieces = 64

// The functions below make raw system calls: on non-blocking descriptors they
// return at once, so the scheduler need not know about them.

// Recv reads from the non-blocking socket fd and tries again when a signal
// interrupts it. It returns 0 at the end. Errors are a unix.Errno.
func Recv(fd int, b []byte) (int, error) {
	return transfer(unix.SYS_RECVFROM, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), 0)
}

// Send writes to the non-blocking socket fd, like Recv. It raises no SIGPIPE.
func Send(fd int, b []byte) (int, error) {
	return transfer(unix.SYS_SENDTO, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), unix.MSG_NOSIGNAL)
}

// Sendv is Send of several pieces, in one call.
func Sendv(fd int, pieces [][]byte) (int, error) {
	var iov [MaxPieces]unix.Iovec
	n := fill(&iov, pieces)
	msg := unix.Msghdr{Iov: &iov[0]}
	msg.SetIovlen(n)
	return transfer(unix.SYS_SENDMSG, fd, unsafe.Pointer(&msg), unix.MSG_NOSIGNAL, 0)
}

func fill(iov *[MaxPieces]unix.Iovec, pieces [][]byte) int {
	n := min(len(pieces), MaxPieces)
	for i, b := range pieces[:n] {
		iov[i].Base = unsafe.SliceData(b)
		iov[i].SetLen(len(b))
	}
	return n
}

// transfer makes the call until no signal interrupts it.
func transfer(trap uintptr, fd int, p unsafe.Pointer, n, flags int) (int, error) {
	for {
		r, _, errno := unix.RawSyscall6(trap, uintptr(fd), uintptr(p), uintptr(n), uintptr(flags), 0, 0)
		switch errno {
		case 0:
			return int(r), nil
		case unix.EAGAIN:
			return 0, unix.EAGAIN // a constant: no memory for the error
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

func closeFD(fd int) { unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0) }
