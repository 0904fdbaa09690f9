package logging

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// memory is a target that keeps records, and can be made to drop them.
type memory struct {
	lines   []string
	full    bool
	dropped uint64
	closed  int
}

func (m *memory) Write(record []byte) {
	if m.full {
		m.dropped++
		return
	}
	m.lines = append(m.lines, string(record))
}
func (m *memory) Dropped() uint64          { return m.dropped }
func (m *memory) Flush(time.Duration) bool { return true }
func (m *memory) Close()                   { m.closed++ }

func (m *memory) want(t *testing.T, lines ...string) {
	t.Helper()
	if !slices.Equal(m.lines, lines) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(m.lines, "\n"), strings.Join(lines, "\n"))
	}
	m.lines = nil
}

// testLog is a log whose time stands still.
func testLog() (*processLog, *memory) {
	m := new(memory)
	l := newLog(m, &History{limit: 1000})
	l.now = func() time.Time { return time.Date(2022, 5, 7, 8, 9, 10, 11_999_999, time.Local) }
	return l, m
}

const stamp = "2022-05-07 08:09:10.011 "

func TestLineFormat(t *testing.T) {
	for _, tt := range []struct {
		level Level
		topic Topic
		text  string
		want  []string
	}{
		{Info, Plain, "hello", []string{"[INF] hello"}},
		{Warn, Outbound, "hello", []string{"[WRN] [outbound] hello"}},
		{Error, "pjs", "a\n\n  b\n", []string{"[ERR] [pjs] a", "[ERR] [pjs]", "[ERR] [pjs]   b"}},
		{Info, Plain, "", []string{"[INF] "}},
		{Info, "config", "", []string{"[INF] [config]"}},
		{Info, Plain, "a\n\n", []string{"[INF] a", "[INF] "}},
	} {
		l, m := testLog()
		l.logf(tt.level, tt.topic, "%s", []any{tt.text})
		for i := range tt.want {
			tt.want[i] = stamp + tt.want[i]
		}
		m.want(t, tt.want...)
		for i, r := range l.history.Records() {
			if string(r) != tt.want[i] {
				t.Errorf("history: got %q, want %q", r, tt.want[i])
			}
		}
	}
}

func TestLevelDecidesWhatIsLogged(t *testing.T) {
	for _, tt := range []struct {
		level string
		want  string
	}{
		{"", "INF WRN ERR"},
		{"debug", "DBG tcp DBG http2 DBG INF WRN ERR"},
		{"debug:tcp", "DBG tcp INF WRN ERR"},
		{"debug:tcp+http2", "DBG tcp DBG http2 INF WRN ERR"},
		{"info", "INF WRN ERR"},
		{"warn", "WRN ERR"},
		{"error", "ERR"},
	} {
		l, m := testLog()
		if tt.level != "" {
			if err := l.setLevel(tt.level); err != nil {
				t.Fatal(err)
			}
		}
		l.logf(Debug, TCP, "tcp", nil)
		l.logf(Debug, HTTP2, "http2", nil)
		l.logf(Debug, Plain, "", nil)
		l.logf(Info, TCP, "", nil)
		l.logf(Warn, Plain, "", nil)
		l.logf(Error, Plain, "", nil)
		got := strings.Join(m.lines, "")
		for _, s := range []string{stamp, "[tcp]", "[http2]", "[", "]"} {
			got = strings.ReplaceAll(got, s, " ")
		}
		if got = strings.Join(strings.Fields(got), " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.level, got, tt.want)
		}
	}
}

func TestUnknownLevelsAreRefused(t *testing.T) {
	for _, tt := range []struct{ level, want string }{
		{"", "unknown log level: "},
		{"loud", "unknown log level: loud"},
		{"info:tcp", "unknown log level: info:tcp"},
		{"debug:", "unknown log topic: "},
		{"debug:tcp+x", "unknown log topic: x (available topics include: alloc thread pipeline dump listener inbound outbound socket files subproc tcp udp http2 elf bpf user codebase)"},
	} {
		l, _ := testLog()
		if err := l.setLevel(tt.level); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.level, err, tt.want)
		}
	}
}

