//go:build freebsd || darwin

package loop

import "golang.org/x/sys/unix"

// MaxPieces is the largest number of pieces that Writev and Sendv write with
// one call; they ignore the rest.
const MaxPieces = 64

// Read reads from the non-blocking descriptor fd and tries again when a signal
// interrupts it. It returns 0 at the end. Errors are a unix.Errno.
func Read(fd int, b []byte) (int, error) {
	return again(func() (int, error) { return unix.Read(fd, b) })
}

// Write writes to the non-blocking descriptor fd, like Read.
func Write(fd int, b []byte) (int, error) {
	return again(func() (int, error) { return unix.Write(fd, b) })
}

// Recv is Read for sockets.
func Recv(fd int, b []byte) (int, error) { return Read(fd, b) }

// Send is Write for sockets; it raises no SIGPIPE.
func Send(fd int, b []byte) (int, error) { return Sendv(fd, [][]byte{b}) }

// Writev writes several pieces to the non-blocking descriptor fd. It writes
// the first with one call and the rest only when that was complete.
func Writev(fd int, pieces [][]byte) (int, error) {
	total := 0
	for _, b := range pieces[:min(len(pieces), MaxPieces)] {
		n, err := Write(fd, b)
		total += n
		if err != nil && total > 0 {
			return total, nil
		}
		if err != nil || n < len(b) {
			return total, err
		}
	}
	return total, nil
}

// Sendv is Writev for sockets, in one call; it raises no SIGPIPE.
func Sendv(fd int, pieces [][]byte) (int, error) {
	pieces = pieces[:min(len(pieces), MaxPieces)]
	return again(func() (int, error) { return unix.SendmsgBuffers(fd, pieces, nil, nil, unix.MSG_NOSIGNAL) })
}

// again makes the call until no signal interrupts it.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

func closeFD(fd int) { unix.Close(fd) }
