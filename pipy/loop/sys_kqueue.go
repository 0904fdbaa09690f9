//go:build freebsd || darwin

package loop

import "golang.org/x/sys/unix"

// MaxPieces is the largest number of pieces that Sendv writes with one call; it
// ignores the rest.
const MaxPieces = 64

// Recv reads from the non-blocking socket fd and tries again when a signal
// interrupts it. It returns 0 at the end. Errors are a unix.Errno.
func Recv(fd int, b []byte) (int, error) {
	return again(func() (int, error) { return unix.Read(fd, b) })
}

// Send writes to the non-blocking socket fd, like Recv. It raises no SIGPIPE.
func Send(fd int, b []byte) (int, error) { return Sendv(fd, [][]byte{b}) }

// Sendv is Send of several pieces, in one call.
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
