package fleet

import (
	"strings"

	"pipy/pipy/logging"
)

// logSender sends the logs that the repo asks for over one link. It belongs to
// the goroutine that reads the link.
type logSender struct {
	conn  *conn
	stops map[string]func() // of logs that are being sent
}

// maxFollowed bounds the logs that are sent at the same time.
const maxFollowed = 64

// obey does what a command about logs says; others are ignored.
func (s *logSender) obey(command string) {
	if name, ok := strings.CutPrefix(command, cmdLogOn); ok {
		s.follow(name, false)
	} else if name, ok := strings.CutPrefix(command, cmdLogOff); ok {
		s.end(name)
	} else if name, ok := strings.CutPrefix(command, cmdLogTail); ok {
		s.tail(name)
	}
}

// follow sends what is logged from now on, and first, if tail is true, what was
// logged before.
func (s *logSender) follow(name string, tail bool) {
	s.end(name)
	h := logging.LookupHistory(name)
	if h == nil || len(s.stops) >= maxFollowed {
		if tail {
			s.conn.send([]byte(msgLogTail + name + "\n"))
		}
		return
	}
	s.stops[name] = follow(h, tail, func(tail bool, text []byte) bool {
		head := msgLog
		if tail {
			head = msgLogTail
		}
		return s.conn.send(append([]byte(head+name+"\n"), text...))
	})
}

// tail sends what was logged so far. A log that is being sent begins anew, so that
// each line comes once, and none is left out.
func (s *logSender) tail(name string) {
	_, on := s.stops[name]
	s.follow(name, true)
	if !on {
		s.end(name)
	}
}

func (s *logSender) end(name string) {
	if stop := s.stops[name]; stop != nil {
		stop()
		delete(s.stops, name)
	}
}

func (s *logSender) stop() {
	for name := range s.stops {
		s.end(name)
	}
}
