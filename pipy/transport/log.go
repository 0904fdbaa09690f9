package transport

// Log takes a line for operators: the level is "ERR" or "WRN", the topic
// "listener", "inbound" or "outbound". LogWarnings tells whether warnings are
// wanted at all. The program sets both before the first loop runs.
var (
	Log         = func(level, topic, text string) {}
	LogWarnings = false
)

func logError(topic, text string) { Log("ERR", topic, "["+topic+"] "+text) }

// logLine writes a line that is made only when somebody wants it.
func logLine(topic string, warn bool, line func() string) {
	if !warn {
		Log("ERR", topic, line())
	} else if LogWarnings {
		Log("WRN", topic, line())
	}
}
