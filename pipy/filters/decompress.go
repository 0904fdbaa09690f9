package filters

import (
	"errors"

	"pipy/pipy/codec/compress"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// decompressLimits are what all filters that decompress have.
type decompressLimits struct {
	maxSize  spec.Size
	maxRatio int
}

func (o *decompressLimits) options(p *spec.Params) {
	spec.Opt(p, &o.maxSize, "maxSize", 0, "Bytes that one body, or the stream, may become. More ends the stream with BufferOverflow. 0 means any.")
	spec.Opt(p, &o.maxRatio, "maxRatio", 200, "How many times its compressed size one body, or the stream, may become, as soon as it is more than 1m. More ends the stream with BufferOverflow. 0 means any.")
}

func (o *decompressLimits) limits() compress.Limits {
	return compress.Limits{MaxSize: int64(o.maxSize), MaxRatio: int64(o.maxRatio)}
}

const docDecompressErrors = `

What is not valid, or not complete, ends the stream with ProtocolError. When the
other side is slow, no more is decompressed than it takes.`

type decompressOptions struct {
	decompressLimits
	algorithm spec.Dyn[string]
}

var _ = declare(Decl[decompressOptions]{
	Name: "decompress",
	Doc: `decompresses a stream of bytes

The algorithm is gzip, deflate or inflate (the zlib format, raw deflate or gzip: what
it is is found out), br or brotli, or zstd. Messages are not looked at: only their
Data pass.` + docDecompressErrors,
	In: Bytes, Out: Bytes,
	Params: func(p *spec.Params, o *decompressOptions) {
		spec.Need(p, &o.algorithm, "algorithm", "gzip, deflate, inflate, br, brotli or zstd. A function is called at the first byte.")
		o.options(p)
	},
	Build: func(o *decompressOptions) (pipeline.New, error) {
		if !o.algorithm.IsFunc() {
			name, _ := o.algorithm.Get(nil)
			if _, err := algorithmOf(name); err != nil {
				return nil, err
			}
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &decompressStream{opt: o}
			f.init(s, f.handle)
			return f
		}, nil
	},
})

type decompressStream struct {
	inflater
	opt *decompressOptions
}

func (f *decompressStream) handle(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() == 0 {
			f.Output(evt)
			return
		}
		if f.dec == nil {
			name, err := f.opt.algorithm.Get(f.Context())
			var c compress.Coding
			if err == nil {
				c, err = algorithmOf(name)
			}
			if err != nil {
				f.Fail(err)
				return
			}
			f.open(f.opt.limits(), c)
		}
		f.feed(evt)
	case *event.StreamEnd:
		if evt.Err != nil {
			f.Output(evt)
			return
		}
		f.finish(evt)
	}
}

// Reset makes the filter ready for another stream.
func (f *decompressStream) Reset() { f.reset() }

// inflater is what filters that decompress have in common. What comes out is sent
// on until the other side asks to pause; then events are kept until it goes on.
type inflater struct {
	*pipeline.Stage
	handle  func(event.Event)
	source  *pausedSource
	dec     *compress.Decoder
	last    event.Event // to be sent when all has come out
	kept    queue       // events that came while the other side was paused
	release func()      // holds our own source meanwhile
	failed  bool
}

// init makes the inflater ready; handle is called with each event in turn.
func (f *inflater) init(s *pipeline.Stage, handle func(event.Event)) {
	f.Stage, f.handle = s, handle
	f.source = newPausedSource(s, f.proceed)
}

// Process takes an event, or keeps it for later.
func (f *inflater) Process(evt event.Event) {
	if f.waits() {
		f.kept.push(f.Stage, evt)
		return
	}
	f.handle(evt)
}

// waits tells whether the other side has to go on first.
func (f *inflater) waits() bool { return f.release != nil || f.kept.len() > 0 }

func (f *inflater) open(l compress.Limits, codings ...compress.Coding) {
	f.dec = compress.NewDecoder(l, codings...)
}

// feed decompresses the bytes of d.
func (f *inflater) feed(d *event.Data) {
	f.dec.Feed(d)
	f.drive()
}

// finish decompresses what is left, and then sends the event.
func (f *inflater) finish(last event.Event) {
	f.last = last
	if f.dec != nil {
		f.dec.End()
	}
	f.drive()
}

// drive sends on what comes out, until there is nothing more for now.
func (f *inflater) drive() {
	for f.dec != nil && !f.failed && !f.Pipeline().Closed() {
		if f.source.paused {
			if f.release == nil {
				f.release = f.Hold()
			}
			return
		}
		out, err := f.dec.Next()
		if err != nil {
			f.fail(err)
			return
		}
		if out == nil {
			break
		}
		prev := f.Loop().Enter(&f.source.Source)
		f.Output(out)
		f.Loop().Leave(prev)
	}
	if f.last != nil && !f.failed {
		last := f.last
		f.last = nil
		f.drop()
		f.Output(last)
	}
}

func (f *inflater) fail(err error) {
	f.failed = true
	f.drop()
	name := event.ProtocolError
	var limit *compress.LimitError
	if errors.As(err, &limit) {
		name = event.BufferOverflow
	}
	f.Fail(&event.Failure{Name: name, Cause: err})
}

// proceed goes on after a pause.
func (f *inflater) proceed() {
	if f.release == nil {
		return
	}
	f.drive()
	for !f.source.paused && !f.failed && f.kept.len() > 0 {
		f.handle(f.kept.shift())
	}
	if f.source.paused || f.release == nil {
		return
	}
	release := f.release
	f.release = nil
	release()
}

// drop ends the decoder.
func (f *inflater) drop() {
	if f.dec != nil {
		f.dec.Free()
		f.dec = nil
	}
}

// Close gives everything back.
func (f *inflater) Close() {
	f.drop()
	f.kept.clear()
	if f.release != nil {
		f.release()
		f.release = nil
	}
	f.source.End()
}

func (f *inflater) reset() {
	f.last, f.failed = nil, false
	f.source = newPausedSource(f.Stage, f.proceed)
}
