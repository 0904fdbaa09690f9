package filters

import (
	"bytes"
	"errors"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// separatorLimit is the largest separator in bytes.
const separatorLimit = 1 << 10

type splitOptions struct {
	fn        spec.Func
	separator []byte
}

var _ = declare(Decl[splitOptions]{
	Name: "split",
	Doc: `splits a stream of bytes

With a separator, each piece between two separators becomes a message; leading,
adjacent and final separators make messages that are empty. MessageEnd and
StreamEnd end the last piece. A function that returns a string at the first byte
gives the separator.

Any other function is called with each byte. When it returns an event, a Message
or an array of these, the data up to that byte is put out, and then those.

MessageStart and MessageEnd of the input are dropped.`,
	In: Bytes, Out: Events,
	Params: func(p *spec.Params, o *splitOptions) {
		var v any
		spec.Need(p, &v, "separator", "A string or Data, or a function that is called with each byte.")
		typedOption(p, wantsSeparator, "string | Data | ((byte: number) => any)")
		if !p.Decoding() {
			return
		}
		if o.fn, _ = v.(spec.Func); o.fn != nil {
			return
		}
		var err error
		if o.separator, err = separatorOf(v); err != nil {
			p.Fail("separator", err)
		}
	},
	Build: func(o *splitOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return &split{Stage: s, opt: o, separator: o.separator, out: s.Output}
		}, nil
	},
})

const wantsSeparator = "a string, a Data or a function"

func separatorOf(v any) ([]byte, error) {
	var b []byte
	switch v := v.(type) {
	case string:
		b = []byte(v)
	case *event.Data:
		b = v.AppendTo(nil)
	default:
		return nil, &spec.Mismatch{Wants: wantsSeparator, Got: spec.Show(v)}
	}
	if len(b) == 0 {
		return nil, errors.New("want at least one byte, got none")
	}
	if len(b) > separatorLimit {
		return nil, errors.New("separator over 1KB is not supported")
	}
	return b, nil
}

type split struct {
	*pipeline.Stage
	opt       *splitOptions
	separator []byte // nil: bytes are shown to the function
	out       func(event.Event)
	asked     bool   // the function was called
	open      bool   // a piece has begun
	carry     []byte // what may be the beginning of a separator
	failed    bool
}

func (f *split) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		f.data(evt)
	case *event.MessageEnd:
		f.finish()
	case *event.StreamEnd:
		f.finish()
		f.Output(evt)
	}
}

func (f *split) data(d *event.Data) {
	if d.Len() == 0 {
		f.Output(d)
		return
	}
	if f.separator == nil {
		d = f.bytes(d)
	}
	if f.separator != nil && d != nil && !f.failed {
		f.pieces(d)
	}
}

// bytes shows each byte to the function. If that turns out to give a separator,
// it returns the data.
func (f *split) bytes(d *event.Data) *event.Data {
	copied := d.AppendTo(make([]byte, 0, d.Len()))
	passed := 0
	for i, c := range copied {
		v, err := f.opt.fn.Call(f.Context(), number(int(c)))
		if err == nil && !f.asked {
			f.asked = true
			if s, ok := v.(string); ok && s != "" {
				f.separator, err = separatorOf(s)
				if err == nil {
					return d
				}
			}
		}
		if err == nil && isEvents(v) {
			f.Output(d.Shift(i + 1 - passed))
			passed = i + 1
			err = emit(v, f.out)
		}
		if err != nil {
			f.failed = true
			f.Fail(err)
			return nil
		}
		if f.Pipeline().Closed() {
			return nil
		}
	}
	if d.Len() > 0 {
		f.Output(d)
	}
	return nil
}

// pieces makes messages of what is between separators.
func (f *split) pieces(d *event.Data) {
	data := d
	if len(f.carry) > 0 {
		data = event.NewData(f.carry)
		data.Push(d)
		f.carry = nil
	}
	b := data.Bytes()
	f.begin()
	at := 0
	for {
		i := bytes.Index(b[at:], f.separator)
		if i < 0 {
			break
		}
		f.piece(data.Shift(i))
		data.Skip(len(f.separator))
		at += i + len(f.separator)
		f.end()
		f.begin()
	}
	n := partial(b[at:], f.separator)
	if n > 0 {
		f.carry = append([]byte(nil), b[len(b)-n:]...)
	}
	f.piece(data.Shift(data.Len() - n))
	data.Release()
}

// partial returns how many bytes at the end of b may begin a separator.
func partial(b, separator []byte) int {
	for n := min(len(b), len(separator)-1); n > 0; n-- {
		if bytes.HasSuffix(b, separator[:n]) {
			return n
		}
	}
	return 0
}

func (f *split) begin() {
	if !f.open {
		f.open = true
		f.Output(&event.MessageStart{})
	}
}

func (f *split) piece(d *event.Data) {
	if d.Len() > 0 {
		f.Output(d)
	}
}

func (f *split) end() {
	f.open = false
	f.Output(event.End)
}

// finish ends the last piece.
func (f *split) finish() {
	if !f.open {
		return
	}
	if len(f.carry) > 0 {
		f.piece(event.NewData(f.carry))
		f.carry = nil
	}
	f.end()
}

// Reset makes the filter ready for another stream.
func (f *split) Reset() {
	f.separator, f.asked, f.open, f.carry, f.failed = f.opt.separator, false, false, nil, false
}
