package filters

import (
	"fmt"
	"io"
	"os"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type readOptions struct {
	path spec.Dyn[string]
	seek spec.Dyn[spec.Size]
	size spec.Dyn[spec.Size]
}

var _ = declare(Decl[readOptions]{
	Name: "read",
	Doc: `reads a file

The first event makes it begin; that and all later input is dropped. The content
comes out as Data, then StreamEnd. The name '-' stands for the standard input. A
file that cannot be opened or read ends the stream with ReadError.`,
	In: Events, Out: Bytes,
	Params: func(p *spec.Params, o *readOptions) {
		spec.Need(p, &o.path, "filename", "The file's name.")
		spec.Opt(p, &o.seek, "seek", spec.Fixed(spec.Size(0)), "Bytes at the beginning to leave out.")
		spec.Opt(p, &o.size, "size", spec.Fixed(noLimit), "Bytes to read; -1 means all.")
	},
	Build: func(o *readOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &read{Stage: s, opt: o} }, nil
	},
})

type read struct {
	*pipeline.Stage
	opt     *readOptions
	started bool
	pump    *pump
}

func (f *read) Process(evt event.Event) {
	if d, ok := evt.(*event.Data); ok {
		d.Release()
	}
	if f.started {
		return
	}
	f.started = true
	if err := f.start(); err != nil {
		f.Fail(err)
	}
}

func (f *read) start() error {
	path, err := f.opt.path.Get(f.Context())
	if err != nil {
		return err
	}
	seek, err := f.opt.seek.Get(f.Context())
	if err != nil {
		return err
	}
	size, err := f.opt.size.Get(f.Context())
	if err != nil {
		return err
	}
	part := &filePart{path: path, seek: int64(seek), left: int64(size)}
	f.pump = &pump{loop: f.Loop(), r: part, out: func(d *event.Data) { f.Output(d) }, end: f.ended, free: part.close}
	f.pump.start()
	return nil
}

func (f *read) ended(err error) {
	if err != nil {
		f.Fail(&event.Failure{Name: event.ReadError, Cause: err})
		return
	}
	f.Output(event.EndStream)
}

// Close ends the reading.
func (f *read) Close() {
	if f.pump != nil {
		f.pump.stop()
	}
}

// Reset makes the filter ready for another stream.
func (f *read) Reset() { f.started, f.pump = false, nil }

// ReadFile reads a file, or the standard input for "-": out gets what was read, end
// is called once at the end of it, with nil or with the reason why there is no
// more. stop ends the reading. The error says why the file cannot be opened; that
// of something that may have to be waited for, such as a pipe, goes to end.
func ReadFile(l *loop.Loop, path string, out func(*event.Data), end func(error)) (stop func(), err error) {
	part := &filePart{path: path, left: -1}
	if info, err := os.Stat(path); path != "-" && (err != nil || info.Mode().IsRegular()) {
		if err == nil {
			err = part.open()
		}
		if err != nil {
			return nil, err
		}
	}
	p := &pump{loop: l, r: part, out: out, end: end, free: part.close}
	p.start()
	return p.stop, nil
}

// filePart is a part of a file, which is opened at the first Read. One goroutine
// at a time may use it.
type filePart struct {
	path string
	seek int64 // bytes to leave out
	left int64 // bytes to read; negative for all
	file *os.File
}

// Read reads from the part.
func (r *filePart) Read(b []byte) (int, error) {
	if r.file == nil {
		if err := r.open(); err != nil {
			return 0, err
		}
	}
	if r.left >= 0 {
		b = b[:min(int64(len(b)), r.left)]
	}
	if len(b) == 0 {
		return 0, io.EOF
	}
	n, err := r.file.Read(b)
	if r.left >= 0 {
		r.left -= int64(n)
	}
	return n, err
}

func (r *filePart) open() error {
	if r.path == "-" {
		r.file = os.Stdin
	} else {
		file, err := os.Open(r.path)
		if err != nil {
			return fmt.Errorf("unable to open file for reading: %w", err)
		}
		r.file = file
	}
	if r.seek == 0 {
		return nil
	}
	if _, err := r.file.Seek(r.seek, io.SeekStart); err == nil {
		return nil
	}
	_, err := io.CopyN(io.Discard, r.file, r.seek)
	return err
}

// close closes the file, except the standard input.
func (r *filePart) close() {
	if r.file != nil && r.file != os.Stdin {
		r.file.Close()
	}
}
