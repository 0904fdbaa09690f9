package repo

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	boltFile   = "repo.db"  // the store
	holderFile = "repo.pid" // the process that has it open, for the message to others
	// boltFormat is the only format of records that was ever written.
	boltFormat = "1"
	// lockTimeout is how long to wait for a process that is about to end.
	lockTimeout = time.Second
)

var (
	boltBucket = []byte("repo")
	formatKey  = []byte("format")
)

// boltStore is a store in a file. What update has done is on the disk when it
// returns.
type boltStore struct {
	db  *bolt.DB
	dir string
}

// openBolt opens the store in dir, or makes one when dir is empty.
func openBolt(dir string) (store, error) {
	if err := checkDir(dir); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, boltFile)
	db, err := bolt.Open(name, 0o600, &bolt.Options{Timeout: lockTimeout, FreelistType: bolt.FreelistMapType})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s is in use by %s", boltFile, holder(dir))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", boltFile, err)
	}
	s := &boltStore{db: db, dir: dir}
	if err := s.init(); err != nil {
		db.Close()
		return nil, fmt.Errorf("%s: %w", boltFile, err)
	}
	return s, nil
}

// checkDir refuses a directory that holds something, but no store.
func checkDir(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var others []string
	for _, e := range list {
		switch e.Name() {
		case boltFile:
			return nil
		case "lost+found", holderFile: // of a file system of its own; of a store that was taken away
		default:
			others = append(others, e.Name())
		}
	}
	switch {
	case len(others) == 0:
		return nil
	case slices.Contains(others, "CURRENT") && slices.Contains(others, "LOCK"):
		return errors.New("this is a LevelDB store of an earlier release, which cannot be opened: " +
			"name an empty directory, start the earlier release on this one, " +
			"and copy the files of its codebases through /api/v1/repo")
	}
	return fmt.Errorf("want an empty directory or one that holds %s, got %q among %d files: "+
		"to keep codebases, name an empty directory; to run a script in it, name the script; "+
		"to edit and run the files of this directory in the console, use pipy --gui-port=6060 %s",
		boltFile, others[0], len(others), dir)
}

// holder tells which process has the store in dir open.
func holder(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, holderFile))
	pid, err2 := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || err2 != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}

func (s *boltStore) init() error {
	err := s.db.Update(func(t *bolt.Tx) error {
		b, err := t.CreateBucketIfNotExists(boltBucket)
		if err != nil {
			return err
		}
		switch format := b.Get(formatKey); {
		case format == nil:
			return b.Put(formatKey, []byte(boltFormat))
		case string(format) != boltFormat:
			return fmt.Errorf("want format %s, got %q: it was written by a later release", boltFormat, format)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, holderFile), fmt.Appendln(nil, os.Getpid()), 0o600)
}

func (s *boltStore) close() error {
	os.Remove(filepath.Join(s.dir, holderFile)) // its absence or presence proves nothing
	return s.db.Close()
}

func (s *boltStore) view(f func(tx) error) error {
	return s.db.View(func(t *bolt.Tx) error { return f(boltTx{t.Bucket(boltBucket)}) })
}

func (s *boltStore) update(f func(tx) error) error {
	return full(s.db.Update(func(t *bolt.Tx) error { return f(boltTx{t.Bucket(boltBucket)}) }))
}

// full makes an error of a disk that takes no more one that wraps ErrFull.
func full(err error) error {
	for _, reason := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, reason) {
			return fmt.Errorf("%w: %w", ErrFull, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), syscall.EFBIG.Error()) { // bbolt does not wrap what ftruncate says
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

type boltTx struct{ bucket *bolt.Bucket }

func (t boltTx) get(key string) []byte              { return t.bucket.Get([]byte(key)) }
func (t boltTx) put(key string, value []byte) error { return t.bucket.Put([]byte(key), value) }
func (t boltTx) delete(key string) error            { return t.bucket.Delete([]byte(key)) }

func (t boltTx) scan(prefix string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		c, p := t.bucket.Cursor(), []byte(prefix)
		for k, v := c.Seek(p); k != nil && bytes.HasPrefix(k, p); k, v = c.Next() {
			if !yield(string(k), v) {
				return
			}
		}
	}
}
