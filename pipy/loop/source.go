package loop

// Pauser is something that produces events and can stop for a while: a socket,
// a file, a process.
type Pauser interface {
	Pause()
	Resume()
}

// Source counts who holds a Pauser back. It may be part of a larger object,
// which then must not be copied; Init makes it ready.
type Source struct {
	l      *Loop
	p      Pauser // nil when the source has ended
	active int64
	holds  int32
}

// NewSource returns the source that pauses p.
func NewSource(l *Loop, p Pauser) *Source {
	s := &Source{}
	s.Init(l, p)
	return s
}

// Init makes s the source that pauses p.
func (s *Source) Init(l *Loop, p Pauser) { *s = Source{l: l, p: p} }

// End says that there is nothing more to pause or resume.
func (s *Source) End() { s.p = nil }

// Pauser returns what the source pauses; nil when it has ended.
func (s *Source) Pauser() Pauser { return s.p }

// Held tells whether somebody holds the source.
func (s *Source) Held() bool { return s.holds > 0 }

// Hold pauses the source until release is called. Holds are counted: the source
// resumes when the last is released. A second call of release does nothing.
func (s *Source) Hold() (release func()) {
	s.l.check()
	s.holds++
	if s.holds == 1 && s.p != nil {
		s.p.Pause()
	}
	released := false
	return func() {
		if released {
			return
		}
		released = true
		s.holds--
		if s.holds == 0 && s.p != nil {
			s.p.Resume()
		}
	}
}

// Touch says that who holds the source makes progress, so that the pause does
// not count as idleness.
func (s *Source) Touch() { s.active = s.l.nano }

// Touched returns the time of the last Touch in the sense of Loop.NowNano.
func (s *Source) Touched() int64 { return s.active }

// Enter makes s the ambient source, the one whose event is being processed, and
// returns the one before, which the caller gives to Leave when it is done.
func (l *Loop) Enter(s *Source) (prev *Source) {
	prev, l.ambient = l.ambient, s
	return prev
}

// Leave makes prev the ambient source again.
func (l *Loop) Leave(prev *Source) { l.ambient = prev }

// Ambient returns the source whose event is being processed; nil in timers,
// posted functions and deferred tasks that do not enter one.
func (l *Loop) Ambient() *Source { return l.ambient }

// Hold pauses the ambient source until release is called. Without one, there is
// nothing to pause and release does nothing.
func (l *Loop) Hold() (release func()) {
	if l.ambient == nil {
		return func() {}
	}
	return l.ambient.Hold()
}
