package logging

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// processLog is the log of the process.
type processLog struct {
	level  atomic.Int32
	topics atomic.Pointer[map[Topic]bool] // of debug lines; nil means all

	// Guarded by mu:
	mu      sync.Mutex
	now     func() time.Time
	local   Target   // nil for none
	file    Target   // nil for none
	history *History // nil for none
	lost    losses
	line    []byte
}

var std = newLog(stderr, openHistory(ProcessLog))

func newLog(local Target, h *History) *processLog {
	return &processLog{now: time.Now, local: local, history: h}
}

// losses are the records that the local output has dropped.
type losses struct{ seen, reported uint64 }

// timeFormat is what every line begins with, in local time.
const timeFormat = "2006-01-02 15:04:05.000 "

// SetLevel sets the lightest level that is logged: "debug", "info", "warn" or
// "error"; "debug:tcp+http2" logs debug lines of these topics only. The
// default is "info".
func SetLevel(level string) error { return std.setLevel(level) }

// Enabled tells whether a line would be logged, for callers to whom making
// its arguments costs something.
func Enabled(level Level, topic Topic) bool { return std.enabled(level, topic) }

// Debugf logs a line of level Debug, or several if the text has line ends.
func Debugf(topic Topic, format string, args ...any) { std.logf(Debug, topic, format, args) }

// Infof logs a line of level Info, or several if the text has line ends.
func Infof(topic Topic, format string, args ...any) { std.logf(Info, topic, format, args) }

// Warnf logs a line of level Warn, or several if the text has line ends.
func Warnf(topic Topic, format string, args ...any) { std.logf(Warn, topic, format, args) }

// Errorf logs a line of level Error, or several if the text has line ends.
func Errorf(topic Topic, format string, args ...any) { std.logf(Error, topic, format, args) }

// Lines logs text that brings its own marks: the topic only decides whether
// it is logged. No other line comes between its lines.
func Lines(level Level, topic Topic, text string) {
	if std.enabled(level, topic) {
		std.write(level, Plain, []byte(text))
	}
}

// SetLocal sets where lines go on this machine: "stderr", which is the
// default, "stdout" or "null".
func SetLocal(name string) error {
	t, ok := map[string]Target{"stdout": stdout, "stderr": stderr, "null": nil}[name]
	if !ok {
		return fmt.Errorf("unknown log destination: want stdout, stderr or null, got %s", name)
	}
	std.mu.Lock()
	defer std.mu.Unlock()
	std.local, std.lost = t, losses{}
	if t != nil {
		std.lost = losses{t.Dropped(), t.Dropped()}
	}
	return nil
}

// SetFile logs to a file too, besides the local output, in place of an earlier
// file; an empty path means no file.
func SetFile(path string, o FileOptions) error {
	var t Target
	if path != "" {
		var err error
		if t, err = OpenFile(path, o); err != nil {
			return err
		}
	}
	std.mu.Lock()
	defer std.mu.Unlock()
	if std.file != nil {
		std.file.Close()
	}
	std.file = t
	return nil
}

// SetLocalOnly keeps lines out of the process log's history, and so from
// whoever watches it.
func SetLocalOnly(only bool) {
	std.mu.Lock()
	defer std.mu.Unlock()
	std.history = nil
	if !only {
		std.history = openHistory(ProcessLog)
	}
}

func (l *processLog) setLevel(s string) error {
	level, topics, err := parseLevel(s)
	if err != nil {
		return err
	}
	var set *map[Topic]bool
	if topics != nil {
		m := make(map[Topic]bool)
		for _, t := range topics {
			m[t] = true
		}
		set = &m
	}
	l.topics.Store(set)
	l.level.Store(int32(level))
	return nil
}

func (l *processLog) enabled(level Level, topic Topic) bool {
	if int32(level) < l.level.Load() {
		return false
	}
	if level > Debug {
		return true
	}
	set := l.topics.Load()
	return set == nil || (*set)[topic]
}

func (l *processLog) logf(level Level, topic Topic, format string, args []any) {
	if l.enabled(level, topic) {
		l.write(level, topic, fmt.Appendf(nil, format, args...))
	}
}

// write logs each line of a text. A line end at the end begins no line.
func (l *processLog) write(level Level, topic Topic, text []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	text = bytes.TrimSuffix(text, []byte("\n"))
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		l.writeLine(now, level, topic, line)
	}
	l.reportLosses(now)
}

func (l *processLog) writeLine(now time.Time, level Level, topic Topic, text []byte) {
	b := now.AppendFormat(l.line[:0], timeFormat)
	b = append(b, level.tag()...)
	b = append(b, ' ')
	if topic != Plain {
		b = append(b, '[')
		b = append(b, topic...)
		b = append(b, ']')
		if len(text) > 0 {
			b = append(b, ' ')
		}
	}
	b = append(b, text...)
	l.line = b
	if l.local != nil {
		l.local.Write(b)
	}
	if l.file != nil {
		l.file.Write(b)
	}
	if l.history != nil {
		l.history.add(b)
	}
}

// reportLosses says so when the local output lost lines, once it takes lines
// again.
func (l *processLog) reportLosses(now time.Time) {
	if l.local == nil {
		return
	}
	n := l.local.Dropped()
	if n == l.lost.seen && n > l.lost.reported {
		lost := n - l.lost.reported
		l.lost.reported = n
		l.writeLine(now, Warn, "log", fmt.Appendf(nil, "%d records were dropped: the output was too slow", lost))
	}
	l.lost.seen = n
}
