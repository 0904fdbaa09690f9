//go:build freebsd || darwin

package loop

import (
	"time"

	"golang.org/x/sys/unix"
)

// poller is kqueue, with a user event to interrupt it.
type poller struct {
	fd     int
	events [256]unix.Kevent_t
}

func (p *poller) open() (err error) {
	if p.fd, err = unix.Kqueue(); err != nil {
		return err
	}
	unix.CloseOnExec(p.fd)
	var ev unix.Kevent_t
	unix.SetKevent(&ev, 0, unix.EVFILT_USER, unix.EV_ADD|unix.EV_CLEAR)
	if err = p.change(ev); err != nil {
		p.close()
	}
	return err
}

func (p *poller) close() { unix.Close(p.fd) }

func (p *poller) wake() {
	var ev unix.Kevent_t
	unix.SetKevent(&ev, 0, unix.EVFILT_USER, 0)
	ev.Fflags = unix.NOTE_TRIGGER
	p.change(ev)
}

func (p *poller) change(evs ...unix.Kevent_t) error {
	for {
		if _, err := unix.Kevent(p.fd, evs, nil, nil); err != unix.EINTR {
			return err
		}
	}
}

func (p *poller) add(fd int) error {
	var evs [2]unix.Kevent_t
	unix.SetKevent(&evs[0], fd, unix.EVFILT_READ, unix.EV_ADD|unix.EV_CLEAR)
	unix.SetKevent(&evs[1], fd, unix.EVFILT_WRITE, unix.EV_ADD|unix.EV_CLEAR)
	return p.change(evs[:]...)
}

func (p *poller) remove(fd int) {
	for _, filter := range []int{unix.EVFILT_READ, unix.EVFILT_WRITE} {
		var ev unix.Kevent_t
		unix.SetKevent(&ev, fd, filter, unix.EV_DELETE)
		p.change(ev)
	}
}

// poll asks for events without waiting.
func (p *poller) poll() (int, error) { return p.wait(0) }

// wait waits for events for at most d, without limit when d is negative.
func (p *poller) wait(d time.Duration) (int, error) {
	var timeout *unix.Timespec
	if d >= 0 {
		ts := unix.NsecToTimespec(int64(d))
		timeout = &ts
	}
	n, err := unix.Kevent(p.fd, nil, p.events[:], timeout)
	if err == unix.EINTR {
		return 0, nil
	}
	return n, err
}

// dispatch calls the handlers of the first n events.
func (l *Loop) dispatch(n int) {
	for i := range l.poll.events[:n] {
		e := &l.poll.events[i]
		if ev := keventMeaning(int16(e.Filter), uint16(e.Flags), uint32(e.Fflags)); ev != 0 {
			l.handle(int(e.Ident), ev)
		}
	}
}
