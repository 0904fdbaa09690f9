package filters

import (
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type deframeOptions struct {
	states event.Object
	first  string
	values map[string]any // by state: a function, a name or an array
}

var _ = declare(Decl[deframeOptions]{
	Name: "deframe",
	Doc: `finds frames in a stream of bytes by a state machine

The first member of the states is the initial state. In each step a byte is read
and the state's function is called with it. It returns the name of the next state,
or an array: events to put out, the name of the next state, and optionally a
number of bytes to read before that state is entered. These bytes pass as Data,
unless a Data or an array follows in which they are stored: then the next state is
called with that instead of a byte. A state that is not a function is used as if it
were returned.

Bytes that states consume do not come out, nor do MessageStart and MessageEnd of
the input. StreamEnd passes.`,
	In: Bytes, Out: Events,
	Params: func(p *spec.Params, o *deframeOptions) {
		spec.Need(p, &o.states, "states", "The states by their names.")
	},
	Build: func(o *deframeOptions) (pipeline.New, error) {
		keys := o.states.Keys()
		if len(keys) == 0 {
			return nil, fmt.Errorf("states: want at least one state, got none")
		}
		o.first = keys[0]
		o.values = map[string]any{}
		for _, name := range keys {
			o.values[name] = o.states.Get(name)
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			return &deframe{Stage: s, opt: o, state: o.first, out: s.Output}
		}, nil
	},
})

type deframe struct {
	*pipeline.Stage
	opt    *deframeOptions
	out    func(event.Event)
	state  string
	want   int        // bytes to read before the state is entered
	buffer any        // where they go: a *event.Data, an event.Object, nil to pass them
	read   event.Data // what was read of them
	idle   int        // steps without a byte
	failed bool
}

// idleSteps bounds the steps that a machine takes without reading a byte.
const idleSteps = 1000

func (f *deframe) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() == 0 {
			f.Output(evt)
			return
		}
		if err := f.run(evt); err != nil && !f.failed {
			f.failed = true
			f.Fail(err)
		}
		evt.Release()
	case *event.StreamEnd:
		f.Output(evt)
	}
}

// run steps through the bytes of d.
func (f *deframe) run(d *event.Data) error {
	for d.Len() > 0 && !f.failed && !f.Pipeline().Closed() {
		f.idle = 0
		if f.want == 0 {
			c := d.At(0)
			d.Skip(1)
			if err := f.step(number(int(c))); err != nil {
				return err
			}
			continue
		}
		part := d.Shift(f.want)
		f.want -= part.Len()
		if f.buffer == nil {
			f.Output(part)
			continue
		}
		f.read.Push(part)
		if f.want == 0 {
			if err := f.filled(); err != nil {
				return err
			}
		}
	}
	return nil
}

// filled enters the state with the buffer that is full now.
func (f *deframe) filled() error {
	if f.idle++; f.idle > idleSteps {
		return fmt.Errorf("state %s: %d steps without reading a byte", f.state, idleSteps)
	}
	buffer := f.buffer
	f.buffer = nil
	switch b := buffer.(type) {
	case *event.Data:
		b.Release()
		b.Push(&f.read)
	case event.Object:
		bytes := make([]any, 0, f.read.Len())
		for _, c := range f.read.Bytes() {
			bytes = append(bytes, number(int(c)))
		}
		f.read.Release()
		buffer = bytes
	}
	return f.step(buffer)
}

// step computes the value of the state from what was read and obeys it.
func (f *deframe) step(input any) error {
	v, ok := f.opt.values[f.state]
	if !ok {
		return fmt.Errorf("invalid state: %s", f.state)
	}
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(f.Context(), input); err != nil {
			return err
		}
	}
	switch v := v.(type) {
	case string:
		return f.enter(v)
	case event.Object:
		if items, ok := v.Elements(); ok {
			return f.obey(items)
		}
	}
	return fmt.Errorf("invalid state returned: %w", &spec.Mismatch{Wants: "the name of a state or an array", Got: spec.Show(v)})
}

func (f *deframe) enter(state string) error {
	if _, ok := f.opt.values[state]; !ok {
		return fmt.Errorf("invalid state: %s", state)
	}
	f.state = state
	return nil
}

// obey does what an array says: events, the next state, how much to read, and
// where to.
func (f *deframe) obey(items []any) error {
	i := 0
	for ; i < len(items); i++ {
		if _, ok := items[i].(string); ok {
			break
		}
		if err := emit(items[i], f.out); err != nil {
			return err
		}
	}
	if i == len(items) {
		return fmt.Errorf("invalid state returned: %w", &spec.Mismatch{Wants: "the name of a state", Got: "none"})
	}
	if err := f.enter(items[i].(string)); err != nil {
		return err
	}
	rest := items[i+1:]
	if len(rest) == 0 {
		return nil
	}
	n, ok := rest[0].(float64)
	if !ok || n < 0 || n != float64(int(n)) {
		return fmt.Errorf("invalid reading length %s", spec.Show(rest[0]))
	}
	f.want = int(n)
	if len(rest) == 1 {
		return nil
	}
	switch b := rest[1].(type) {
	case nil:
		return nil
	case *event.Data:
		f.buffer = b
	case event.Object:
		if _, ok := b.Elements(); !ok {
			return fmt.Errorf("invalid read buffer: %w", &spec.Mismatch{Wants: "a Data or an array", Got: spec.Show(b)})
		}
		f.buffer = b
	default:
		return fmt.Errorf("invalid read buffer: %w", &spec.Mismatch{Wants: "a Data or an array", Got: spec.Show(b)})
	}
	if f.want == 0 {
		return f.filled()
	}
	return nil
}

// Reset makes the filter ready for another stream.
func (f *deframe) Reset() {
	f.state, f.want, f.buffer, f.idle, f.failed = f.opt.first, 0, nil, 0, false
	f.read.Release()
}
