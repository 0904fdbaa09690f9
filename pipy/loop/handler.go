package loop

import "fmt"

// Events tells what a descriptor is ready for.
type Events uint8

// The bits of Events. Registration is edge-triggered: a bit is reported when
// the condition begins or is renewed, so a handler goes on until the system
// says EAGAIN, or remembers that there is more.
const (
	Readable Events = 1 << iota // there may be something to read, or the end
	Writable                    // there may be room to write
	Hangup                      // the peer sends no more; what came before can still be read
	Broken                      // an error is pending; neither direction works
)

// Handler is told when its descriptor is ready.
type Handler interface{ Ready(ev Events) }

// slot is the registration of one descriptor.
type slot struct {
	h    Handler
	turn uint64 // when it was added
}

// Add registers the non-blocking descriptor fd for reading and writing, once
// for its life. The handler is called on later turns.
func (l *Loop) Add(fd int, h Handler) error {
	l.check()
	if !l.real {
		return fmt.Errorf("add descriptor %d: a manual loop has no poller", fd)
	}
	if fd >= len(l.slots) {
		l.slots = append(l.slots, make([]slot, fd+1-len(l.slots))...)
	}
	l.slots[fd] = slot{h, l.turn}
	if err := l.poll.add(fd); err != nil {
		l.slots[fd] = slot{}
		return fmt.Errorf("add descriptor %d: %w", fd, err)
	}
	return nil
}

// Replace makes h the handler of fd, which was added before.
func (l *Loop) Replace(fd int, h Handler) {
	l.check()
	l.slots[fd].h = h
}

// Each calls f for the handlers of all descriptors. f must add and remove none.
func (l *Loop) Each(f func(h Handler)) {
	l.check()
	for _, s := range l.slots {
		if s.h != nil {
			f(s.h)
		}
	}
}

// Remove ends the registration of fd: its handler is not called any more. Call
// it before closing the descriptor.
func (l *Loop) Remove(fd int) {
	l.forget(fd)
	if l.real {
		l.poll.remove(fd)
	}
}

// CloseFD ends the registration of fd and closes it, with one system call.
func (l *Loop) CloseFD(fd int) {
	l.forget(fd)
	closeFD(fd)
}

func (l *Loop) forget(fd int) {
	l.check()
	if fd < len(l.slots) {
		l.slots[fd] = slot{}
	}
}

// handle passes events of fd on. Events for a descriptor that was added since
// the poller returned belong to one that was closed meanwhile and had the same
// number.
func (l *Loop) handle(fd int, ev Events) {
	if fd >= len(l.slots) {
		return
	}
	if s := l.slots[fd]; s.h != nil && s.turn != l.turn {
		l.beat()
		s.h.Ready(ev)
	}
}
