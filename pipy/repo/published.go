package repo

import (
	"errors"
	"time"
)

// published returns what workers may fetch of a codebase; an error that wraps
// ErrNotFound when there is no such codebase or nothing was committed. It does not
// wait for changes that are under way.
func (r *Repo) published(name string) (t *tree, err error) {
	for {
		e := r.entry(name)
		if e == nil || e.Seq == 0 {
			return nil, ErrNotFound
		}
		if t := e.tree.Load(); t != nil {
			return t, nil
		}
		err := r.store.view(func(t tx) (err error) {
			_, err = (&work{repo: r, tx: t}).treeOf(name, e)
			return err
		})
		if err != nil && r.entry(name) == e {
			return nil, err
		} // else a commit has replaced the tree meanwhile
	}
}

// publishedFile returns a file that workers may fetch, its ETag, and when the
// codebase became what it is.
func (r *Repo) publishedFile(name, path string) (content []byte, etag string, modified time.Time, err error) {
	for {
		t, err := r.published(name)
		if err != nil {
			return nil, "", modified, err
		}
		f, ok := t.files[path]
		if !ok {
			return nil, "", modified, ErrNoFile
		}
		err = r.store.view(func(x tx) (err error) {
			content, err = (&work{repo: r, tx: x}).content(f.hash)
			return err
		})
		if err == nil {
			return content, f.etag, t.modified, nil
		}
		if now, gone := r.published(name); !errors.Is(err, ErrNoFile) || gone == nil && now == t {
			return nil, "", modified, err
		} // else a commit has dropped the content meanwhile
	}
}
