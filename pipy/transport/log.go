package transport

import "pipy/pipy/logging"

// What tests replace.
var (
	writeLog = logging.Lines
	logs     = logging.Enabled
)

// logError writes '[topic] text'.
func logError(topic logging.Topic, text string) {
	writeLog(logging.Error, topic, "["+string(topic)+"] "+text)
}

// logLine writes a line that is made only when somebody wants it.
func logLine(level logging.Level, topic logging.Topic, line func() string) {
	if logs(level, topic) {
		writeLog(level, topic, line())
	}
}
