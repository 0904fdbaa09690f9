package loop

// Task is work to be done later in a turn. An object that defers work often
// implements it itself, which costs no memory.
type Task interface{ Run() }

// Func is a function as a Task.
type Func func()

// Run calls f.
func (f Func) Run() { f() }

// Defer runs t at the end of this turn, after everything that was deferred
// before and before the loop waits again. Tasks may defer more.
func (l *Loop) Defer(t Task) {
	l.check()
	l.deferred = append(l.deferred, t)
}

// Next runs t in the next turn, after the descriptors that are ready then. Use
// it to go on with work that must not keep others waiting.
func (l *Loop) Next(t Task) {
	l.check()
	l.next = append(l.next, t)
}

// runDeferred runs deferred tasks until there are none.
func (l *Loop) runDeferred() {
	for i := 0; i < len(l.deferred); i++ {
		t := l.deferred[i]
		l.deferred[i] = nil
		l.beat()
		t.Run()
	}
	l.deferred = keep(l.deferred)
}

// runNext runs the tasks of Next that were there before this turn's tasks add
// to them.
func (l *Loop) runNext() {
	if len(l.next) == 0 {
		return
	}
	tasks := l.next
	l.next = l.spare
	for i, t := range tasks {
		tasks[i] = nil
		l.beat()
		t.Run()
	}
	l.spare = keep(tasks)
}

// keep returns the empty list with its memory, unless a burst made it large.
func keep(tasks []Task) []Task {
	const most = 4096
	if cap(tasks) > most {
		return nil
	}
	return tasks[:0]
}
