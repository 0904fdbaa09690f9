package logging

import (
	"strings"
	"time"
)

// Line is a line of the process log, taken apart.
type Line struct {
	Time  time.Time // zero when the line has none
	Level Level
	Topic Topic // Plain when the text begins with no mark
	Text  string
}

// levelTags are the levels by what stands for them in a line.
var levelTags = map[string]Level{Debug.tag(): Debug, Info.tag(): Info, Warn.tag(): Warn, Error.tag(): Error}

// ParseLine takes a record of the process log's History apart. What does not look
// like a line of it becomes the Text of one of level Info.
func ParseLine(record []byte) Line {
	l := Line{Text: string(record)}
	if len(l.Text) >= len(timeFormat) {
		t, err := time.ParseInLocation(timeFormat, l.Text[:len(timeFormat)], time.Local)
		if err == nil {
			l.Time, l.Text = t, l.Text[len(timeFormat):]
		}
	}
	tag, rest, _ := strings.Cut(l.Text, " ")
	if level, ok := levelTags[tag]; ok {
		l.Level, l.Text = level, rest
	}
	if mark, rest, ok := strings.Cut(l.Text, "]"); ok && isMark(mark) {
		l.Topic, l.Text = Topic(mark[1:]), strings.TrimPrefix(rest, " ")
	}
	return l
}

// isMark tells whether a text is "[topic", with perhaps an address after the
// topic.
func isMark(s string) bool {
	if len(s) < 2 || s[0] != '[' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// String returns the name of the level, as SetLevel takes it.
func (l Level) String() string {
	for name, level := range levelNames {
		if level == l {
			return name
		}
	}
	return ""
}

// ParseLevel returns the level of a name: "debug", "info", "warn" or "error".
func ParseLevel(name string) (Level, bool) {
	level, ok := levelNames[name]
	return level, ok
}
