package logging

import (
	"io"
	"os"
)

// stream is a target that is always open: a terminal or a pipe.
type stream struct{ outbox }

var (
	stdout = newStream(os.Stdout)
	stderr = newStream(os.Stderr)
)

// Stdout returns the target that writes records as lines to standard output.
// There is one for the process; Close leaves it open.
func Stdout() Target { return stdout }

// Stderr returns the target that writes records as lines to standard error.
// There is one for the process; Close leaves it open.
func Stderr() Target { return stderr }

func newStream(w io.Writer) *stream {
	s := &stream{outbox{limit: streamLimit, newline: true}}
	s.send = func(bytes []byte, ends []int) (lost int) {
		if _, err := w.Write(bytes); err != nil {
			return len(ends) // nobody is left to be told
		}
		return 0
	}
	opened(s)
	return s
}

// Close implements Target.
func (s *stream) Close() {}
