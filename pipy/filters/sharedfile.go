package filters

import (
	"io"
	"path/filepath"
	"sync"

	"pipy/pipy/logging"
)

// sharedFiles are the files that all streams of the process share, by their
// absolute paths.
var sharedFiles struct {
	mu     sync.Mutex
	byPath map[string]*sharedFile // guarded by mu
}

// sharedFile is open while it has users. Opened again, it is not emptied.
type sharedFile struct {
	*logging.RotatingFile
	users int // guarded by sharedFiles.mu
}

// openShared returns a use of the file of a path, which is to be closed.
func openShared(path string, o logging.FileOptions) (io.WriteCloser, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s := &sharedFiles
	s.mu.Lock()
	defer s.mu.Unlock()
	file := s.byPath[path]
	if file == nil {
		file = &sharedFile{}
	} else {
		o.Append = true
	}
	if file.users == 0 {
		if file.RotatingFile, err = logging.OpenRotatingFile(path, o); err != nil {
			return nil, err
		}
	}
	if s.byPath == nil {
		s.byPath = map[string]*sharedFile{}
	}
	s.byPath[path] = file
	file.users++
	return sharedUse{file}, nil
}

// sharedUse is one use of a shared file.
type sharedUse struct{ *sharedFile }

// Close ends the use.
func (u sharedUse) Close() error {
	s := &sharedFiles
	s.mu.Lock()
	defer s.mu.Unlock()
	u.users--
	if u.users > 0 {
		return nil
	}
	return u.RotatingFile.Close()
}
