//go:build loopdebug && linux

package loop

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// owner remembers the thread of Run, which its goroutine does not leave.
type owner struct{ tid int }

func (o *owner) take() {
	runtime.LockOSThread()
	o.tid = unix.Gettid()
}

func (o *owner) drop() {
	o.tid = 0
	runtime.UnlockOSThread()
}

// check panics when the caller is not on the loop while it runs.
func (l *Loop) check() {
	if tid := l.owner.tid; tid != 0 && tid != unix.Gettid() {
		panic("loop: called from another goroutine")
	}
}
