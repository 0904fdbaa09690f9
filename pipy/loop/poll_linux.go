package loop

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poller is epoll, with an eventfd to interrupt it.
type poller struct {
	fd     int
	waker  int
	events [256]unix.EpollEvent
}

func (p *poller) open() (err error) {
	if p.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if p.waker, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		unix.Close(p.fd)
		return err
	}
	if err = p.add(p.waker); err != nil {
		p.close()
	}
	return err
}

func (p *poller) close() {
	unix.Close(p.waker)
	unix.Close(p.fd)
}

// wake adds to the eventfd's counter. Each addition is an edge, so nobody needs
// to read it.
func (p *poller) wake() {
	one := uint64(1)
	transfer(unix.SYS_WRITE, p.waker, unsafe.Pointer(&one), 8, 0)
}

func (p *poller) add(fd int) error {
	ev := unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET&0xffffffff,
		Fd:     int32(fd),
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.fd), unix.EPOLL_CTL_ADD, uintptr(fd),
		uintptr(unsafe.Pointer(&ev)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

func (p *poller) remove(fd int) {
	var none unix.EpollEvent
	unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.fd), unix.EPOLL_CTL_DEL, uintptr(fd),
		uintptr(unsafe.Pointer(&none)), 0, 0)
}

// poll asks for events without waiting. It does not block, so the scheduler
// need not know.
func (p *poller) poll() (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])),
		uintptr(len(p.events)), 0, 0, 0)
	if errno == unix.EINTR {
		return 0, nil
	}
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// wait waits for events for at most d, without limit when d is negative.
func (p *poller) wait(d time.Duration) (int, error) {
	ms := -1
	if d >= 0 {
		ms = int(min((d+time.Millisecond-1)/time.Millisecond, 1<<30))
	}
	n, err := unix.EpollWait(p.fd, p.events[:], ms)
	if err == unix.EINTR {
		return 0, nil
	}
	return n, err
}

// dispatch calls the handlers of the first n events.
func (l *Loop) dispatch(n int) {
	for i := range l.poll.events[:n] {
		e := &l.poll.events[i]
		var ev Events
		if e.Events&(unix.EPOLLIN|unix.EPOLLPRI) != 0 {
			ev |= Readable
		}
		if e.Events&unix.EPOLLOUT != 0 {
			ev |= Writable
		}
		if e.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP) != 0 {
			ev |= Readable | Hangup
		}
		if e.Events&unix.EPOLLERR != 0 {
			ev |= Readable | Writable | Hangup | Broken
		}
		l.handle(int(e.Fd), ev)
	}
}
