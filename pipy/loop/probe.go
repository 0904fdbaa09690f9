package loop

// Probe tells whether the loop is alive: whether it waits for something, or has
// gone on from one task to another since the last call of Probe. The first call
// returns true. It may be called from any goroutine, but from one only; tasks cost
// no more for being watched than reading a flag.
func (l *Loop) Probe() bool {
	asked := l.probe.Swap(true)
	return !asked || l.sleeping.Load()
}

// beat answers Probe between two tasks.
func (l *Loop) beat() {
	if l.probe.Load() {
		l.probe.Store(false)
	}
}
