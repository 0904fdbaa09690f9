package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type demuxOptions struct{ outputCount spec.Dyn[int] }

const docDemux = `

The output comes in the order of the input: the oldest sub-pipeline's goes out as
it comes, that of later ones waits. What a sub-pipeline outputs beyond its
messages is dropped. One that ends inside its last message completes it; one that
ends before, or with an error, ends the whole stream with its StreamEnd. Events
outside of messages are dropped. The StreamEnd of the input goes out after the
last message.`

func declareDemux(name, title string) {
	declare(Decl[demuxOptions]{
		Name: name, Doc: title + docDemux,
		In: Messages, Out: Messages, Joint: true,
		Params: func(p *spec.Params, o *demuxOptions) {
			spec.Opt(p, &o.outputCount, "outputCount", spec.Fixed(1), "Messages that a sub-pipeline outputs for its message; a function gets the MessageStart. 0 ignores the output, and the sub-pipeline lives until its StreamEnd. A negative number counts like a positive one, and the next message waits until the output is complete.")
		},
		Build: func(o *demuxOptions) (pipeline.New, error) {
			return func(s *pipeline.Stage) pipeline.Filter { return &demux{Stage: s, opt: o} }, nil
		},
	})
}

func init() {
	declareDemux("demux", "runs one sub-pipeline for each message")
	declareDemux("demuxQueue", "runs one sub-pipeline for each message, like demux")
}

type demux struct {
	*pipeline.Stage
	opt *demuxOptions

	current       *demuxed // whose message is being received
	first, newest *demuxed // that have output to come, in order
	silent        int      // sub-pipelines whose output is ignored
	blocker       *demuxed // what further input waits for
	later         queue    // input that waits
	ending        *event.StreamEnd
	over          bool
	turning       bool
	free          []*demuxed
}

// demuxed is one message and its sub-pipeline.
type demuxed struct {
	f      *demux
	out    func(event.Event) // output, bound once
	pipe   *pipeline.Pipeline
	next   *demuxed
	left   int  // messages to be output
	silent bool // the output is ignored
	ended  bool // a silent one is over
	blocks bool // the next message waits for the output
	open   bool // inside an output message
	turned bool // it is the oldest
	kept   queue
}

func (d *demuxed) output(evt event.Event) { d.f.output(d, evt) }

// Reset makes the filter ready for another stream.
func (f *demux) Reset() {
	f.clear()
	*f = demux{Stage: f.Stage, opt: f.opt}
}

// Close drops what waits; the sub-pipelines are closed with the stage.
func (f *demux) Close() { f.clear() }

func (f *demux) clear() {
	f.later.clear()
	for d := f.first; d != nil; d = d.next {
		d.kept.clear()
	}
}

func (f *demux) Process(evt event.Event) {
	switch {
	case f.over:
		dropEvent(evt)
	case (f.blocker != nil || f.later.len() > 0) && !broken(evt):
		f.later.push(f.Stage, evt)
	default:
		f.process(evt)
	}
}

func (f *demux) process(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if f.current == nil {
			f.begin(e)
		}
	case *event.Data:
		if f.current == nil || e.Len() == 0 {
			e.Release()
			return
		}
		f.current.pipe.Process(e)
	case *event.MessageEnd:
		f.complete(e)
	case *event.StreamEnd:
		if e.Err != nil {
			f.end(e)
			return
		}
		f.ending = e
		f.complete(event.End)
		f.checkEnd()
	}
}

// begin starts a sub-pipeline for a message.
func (f *demux) begin(start *event.MessageStart) {
	n, err := f.opt.outputCount.Get(f.Context(), start)
	if err != nil {
		f.over = true
		f.Fail(err)
		return
	}
	d := f.take()
	d.left, d.silent = max(n, -n), n == 0
	switch {
	case d.silent:
		f.silent++
	case f.first == nil:
		f.first, f.newest, d.turned = d, d, true
	default:
		f.newest.next = d
		f.newest = d
	}
	d.blocks = n < 0
	f.current = d
	d.pipe = f.Sub(0, f.Context().Clone(), d.out)
	if f.over || d.ended { // it ended at its start
		d.pipe.Close()
		return
	}
	d.pipe.Process(start)
}

