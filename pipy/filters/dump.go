package filters

import (
	"fmt"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type dumpOptions struct{ tag spec.Dyn[string] }

var _ = declare(Decl[dumpOptions]{
	Name: "dump",
	Doc: `logs every event

A line names the event, with the number of the context and the tag; the bytes
of Data follow in hexadecimal. Every event passes unchanged.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *dumpOptions) {
		spec.Arg(p, &o.tag, "tag", spec.Fixed(""), "A mark for the lines; a function is called for each event.")
	},
	Build: func(o *dumpOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &dump{s, o} }, nil
	},
})

type dump struct {
	*pipeline.Stage
	opt *dumpOptions
}

func (f *dump) Process(evt event.Event) {
	if logging.Enabled(logging.Info, logging.Dump) {
		tag, err := f.tag(evt)
		if err != nil {
			f.Fail(err)
			return
		}
		logging.Lines(logging.Info, logging.Dump, dumpText(f.Context().ID(), tag, evt))
	}
	f.Output(evt)
}

func (f *dump) tag(evt event.Event) (string, error) {
	if !f.opt.tag.IsFunc() {
		return f.opt.tag.Get(nil)
	}
	return f.opt.tag.Get(f.Context(), lent(evt))
}

// Reset has nothing to do.
func (f *dump) Reset() {}

// dumpText returns the lines about an event.
func dumpText(context uint64, tag string, evt event.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[dump] [context=%d] ", context)
	if tag != "" {
		fmt.Fprintf(&b, "[%s] ", tag)
	}
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() == 0 {
			b.WriteString("Data Flush")
			break
		}
		fmt.Fprintf(&b, "Data [size=%d]\n", evt.Len())
		hexBlock(&b, evt)
	case *event.MessageStart:
		b.WriteString("MessageStart")
	case *event.MessageEnd:
		b.WriteString("MessageEnd")
	case *event.StreamEnd:
		b.WriteString("StreamEnd")
		if evt.Err != nil {
			b.WriteString(errorText(event.NameOf(evt.Err)))
		}
	}
	return b.String()
}

// hexBlock writes bytes, 16 to a line, between two rules.
func hexBlock(b *strings.Builder, d *event.Data) {
	rule := strings.Repeat("-", 68)
	b.WriteString(rule)
	bytes := d.Bytes()
	for len(bytes) > 0 {
		line := bytes[:min(16, len(bytes))]
		bytes = bytes[len(line):]
		b.WriteByte('\n')
		for _, c := range line {
			fmt.Fprintf(b, "%02X ", c)
		}
		b.WriteString(strings.Repeat(" - ", 16-len(line)))
		b.WriteString(" | ")
		for _, c := range line {
			if c < 0x20 || c > 0x7e {
				c = '?'
			}
			b.WriteByte(c)
		}
		b.WriteString(strings.Repeat(".", 16-len(line)))
	}
	b.WriteByte('\n')
	b.WriteString(rule)
}

// errorNumbers are the errors of streams by the numbers that dump shows.
var errorNumbers = []event.Error{
	"", event.UnknownError, event.RuntimeError, event.ReadError, event.WriteError, event.CannotResolve,
	event.ConnectionCanceled, event.ConnectionReset, event.ConnectionRefused, event.ConnectionTimeout,
	event.ReadTimeout, event.WriteTimeout, event.IdleTimeout, event.Unauthorized, event.BufferOverflow,
	event.ConnectionAborted, event.ProtocolError, event.Replay,
}

// errorText writes an error like " [8] connection refused".
func errorText(name event.Error) string {
	number := 0
	for i, e := range errorNumbers {
		if e == name {
			number = i
		}
	}
	words := make([]byte, 0, 2*len(name))
	for i, c := range []byte(name) {
		if 'A' <= c && c <= 'Z' {
			if i > 0 {
				words = append(words, ' ')
			}
			c += 'a' - 'A'
		}
		words = append(words, c)
	}
	return fmt.Sprintf(" [%d] %s", number, words)
}
