package loop

// What kqueue says about a descriptor, without its types: the meaning can be
// tested where there is no kqueue. The numbers are those of FreeBSD and macOS.
const (
	keventRead  = -1 // EVFILT_READ
	keventWrite = -2 // EVFILT_WRITE
	keventEOF   = 0x8000
)

// keventMeaning returns what an event of kqueue means for a descriptor: nothing
// if it is about something else, such as the wake-up. At the end of the input
// fflags has the error of the socket, 0 for an orderly end.
func keventMeaning(filter int16, flags uint16, fflags uint32) Events {
	var ev Events
	switch filter {
	case keventRead:
		ev = Readable
	case keventWrite:
		ev = Writable
	default:
		return 0
	}
	if flags&keventEOF == 0 {
		return ev
	}
	if filter == keventRead {
		ev |= Hangup
	}
	if fflags != 0 {
		ev |= Readable | Writable | Hangup | Broken
	}
	return ev
}
