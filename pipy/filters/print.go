package filters

import (
	"bufio"
	"io"
	"os"
	"unicode/utf8"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

type printOptions struct{}

var _ = declare(Decl[printOptions]{
	Name: "print",
	Doc: `writes Data to the standard error output

The text is written line by line, without a prefix; a line that is longer than
100 bytes is broken, and other control characters are left out. What
remains without a line end is written at MessageEnd and StreamEnd. Every event
passes unchanged.`,
	In: Events, Out: Events,
	Build: func(*printOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &print{Stage: s} }, nil
	},
})

// PrintTo is where print writes.
var PrintTo io.Writer = os.Stderr

// printWidth is the length at which print breaks lines.
const printWidth = 100

type print struct {
	*pipeline.Stage
	line []byte
}

func (f *print) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		f.write(evt)
	case *event.MessageEnd, *event.StreamEnd:
		f.rest()
	}
	f.Output(evt)
}

func (f *print) write(d *event.Data) {
	out := bufio.NewWriter(PrintTo)
	for i := range d.Pieces() {
		for _, c := range d.Piece(i) {
			switch {
			case c == '\n':
				out.Write(append(f.line, '\n'))
				f.line = f.line[:0]
			case c >= ' ' && c != 0x7f || c == '\t':
				if len(f.line) >= printWidth && utf8.RuneStart(c) {
					out.Write(append(f.line, '\n'))
					f.line = f.line[:0]
				}
				f.line = append(f.line, c)
			}
		}
	}
	out.Flush()
}

// rest writes what has no line end.
func (f *print) rest() {
	if len(f.line) > 0 {
		PrintTo.Write(append(f.line, '\n'))
		f.line = f.line[:0]
	}
}

// Reset makes the filter ready for another stream.
func (f *print) Reset() { f.line = f.line[:0] }
