package transport

import "pipy/pipy/loop"

// jam is who waits until a socket's output has drained.
type jam struct{ held []held }

type held struct {
	src     *loop.Source
	release func()
}

// hold pauses the source of the output that is too much, once.
func (s *socket) hold() {
	src := s.net.loop.Ambient()
	if src == nil {
		return
	}
	if s.jam == nil {
		s.jam = &jam{}
	}
	for i := range s.jam.held {
		if s.jam.held[i].src == src {
			return
		}
	}
	s.jam.held = append(s.jam.held, held{src, src.Hold()})
}

// progress releases the sources when half of the limit has drained, and lets
// them know until then that they wait for something that moves.
func (s *socket) progress() {
	if s.out.Len() <= s.limits.congestion()/2 {
		s.relieve()
		return
	}
	for i := range s.jam.held {
		s.jam.held[i].src.Touch()
	}
}

// relieve releases all sources.
func (s *socket) relieve() {
	if s.jam == nil {
		return
	}
	j := s.jam
	s.jam = nil
	for i := range j.held {
		j.held[i].release()
	}
}
