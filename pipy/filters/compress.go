package filters

import (
	"fmt"

	"pipy/pipy/codec/compress"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// compressArgs are what all filters that compress have.
type compressArgs struct {
	level string
}

func (o *compressArgs) levelOption(p *spec.Params) {
	spec.Opt(p, &o.level, "level", string(compress.Default), "How much time it may take; none makes the format without compressing, where that exists.").
		OneOf(string(compress.Default), string(compress.None), string(compress.Speed), string(compress.Best))
}

// algorithmOf returns the coding of a name that a script gave.
func algorithmOf(name string) (compress.Coding, error) {
	c, ok := compress.Find(name)
	if !ok {
		return "", fmt.Errorf("unknown compression algorithm: %s", name)
	}
	return c, nil
}

type compressOptions struct {
	compressArgs
	algorithm spec.Dyn[string]
}

var _ = declare(Decl[compressOptions]{
	Name: "compress",
	Doc: `compresses a stream of bytes

The algorithm is gzip, deflate (the zlib format), br or zstd. What came in during
one turn of the loop goes out at its end if an empty Data, a flush, was among it;
else when there is enough of it. The rest goes out before the StreamEnd. Messages
are not looked at: only their Data pass.`,
	In: Bytes, Out: Bytes,
	Params: func(p *spec.Params, o *compressOptions) {
		spec.Need(p, &o.algorithm, "algorithm", "gzip, deflate, br or zstd. A function is called at the first byte.")
		o.levelOption(p)
	},
	Build: func(o *compressOptions) (pipeline.New, error) {
		if !o.algorithm.IsFunc() {
			name, _ := o.algorithm.Get(nil)
			if _, err := algorithmOf(name); err != nil {
				return nil, err
			}
		}
		return func(s *pipeline.Stage) pipeline.Filter { return &compressStream{Stage: s, opt: o} }, nil
	},
})

type compressStream struct {
	*pipeline.Stage
	opt      *compressOptions
	enc      *compress.Encoder
	flushing bool // Run is going to flush
}

func (f *compressStream) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() == 0 {
			f.wantFlush(evt)
			return
		}
		f.data(evt)
	case *event.StreamEnd:
		f.finish(evt)
	}
}

func (f *compressStream) data(d *event.Data) {
	if f.enc == nil {
		if err := f.open(); err != nil {
			f.Fail(err)
			return
		}
	}
	out := &event.Data{}
	if err := f.enc.Write(d, out); err != nil {
		f.Fail(err)
		return
	}
	if out.Len() > 0 {
		f.Output(out)
	}
}

func (f *compressStream) open() error {
	name, err := f.opt.algorithm.Get(f.Context())
	if err != nil {
		return err
	}
	c, err := algorithmOf(name)
	if err != nil {
		return err
	}
	f.enc, err = compress.NewEncoder(c, compress.Level(f.opt.level), f.Loop().Arena())
	return err
}

func (f *compressStream) wantFlush(flush *event.Data) {
	if f.enc == nil || !f.enc.Dirty() {
		f.Output(flush)
		return
	}
	if !f.flushing {
		f.flushing = true
		f.Loop().Defer(f)
	}
}

// Run flushes at the end of a turn; it is the loop that calls it.
func (f *compressStream) Run() {
	if !f.flushing {
		return
	}
	f.flushing = false
	flushEncoder(f.Stage, f.enc)
}

// flushEncoder outputs what the encoder holds, and a flush.
func flushEncoder(s *pipeline.Stage, enc *compress.Encoder) {
	if enc.Dirty() {
		out := &event.Data{}
		if err := enc.Flush(out); err != nil {
			s.Fail(err)
			return
		}
		if out.Len() > 0 {
			s.Output(out)
		}
	}
	s.Output(&event.Data{})
}

func (f *compressStream) finish(end *event.StreamEnd) {
	f.flushing = false
	if f.enc != nil && end.Err == nil {
		out := &event.Data{}
		if err := f.enc.Close(out); err != nil {
			f.Fail(err)
			return
		}
		f.Output(out)
	}
	f.Output(end)
}

// Close gives the encoder back.
func (f *compressStream) Close() {
	f.flushing = false
	if f.enc != nil {
		f.enc.Free()
		f.enc = nil
	}
}

// Reset has nothing to do: Close did it.
func (f *compressStream) Reset() {}
