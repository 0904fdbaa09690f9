package logging

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"
)

// FileOptions say how a file is opened and when a new one begins.
type FileOptions struct {
	// Append keeps what is in the file; otherwise it is emptied.
	Append bool
	// Private keeps the file from other users.
	Private bool
	// MaxSize is the size in bytes above which a new file begins. Zero means
	// no limit.
	MaxSize int64
	// MaxCount is how many full files are kept; the oldest are deleted. Zero
	// keeps all.
	MaxCount int
	// Interval is the age, since this process opened it, at which a file is
	// full. Zero means no limit.
	Interval time.Duration
}

// rotatedTime is in front of the name of a full file.
const rotatedTime = "2006-01-02-15-04-05"

// RotatingFile is a file that is put aside when it is full, under the name
// YYYY-MM-DD-HH-MM-SS-name, with the local time at which it was opened. When
// somebody else has moved or deleted it, such as logrotate, it is opened anew. Its
// methods may be called from any goroutine, and wait for the disk.
type RotatingFile struct {
	path    string
	options FileOptions
	now     func() time.Time

	// Guarded by mu:
	mu      sync.Mutex
	file    *os.File
	info    os.FileInfo // of file, when it was opened
	looked  time.Time   // when file was the one at path
	size    int64
	created time.Time
}

// lookInterval is how often a file looks whether it is still in its place.
const lookInterval = time.Second

// OpenRotatingFile opens a file for writing at its end; it is made if it does
// not exist.
func OpenRotatingFile(path string, o FileOptions) (*RotatingFile, error) {
	return openRotating(path, o, time.Now)
}

func openRotating(path string, o FileOptions, now func() time.Time) (*RotatingFile, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f := &RotatingFile{path: path, options: o, now: now}
	flag := os.O_TRUNC
	if o.Append {
		flag = 0
	}
	if err := f.open(flag); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *RotatingFile) open(flag int) error {
	// Appending, always: then others may cut the file while it is in use.
	mode := os.FileMode(0o644)
	if f.options.Private {
		mode = 0o600
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND|flag, mode)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return err
	}
	f.file, f.info, f.size, f.created = file, info, info.Size(), f.now()
	f.looked = f.created
	return nil
}

// Write appends p; a new file begins before it, not within it. When the full
// file cannot be put aside, or one that was moved cannot be opened anew, p goes to
// the old one, with the error returned.
func (f *RotatingFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return 0, &fs.PathError{Op: "write", Path: f.path, Err: fs.ErrClosed}
	}
	changing := f.follow()
	if f.full(len(p)) {
		changing = errors.Join(changing, f.rotate())
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	return n, errors.Join(err, changing)
}

// follow opens the file anew when it is not in its place any more. It leaves an
// open file in any case.
func (f *RotatingFile) follow() error {
	now := f.now()
	if now.Sub(f.looked) < lookInterval {
		return nil
	}
	f.looked = now
	info, err := os.Stat(f.path)
	if err == nil && os.SameFile(info, f.info) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	old := f.file
	if err := f.open(0); err != nil {
		return err
	}
	return old.Close()
}

// Close closes the file.
func (f *RotatingFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

func (f *RotatingFile) full(more int) bool {
	o := &f.options
	if f.size == 0 {
		return false
	}
	return o.MaxSize > 0 && f.size+int64(more) > o.MaxSize ||
		o.Interval > 0 && f.now().Sub(f.created) >= o.Interval
}

// rotate puts the file aside and opens a new one. It leaves an open file in
// any case.
func (f *RotatingFile) rotate() error {
	aside, err := f.aside()
	if err != nil {
		return err
	}
	if err := os.Rename(f.path, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // when it does not exist somebody else put it aside
	}
	old := f.file
	if err := f.open(0); err != nil {
		return err
	}
	return errors.Join(old.Close(), f.prune())
}

// aside returns a free name for the full file.
func (f *RotatingFile) aside() (string, error) {
	dir, name := filepath.Split(f.path)
	stamp := f.created.Format(rotatedTime)
	path := filepath.Join(dir, stamp+"-"+name)
	for i := 1; ; i++ {
		_, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		path = filepath.Join(dir, fmt.Sprintf("%s.%06d-%s", stamp, i, name)) // sorts behind
	}
}

// prune deletes the oldest files put aside.
func (f *RotatingFile) prune() error {
	if f.options.MaxCount <= 0 {
		return nil
	}
	dir, name := filepath.Split(f.path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	ours := regexp.MustCompile(`^\d{4}(-\d\d){5}(\.\d{6})?-` + regexp.QuoteMeta(name) + `$`)
	var names []string
	for _, e := range entries {
		if ours.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	var errs []error
	for len(names) > f.options.MaxCount {
		errs = append(errs, os.Remove(filepath.Join(dir, names[0])))
		names = names[1:]
	}
	return errors.Join(errs...)
}
