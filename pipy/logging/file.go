package logging

import (
	"path/filepath"
	"sync"
)

// files are the open files by absolute path.
var files = struct {
	mu     sync.Mutex
	byPath map[string]*file
}{byPath: make(map[string]*file)}

// file writes to a RotatingFile. All loggers of the process that write to one
// path share it, so that it rotates once.
type file struct {
	outbox
	path string
	uses int // guarded by files.mu
	f    *RotatingFile
	bad  bool // whether the last write failed; owned by the goroutine of outbox
}

// fileUse is one user's hold on a file.
type fileUse struct {
	*file
	once sync.Once
}

// OpenFile returns a target that writes records as lines to a file. When the
// process has the file open already, it is shared, and the options are those
// of the first. Trouble with the disk is reported once in the process log.
func OpenFile(path string, o FileOptions) (Target, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	files.mu.Lock()
	defer files.mu.Unlock()
	t := files.byPath[path]
	if t == nil {
		f, err := OpenRotatingFile(path, o)
		if err != nil {
			return nil, err
		}
		t = &file{outbox: outbox{limit: streamLimit, newline: true}, path: path, f: f}
		t.send, t.finish = t.write, t.end
		files.byPath[path] = t
		opened(t)
	}
	t.uses++
	return &fileUse{file: t}, nil
}

// write sends all records at once, or one by one when the file may rotate
// between two of them.
func (t *file) write(bytes []byte, ends []int) (lost int) {
	var failure error
	if t.f.options.MaxSize == 0 {
		var n int
		if n, failure = t.f.Write(bytes); n < len(bytes) {
			lost = len(ends) // some may be there
		}
	} else {
		start := 0
		for _, end := range ends {
			n, err := t.f.Write(bytes[start:end])
			if n < end-start {
				lost++
			}
			if err != nil {
				failure = err
			}
			start = end
		}
	}
	if failure != nil && !t.bad {
		Errorf(Files, "log file: %v", failure)
	}
	t.bad = failure != nil
	return lost
}

func (t *file) end() {
	closed(t)
	if err := t.f.Close(); err != nil {
		Errorf(Files, "log file: %v", err)
	}
}

// Close implements Target.
func (u *fileUse) Close() {
	u.once.Do(func() {
		files.mu.Lock()
		defer files.mu.Unlock()
		if u.uses--; u.uses == 0 {
			delete(files.byPath, u.path)
			u.file.Close()
		}
	})
}