// complete ends the message that is being received, if any.
func (f *demux) complete(end *event.MessageEnd) {
	d := f.current
	if d == nil {
		return
	}
	f.current = nil
	if d.blocks {
		f.blocker = d
	}
	pipe := d.pipe
	pipe.Process(end)
	if !f.over && d.f != nil && d.pipe == pipe {
		f.settle(d)
	}
}

// output takes an event that a sub-pipeline outputs.
func (f *demux) output(d *demuxed, evt event.Event) {
	switch {
	case f.over:
		dropEvent(evt)
	case d.silent:
		dropEvent(evt)
		if _, ok := evt.(*event.StreamEnd); ok {
			f.endSilent(d)
		}
	case !d.turned:
		d.kept.push(f.Stage, evt)
	default:
		f.pass(d, evt)
	}
}

// endSilent ends a sub-pipeline whose output is ignored.
func (f *demux) endSilent(d *demuxed) {
	if d.ended {
		return
	}
	d.ended = true
	f.silent--
	if f.current == d {
		f.current = nil
	}
	if d.pipe != nil {
		d.pipe.Close()
	}
	f.checkEnd()
}

// pass outputs an event of the oldest sub-pipeline.
func (f *demux) pass(d *demuxed, evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if d.open || d.left == 0 {
			return
		}
		d.open = true
	case *event.Data:
		if !d.open {
			e.Release()
			return
		}
	case *event.MessageEnd:
		if !d.open {
			return
		}
		d.open = false
		d.left--
	case *event.StreamEnd:
		if d.left == 0 {
			return
		}
		if !d.open || d.left > 1 || e.Err != nil {
			f.end(e)
			return
		}
		f.pass(d, event.End)
		return
	}
	f.Output(evt)
	if !f.over {
		f.settle(d)
	}
}

// settle retires the oldest sub-pipeline when its message was received and its
// output is complete.
func (f *demux) settle(d *demuxed) {
	if d.left > 0 || d == f.current || d != f.first || f.turning {
		return
	}
	f.turning = true
	for d := f.first; d != nil && d.left == 0 && d != f.current && !f.over; d = f.first {
		f.retire(d)
		if next := f.first; next != nil {
			next.turned = true
			for next.kept.len() > 0 && !f.over {
				f.pass(next, next.kept.shift())
			}
		}
	}
	f.turning = false
	f.resume()
}

func (f *demux) retire(d *demuxed) {
	f.first = d.next
	if f.first == nil {
		f.newest = nil
	}
	if f.blocker == d {
		f.blocker = nil
	}
	d.pipe.Close()
	f.put(d)
}

// resume goes on with the input that waited.
func (f *demux) resume() {
	for f.blocker == nil && f.later.len() > 0 && !f.over {
		f.process(f.later.shift())
	}
	f.checkEnd()
}

// checkEnd outputs the StreamEnd of the input when all is done.
func (f *demux) checkEnd() {
	if f.ending != nil && f.first == nil && f.silent == 0 && !f.over {
		f.end(f.ending)
	}
}

// end ends the stream.
func (f *demux) end(end *event.StreamEnd) {
	f.over = true
	f.clear()
	for d := f.first; d != nil; d = d.next {
		if d.pipe != nil {
			d.pipe.Close()
		}
	}
	f.Output(end)
}

func (f *demux) take() *demuxed {
	n := len(f.free)
	if n == 0 {
		d := &demuxed{f: f}
		d.out = d.output
		return d
	}
	d := f.free[n-1]
	f.free = f.free[:n-1]
	return d
}

func (f *demux) put(d *demuxed) {
	d.kept.clear()
	*d = demuxed{f: f, out: d.out}
	f.free = append(f.free, d)
}
