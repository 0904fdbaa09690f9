package filters

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

type teeOptions struct {
	path     spec.Dyn[string]
	shared   bool
	rotation logging.FileOptions
}

var _ = declare(Decl[teeOptions]{
	Name: "tee",
	Doc: `writes Data to a file

The file is opened at the first Data and closed at the end of the stream; folders
that are missing are made. The name '-' stands for the standard output. Every
event passes unchanged, also when the file cannot be written, which is logged.

A shared file is opened once for all streams of the process that name it, and
only such a file is put aside, under the name YYYY-MM-DD-HH-MM-SS-name, when it is
full.`,
	In: Events, Out: Events,
	Params: func(p *spec.Params, o *teeOptions) {
		var size spec.Size
		spec.Need(p, &o.path, "filename", "The file's name.")
		spec.Opt(p, &o.rotation.Append, "append", false, "Whether to keep what is in the file.")
		spec.Opt(p, &o.shared, "shared", false, "Whether streams share the file.")
		spec.Opt(p, &size, "maxFileSize", 0, "Bytes at which a shared file is full; 0 means no limit.")
		spec.Opt(p, &o.rotation.MaxCount, "maxFileCount", 0, "How many full files are kept; 0 means all.")
		spec.Opt(p, &o.rotation.Interval, "rotateInterval", 0, "Seconds after which a shared file is full; 0 means no limit.")
		o.rotation.MaxSize = int64(size)
	},
	Build: func(o *teeOptions) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter { return &tee{Stage: s, opt: o} }, nil
	},
})

type tee struct {
	*pipeline.Stage
	opt    *teeOptions
	opened bool
	path   string
	file   io.WriteCloser // a regular file, which is written at once
	slow   *sink          // or something else
}

func (f *tee) Process(evt event.Event) {
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() > 0 && !f.write(evt) {
			return
		}
	case *event.StreamEnd:
		f.Close()
	}
	f.Output(evt)
}

// write writes d; it is false when the stream failed.
func (f *tee) write(d *event.Data) bool {
	if !f.opened {
		f.opened = true
		path, err := f.opt.path.Get(f.Context())
		if err != nil {
			f.Fail(err)
			return false
		}
		f.path = path
		if err := f.open(); err != nil {
			logging.Errorf("file", "cannot open file for writing: %s (%v)", path, err)
		}
	}
	if f.slow != nil {
		f.slow.write(d.Clone())
		return true
	}
	for i := 0; i < d.Pieces() && f.file != nil; i++ {
		if _, err := f.file.Write(d.Piece(i)); err != nil {
			f.broken(err)
			f.Close()
		}
	}
	return true
}

func (f *tee) broken(err error) {
	logging.Errorf("file", "cannot write to file: %s (%v)", f.path, err)
}

func (f *tee) open() error {
	if f.path == "-" {
		f.slow = &sink{loop: f.Loop(), failed: f.broken}
		f.slow.open(standardOutput{})
		return nil
	}
	info, err := os.Stat(f.path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		f.openSlow()
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
			return err
		}
	}
	if f.opt.shared {
		f.file, err = openShared(f.path, f.opt.rotation)
		return err
	}
	flag := os.O_TRUNC
	if f.opt.rotation.Append {
		flag = os.O_APPEND
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|flag, 0o666)
	if err == nil {
		f.file = file
	}
	return err
}

// openSlow opens something that is no regular file, such as a named pipe, which
// can block until somebody reads it.
func (f *tee) openSlow() {
	s := &sink{loop: f.Loop(), failed: f.broken}
	f.slow = s
	path := f.path
	go func() {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		s.loop.Post(func() {
			if err != nil {
				logging.Errorf("file", "cannot open file for writing: %s (%v)", path, err)
				s.abandon()
				return
			}
			s.open(file)
		})
	}()
}

// Close closes the file.
func (f *tee) Close() {
	if f.file != nil {
		f.file.Close()
		f.file = nil
	}
	if f.slow != nil {
		f.slow.end()
		f.slow = nil
	}
}

// Reset makes the filter ready for another stream.
func (f *tee) Reset() { f.opened, f.path = false, "" }

// standardOutput is the standard output, which stays open.
type standardOutput struct{}

func (standardOutput) Write(b []byte) (int, error) { return os.Stdout.Write(b) }
func (standardOutput) Close() error                { return nil }
