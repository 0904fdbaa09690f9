package filters

import (
	"fmt"
	"os"
	"path/filepath"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type depositOptions struct {
	path      spec.Dyn[string]
	threshold spec.Size
	keep      bool
}

var _ = declare(Decl[depositOptions]{
	Name: "depositMessage",
	Doc: `keeps large bodies in a file

The body of a message passes up to the threshold. When more comes, all of it goes
to the file, and what did not pass comes out of the file when the message has
ended. Then the file is deleted. Events that come meanwhile wait.`,
	In: Messages, Out: Messages, Legacy: true,
	Params: func(p *spec.Params, o *depositOptions) {
		spec.Need(p, &o.path, "filename", "The file's name; a function is called for each message that needs a file.")
		spec.Opt(p, &o.threshold, "threshold", 0, "Bytes of a body that pass without a file.")
		spec.Opt(p, &o.keep, "keep", false, "Whether to keep the file.")
	},
	Build: func(o *depositOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			return &deposit{Stage: s, opt: o}
		}, nil
	},
})

type deposit struct {
	*pipeline.Stage
	opt    *depositOptions
	open   bool       // within a message
	passed event.Data // what passed of the body
	file   *os.File   // what more came is written to
	path   string     // of the file; "" without one
	pump   *pump      // reads the file; nil when it is not being read
	kept   queue      // what came while the file is being read
}

func (f *deposit) Process(evt event.Event) {
	if f.pump != nil {
		f.kept.push(f.Stage, evt)
		return
	}
	f.handle(evt)
}

func (f *deposit) handle(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		f.open = true
	case *event.Data:
		if f.open && e.Len() > 0 {
			f.body(e)
			return
		}
	case *event.MessageEnd, *event.StreamEnd:
		f.open = false
		if f.file != nil {
			f.readBack(evt)
			return
		}
		f.passed.Release()
	}
	f.Output(evt)
}

func (f *deposit) body(d *event.Data) {
	if f.file == nil && f.passed.Len()+d.Len() <= int(f.opt.threshold) {
		f.passed.Push(d.Clone())
		f.Output(d)
		return
	}
	if err := f.spill(d); err != nil {
		f.removeFile()
		f.kept.clear()
		f.Fail(err)
	}
}

// spill writes d to the file, which is made if there is none yet.
func (f *deposit) spill(d *event.Data) error {
	if f.file == nil {
		path, err := f.opt.path.Get(f.Context())
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if f.file, err = os.Create(path); err != nil {
			return fmt.Errorf("cannot open file for writing: %w", err)
		}
		f.path = path
		if err := writeData(f.file, &f.passed); err != nil {
			return err
		}
	}
	err := writeData(f.file, d)
	d.Release()
	return err
}

func writeData(file *os.File, d *event.Data) error {
	for i := range d.Pieces() {
		if _, err := file.Write(d.Piece(i)); err != nil {
			return err
		}
	}
	return nil
}

// readBack puts out what the file has more than what passed, then the end of
// the message.
func (f *deposit) readBack(end event.Event) {
	err := f.file.Close()
	f.file = nil
	if err != nil {
		f.removeFile()
		f.Fail(err)
		return
	}
	part := &filePart{path: f.path, seek: int64(f.passed.Len()), left: -1}
	f.passed.Release()
	f.pump = &pump{loop: f.Loop(), r: part, free: part.close}
	f.pump.out = func(d *event.Data) { f.Output(d) }
	f.pump.end = func(err error) {
		f.pump = nil
		f.removeFile()
		if err != nil {
			f.kept.clear()
			f.Fail(err)
			return
		}
		f.Output(end)
		for f.kept.len() > 0 && f.pump == nil {
			f.handle(f.kept.shift())
		}
	}
	f.pump.start()
}

// removeFile closes and deletes the file, unless it is to be kept.
func (f *deposit) removeFile() {
	if f.file != nil {
		f.file.Close()
		f.file = nil
	}
	if f.path != "" && !f.opt.keep {
		os.Remove(f.path)
	}
	f.path = ""
}

// Close ends the reading and removes the file.
func (f *deposit) Close() {
	if f.pump != nil {
		f.pump.stop()
		f.pump = nil
	}
	f.removeFile()
}

// Reset makes the filter ready for another stream.
func (f *deposit) Reset() {
	f.open = false
	f.passed.Release()
	f.kept.clear()
}
