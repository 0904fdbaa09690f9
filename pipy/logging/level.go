// Package logging writes what the process has to say, and what scripts log.
//
// The process log is a set of functions: Infof, Errorf and so on. A Logger is
// what a script logs to: a list of Targets. Both keep recent records in
// memory, as a History. Nothing here waits for a slow disk or collector: what
// does not fit into a queue is dropped and counted. All of it may be used from
// any goroutine.
package logging

import (
	"fmt"
	"slices"
	"strings"
)

// Level is the weight of a line in the process log.
type Level int32

// The levels, lightest first. Info is the default threshold.
const (
	Debug Level = iota - 1
	Info
	Warn
	Error
)

var levelNames = map[string]Level{"debug": Debug, "info": Info, "warn": Warn, "error": Error}

// tag is the level as it stands in a line.
func (l Level) tag() string {
	switch l {
	case Debug:
		return "[DBG]"
	case Info:
		return "[INF]"
	case Warn:
		return "[WRN]"
	}
	return "[ERR]"
}

// Topic is what a line of the process log is about. It stands in front of the
// text as "[topic] "; Plain has no such mark. Debug lines can be switched on
// by topic.
type Topic string

// Topics that debug lines have. Others may be used as marks of other lines.
const (
	Plain    Topic = ""
	Alloc    Topic = "alloc"
	Thread   Topic = "thread"
	Pipeline Topic = "pipeline"
	Dump     Topic = "dump"
	Listener Topic = "listener"
	Inbound  Topic = "inbound"
	Outbound Topic = "outbound"
	Socket   Topic = "socket"
	Files    Topic = "files"
	Subproc  Topic = "subproc"
	TCP      Topic = "tcp"
	UDP      Topic = "udp"
	HTTP2    Topic = "http2"
	ELF      Topic = "elf"
	BPF      Topic = "bpf"
	User     Topic = "user"
	Codebase Topic = "codebase"
)

// topics are those that a level can name.
var topics = []Topic{Alloc, Thread, Pipeline, Dump, Listener, Inbound, Outbound, Socket, Files,
	Subproc, TCP, UDP, HTTP2, ELF, BPF, User, Codebase}

// parseLevel reads "info" or "debug:tcp+http2". Without topics all are meant.
func parseLevel(s string) (Level, []Topic, error) {
	name, list, listed := strings.Cut(s, ":")
	level, ok := levelNames[name]
	if !ok || listed && level != Debug {
		return 0, nil, fmt.Errorf("unknown log level: %s (want debug, debug:topic+topic, info, warn or error)", s)
	}
	if !listed {
		return level, nil, nil
	}
	var chosen []Topic
	for t := range strings.SplitSeq(list, "+") {
		if !slices.Contains(topics, Topic(t)) {
			return 0, nil, fmt.Errorf("unknown log topic: %s (available topics include: %s)", t, joinTopics(topics))
		}
		chosen = append(chosen, Topic(t))
	}
	return level, chosen, nil
}

func joinTopics(list []Topic) string {
	var b strings.Builder
	for i, t := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(t))
	}
	return b.String()
}
