package filters

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// byteDecoder is what the decoders of package codec have in common. Feed and End
// return what is wrong with the bytes.
type byteDecoder interface {
	Feed(d *event.Data) error
	End() error
	Reset()
}

// decodeBytes makes messages of bytes.
type decodeBytes struct {
	*pipeline.Stage
	dec byteDecoder
}

const docDecodeErrors = `

What is not valid, or ends in the middle, ends the stream with ProtocolError.
MessageStart and MessageEnd of the input are dropped.`

func (f *decodeBytes) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() == 0 {
			f.Output(evt)
			return
		}
		if err := f.dec.Feed(evt); err != nil {
			f.Fail(&event.Failure{Name: event.ProtocolError, Cause: err})
		}
	case *event.StreamEnd:
		if evt.Err == nil {
			if err := f.dec.End(); err != nil {
				f.Fail(&event.Failure{Name: event.ProtocolError, Cause: err})
				return
			}
		}
		f.Output(evt)
	}
}

// Reset makes the filter ready for another stream.
func (f *decodeBytes) Reset() { f.dec.Reset() }

// encodeMessages makes bytes of whole messages.
type encodeMessages struct {
	*pipeline.Stage
	message collector
	encode  func(f *encodeMessages, m *event.Message) (*event.Data, error)
	count   int64 // of messages encoded
}

const docEncodeOut = `

The bytes of a message come between its MessageStart and its MessageEnd.`

func newEncodeMessages(s *pipeline.Stage, encode func(f *encodeMessages, m *event.Message) (*event.Data, error)) pipeline.Filter {
	return &encodeMessages{Stage: s, encode: encode, message: collector{limit: noLimit}}
}

func (f *encodeMessages) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.MessageStart:
		f.message.reset()
		f.message.start(evt)
	case *event.Data:
		switch {
		case evt.Len() == 0:
			f.Output(evt)
		case f.message.open:
			f.message.add(evt)
		default:
			evt.Release()
		}
	case *event.MessageEnd:
		if !f.message.open {
			return
		}
		m := f.message.end(evt)
		d, err := f.encode(f, m)
		if err != nil {
			f.Fail(err)
			return
		}
		f.count++
		f.Output(&event.MessageStart{Head: m.Head})
		f.Output(d)
		f.Output(evt)
	case *event.StreamEnd:
		f.message.reset()
		f.Output(evt)
	}
}

// Reset makes the filter ready for another stream.
func (f *encodeMessages) Reset() {
	f.message.reset()
	f.count = 0
}

// maxSafe is the largest integer that a script's number can tell from its
// neighbours.
const maxSafe = 1<<53 - 1

// integer returns an integer for a script: a number, or a BigInt when it is too
// large for one.
func integer(n int64) any {
	if n > maxSafe || n < -maxSafe {
		return big.NewInt(n)
	}
	return float64(n)
}

// integerOf returns an integer that a script gave: a number, a BigInt, an Int, or
// a string of digits.
func integerOf(name string, v any, low, high int64) (int64, error) {
	n, ok := anyInteger(v)
	if !ok || n < low || n > high {
		return 0, fmt.Errorf("%s: %w", name, &spec.Mismatch{Wants: fmt.Sprintf("an integer from %d to %d", low, high), Got: spec.Show(v)})
	}
	return n, nil
}

func anyInteger(v any) (int64, bool) {
	switch v := v.(type) {
	case float64:
		if v != math.Trunc(v) || v < -1<<63 || v >= 1<<63 {
			return 0, false
		}
		return int64(v), true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	case *big.Int:
		return v.Int64(), v.IsInt64()
	case int:
		return int64(v), true
	case int64:
		return v, true
	case spec.Numeric:
		return anyInteger(v.Number())
	}
	return 0, false
}

// flag returns a boolean member of a head, def when it is missing.
func flag(o event.Object, name string, def bool) bool {
	v := o.Get(name)
	if v == nil {
		return def
	}
	return truthy(v)
}

// member returns an integer member of a head, def when it is missing.
func member(o event.Object, name string, def, low, high int64) (int64, error) {
	v := o.Get(name)
	if v == nil {
		return def, nil
	}
	return integerOf(name, v, low, high)
}

// dataOf returns the bytes of a string or a Data.
func dataOf(v any) ([]byte, bool) {
	switch v := v.(type) {
	case string:
		return []byte(v), true
	case *event.Data:
		return v.AppendTo(nil), true
	}
	return nil, false
}
