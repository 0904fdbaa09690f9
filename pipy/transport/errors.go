package transport

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// sysError is the error of a system call, as operators know it: 'bind: Address
// already in use'.
type sysError struct {
	call string
	err  error
}

func (e *sysError) Error() string { return e.call + ": " + strerror(e.err) }
func (e *sysError) Unwrap() error { return e.err }

// strerror returns the system's text for err, which begins with a capital.
func strerror(err error) string {
	text := err.Error()
	if errno := unix.Errno(0); errors.As(err, &errno) && text != "" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text
}
