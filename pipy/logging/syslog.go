package logging

import (
	"fmt"
	"log/syslog"
	"strings"
)

// syslogLimit is how many bytes may wait for the system's logger.
const syslogLimit = 1 << 20

var syslogPriorities = map[string]syslog.Priority{
	"EMERG": syslog.LOG_EMERG, "ALERT": syslog.LOG_ALERT, "CRIT": syslog.LOG_CRIT, "ERR": syslog.LOG_ERR,
	"WARNING": syslog.LOG_WARNING, "NOTICE": syslog.LOG_NOTICE, "INFO": syslog.LOG_INFO, "DEBUG": syslog.LOG_DEBUG,
}

// systemLog sends records to the system's logger.
type systemLog struct {
	outbox
	dial func() (*syslog.Writer, error)

	// Owned by the goroutine of outbox:
	w   *syslog.Writer
	bad bool // whether the last record was lost
}

// OpenSyslog returns a target that sends each record to the system's logger
// (RFC 3164), as user-level message with the given tag. The priority is EMERG,
// ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG; empty means INFO. It
// connects when there is something to send; while nobody listens records are
// dropped, which is reported once in the process log.
func OpenSyslog(tag, priority string) (Target, error) {
	return openSyslog("", "", tag, priority)
}

func openSyslog(network, address, tag, priority string) (Target, error) {
	if priority == "" {
		priority = "INFO"
	}
	p, ok := syslogPriorities[strings.ToUpper(priority)]
	if !ok {
		return nil, fmt.Errorf("syslog: priority: want EMERG, ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG, got %q", priority)
	}
	s := &systemLog{outbox: outbox{limit: syslogLimit}}
	s.dial = func() (*syslog.Writer, error) { return syslog.Dial(network, address, p|syslog.LOG_USER, tag) }
	s.send, s.finish = s.write, s.end
	opened(s)
	return s, nil
}

func (s *systemLog) write(bytes []byte, ends []int) (lost int) {
	var failure error
	start := 0
	for _, end := range ends {
		if s.w == nil && failure == nil {
			s.w, failure = s.dial()
		}
		if s.w == nil {
			lost++
		} else if _, err := s.w.Write(bytes[start:end]); err != nil {
			lost++
			failure = err
		}
		start = end
	}
	if failure != nil && !s.bad {
		Warnf("syslog", "%v", failure)
	}
	s.bad = failure != nil
	return lost
}

func (s *systemLog) end() {
	closed(s)
	if s.w != nil {
		s.w.Close()
	}
}
