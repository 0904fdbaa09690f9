package logging

// Logger is a log of a script: its records go to all its targets and into the
// history of its name. It belongs to one worker and is touched only on that
// worker's loop; loggers of one name share their history.
type Logger struct {
	name    string
	history *History
	targets []Target
}

// NewLogger makes a logger without targets.
func NewLogger(name string) *Logger {
	return &Logger{name: name, history: openHistory(name)}
}

// Name returns the name of the logger.
func (l *Logger) Name() string { return l.name }

// AddTarget adds a target. The logger owns it from now on.
func (l *Logger) AddTarget(t Target) { l.targets = append(l.targets, t) }

// Log sends a record, text or bytes, to the targets. The record is copied. It
// has no line end: targets that write lines add one.
func (l *Logger) Log(record []byte) {
	l.history.add(record)
	for _, t := range l.targets {
		t.Write(record)
	}
}

// Dropped returns how many records its targets dropped.
func (l *Logger) Dropped() uint64 {
	n := uint64(0)
	for _, t := range l.targets {
		n += t.Dropped()
	}
	return n
}

// Close closes the targets; what is queued is still sent.
func (l *Logger) Close() {
	for _, t := range l.targets {
		t.Close()
	}
	l.targets = nil
}
