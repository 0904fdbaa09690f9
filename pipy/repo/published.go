package repo

import "errors"

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

// publishedFile returns a file that workers may fetch and its ETag.
func (r *Repo) publishedFile(name, path string) (content []byte, etag string, err error) {
	for {
		t, err := r.published(name)
		if err != nil {
			return nil, "", err
		}
		f, ok := t.files[path]
		if !ok {
			return nil, "", ErrNoFile
		}
		err = r.store.view(func(x tx) (err error) {
			content, err = (&work{repo: r, tx: x}).content(f.hash)
			return err
		})
		if err == nil {
			return content, f.etag, nil
		}
		if now, gone := r.published(name); !errors.Is(err, ErrNoFile) || gone == nil && now == t {
			return nil, "", err
		} // else a commit has dropped the content meanwhile
	}
}