// expensive must not be formatted.
type expensive struct{ t *testing.T }

func (e expensive) String() string {
	e.t.Error("a line below the level was formatted")
	return ""
}

func TestLinesBelowLevelAreNotFormatted(t *testing.T) {
	l, m := testLog()
	l.logf(Debug, TCP, "%v", []any{expensive{t}})
	m.want(t)
	if Enabled(Debug, TCP) || !Enabled(Info, TCP) {
		t.Error("the process log does not begin at level info")
	}
}

func TestLostLinesAreReportedOnceTheOutputTakesLinesAgain(t *testing.T) {
	l, m := testLog()
	m.full = true
	for range 3 {
		l.logf(Info, Plain, "lost", nil)
	}
	m.full = false
	l.logf(Info, Plain, "here", nil)
	l.logf(Info, Plain, "again", nil)
	m.want(t, stamp+"[INF] here", stamp+"[WRN] [log] 3 records were dropped: the output was too slow", stamp+"[INF] again")
	if n := len(l.history.Records()); n != 6 {
		t.Errorf("the history has %d records, want all 6", n)
	}
}

func TestProcessLogFunctions(t *testing.T) {
	old := std
	defer func() { std = old }()
	l, m := testLog()
	std = l
	if err := SetLevel("debug:tcp"); err != nil {
		t.Fatal(err)
	}
	Debugf(TCP, "%d", 1)
	Debugf(UDP, "%d", 2)
	Infof(TCP, "%d", 3)
	Warnf(TCP, "%d", 4)
	Errorf(TCP, "%d", 5)
	Lines(Error, TCP, "[pjs] a\n    In b")
	Lines(Debug, UDP, "no")
	m.want(t, stamp+"[DBG] [tcp] 1", stamp+"[INF] [tcp] 3", stamp+"[WRN] [tcp] 4", stamp+"[ERR] [tcp] 5",
		stamp+"[ERR] [pjs] a", stamp+"[ERR]     In b")

	path := t.TempDir() + "/pipy.log"
	if err := SetFile(path, FileOptions{Append: true}); err != nil {
		t.Fatal(err)
	}
	if err := SetLocal("null"); err != nil {
		t.Fatal(err)
	}
	SetLocalOnly(true)
	Infof(Plain, "to the file")
	if l.history != nil {
		t.Error("the history is fed although lines are local only")
	}
	if !Flush(time.Minute) {
		t.Error("not flushed")
	}
	SetLocalOnly(false)
	if l.history != LookupHistory(ProcessLog) {
		t.Error("the history is not fed")
	}
	wantFile(t, path, stamp+"[INF] to the file\n")
	m.want(t)
	if err := SetFile("", FileOptions{}); err != nil || l.file != nil {
		t.Errorf("no file: got %v, %v", err, l.file)
	}
	if err := SetFile(t.TempDir()+"/none/pipy.log", FileOptions{}); err == nil {
		t.Error("a folder that is not there: want an error")
	}
	for _, name := range []string{"stdout", "stderr"} {
		if err := SetLocal(name); err != nil || l.local == nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := SetLocal("printer"); err == nil {
		t.Error("printer: want an error")
	}
}

func BenchmarkDisabled(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if Enabled(Debug, TCP) {
			Debugf(TCP, "%d", 1)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	l := newLog(newStream(discard{}), &History{limit: DefaultHistoryLimit})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.logf(Info, TCP, "connection %d from %s", []any{i, "127.0.0.1"})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func ExampleInfof() {
	l := newLog(printer{}, nil)
	l.now = func() time.Time { return time.Date(2022, 5, 7, 8, 9, 10, 0, time.Local) }
	l.logf(Info, Listener, "Listening on port %d at %s", []any{8080, "0.0.0.0"})
	// Output: 2022-05-07 08:09:10.000 [INF] [listener] Listening on port 8080 at 0.0.0.0
}

// printer prints records.
type printer struct{}

func (printer) Write(record []byte)      { fmt.Println(string(record)) }
func (printer) Dropped() uint64          { return 0 }
func (printer) Flush(time.Duration) bool { return true }
func (printer) Close()                   {}
