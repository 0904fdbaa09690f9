package filters

import (
	"pipy/pipy/codec/compress"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// compressMessage compresses the bodies of messages. The head of one that may be
// compressed is kept until it is known whether there is a body worth it: until
// enough of it came, the message ends, or the turn of the loop is over.
type compressMessage struct {
	*pipeline.Stage
	opt     *compressMessageOptions
	state   compressState
	start   *event.MessageStart // kept in undecided
	head    *httphead.Head
	vary    bool
	coding  compress.Coding
	body    event.Data // kept in undecided
	enc     *compress.Encoder
	pending bool // Run is going to be called
	flush   bool // a flush came since the last byte went out
}

// compressState is what happens to the message at hand.
type compressState uint8

const (
	compressNothing   compressState = iota // outside of messages, and in one that is left alone
	compressUndecided                      // the head is kept
	compressBody                           // the body is being compressed
)

func (f *compressMessage) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.MessageStart:
		f.begin(evt)
	case *event.Data:
		f.data(evt)
	case *event.MessageEnd:
		f.end(evt)
	case *event.StreamEnd:
		f.breakOff()
		f.Output(evt)
	}
}

func (f *compressMessage) begin(start *event.MessageStart) {
	f.breakOff()
	h := httphead.Of(start.Head)
	c, negotiated, ok, err := f.opt.choose(f.Stage, start, h)
	if err != nil {
		f.Fail(err)
		return
	}
	size := bodySize(h)
	if ok && (compress.Busy() || size >= 0 && size < int64(f.opt.minSize)) {
		ok = false
	}
	if !ok {
		f.state = compressNothing
		if negotiated && compressible(h) && size != 0 {
			f.varying(start, h)
			return
		}
		f.Output(start)
		return
	}
	f.state, f.start, f.head, f.coding, f.vary = compressUndecided, start, h, c, negotiated
	f.later()
}

// varying passes a head on that would have been another one for another request.
func (f *compressMessage) varying(start *event.MessageStart, h *httphead.Head) {
	t := *h
	t.Script, t.ScriptHeader = nil, nil
	t.Header.Fields = append([]httphead.Field(nil), h.Header.Fields...)
	addVary(&t.Header, "accept-encoding")
	f.Output(&event.MessageStart{Head: &t})
}

func (f *compressMessage) data(d *event.Data) {
	switch {
	case f.state == compressNothing:
		f.Output(d)
	case d.Len() == 0:
		f.flush = true
		f.later()
	case f.state == compressUndecided:
		f.body.Push(d)
		if int64(f.body.Len()) >= int64(f.opt.minSize) {
			f.open()
		}
	default:
		f.write(d)
	}
}

// open sends the head and what was kept of the body.
func (f *compressMessage) open() {
	enc, err := compress.NewEncoder(f.coding, compress.Level(f.opt.level), f.Loop().Arena())
	if err != nil {
		f.Fail(err)
		return
	}
	f.enc, f.state = enc, compressBody
	t := transformed(f.head)
	t.Header.Set("content-encoding", string(f.coding))
	if f.vary {
		addVary(&t.Header, "accept-encoding")
	}
	f.start, f.head = nil, nil
	f.Output(&event.MessageStart{Head: t})
	if f.body.Len() > 0 && f.enc != nil {
		f.write(&f.body)
	}
}

func (f *compressMessage) write(d *event.Data) {
	out := &event.Data{}
	if err := f.enc.Write(d, out); err != nil {
		f.Fail(err)
		return
	}
	if out.Len() > 0 {
		f.Output(out)
	}
}

// later has Run called at the end of this turn.
func (f *compressMessage) later() {
	if !f.pending {
		f.pending = true
		f.Loop().Defer(f)
	}
}

// Run sends at the end of a turn what must not wait for more; it is the loop
// that calls it.
func (f *compressMessage) Run() {
	f.pending = false
	if f.state == compressUndecided {
		f.open()
	}
	if f.state != compressBody || !f.flush {
		return
	}
	f.flush = false
	flushEncoder(f.Stage, f.enc)
}

func (f *compressMessage) end(end *event.MessageEnd) {
	switch f.state {
	case compressUndecided: // too small, or empty
		f.state = compressNothing
		if f.vary && f.body.Len() > 0 {
			f.varying(f.start, f.head)
		} else {
			f.Output(f.start)
		}
		f.start, f.head = nil, nil
		if f.body.Len() > 0 {
			d := &event.Data{}
			d.Push(&f.body)
			f.Output(d)
		}
	case compressBody:
		out := &event.Data{}
		err := f.enc.Close(out)
		f.drop()
		if err != nil {
			f.Fail(err)
			return
		}
		f.Output(out)
	}
	f.flush = false
	f.Output(end)
}

// breakOff ends a message whose end does not come.
func (f *compressMessage) breakOff() {
	if f.state == compressUndecided {
		start := f.start
		f.drop()
		f.Output(start)
		return
	}
	f.drop()
}

// drop forgets the message at hand.
func (f *compressMessage) drop() {
	if f.enc != nil {
		f.enc.Free()
		f.enc = nil
	}
	f.body.Release()
	f.state, f.start, f.head, f.flush = compressNothing, nil, nil, false
}

// Close gives the encoder back.
func (f *compressMessage) Close() { f.drop() }

// Reset has nothing to do: Close did it. A Run that is pending finds nothing.
func (f *compressMessage) Reset() {}
