package repo

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"pipy/pipy/logging"
)

const (
	// seedVersion is the version of codebases that the repo is filled with. Their
	// ETags tell the content too: a repo in memory begins with the same version each
	// time, but not with the same files.
	seedVersion = "1"
	seedMessage = "initial content"
)

// Fill makes a codebase of each subdirectory of a directory and commits it: "a" in
// dir becomes /a. Codebases that exist already stay as they are. The entry is
// main.js, or else the only script of the folder, if there is only one. Hidden files
// are left out. Symbolic links are followed as long as they stay inside dir. What
// cannot be a codebase ends it with an error that names the file.
func (r *Repo) Fill(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	list, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, d := range list {
		if strings.HasPrefix(d.Name(), ".") {
			continue
		}
		if info, err := fs.Stat(root.FS(), d.Name()); err != nil || !info.IsDir() {
			continue
		}
		if r.Has("/" + d.Name()) {
			logging.Infof("repo", "/%s is there already and stays as it is", d.Name())
			continue
		}
		files, err := fs.Sub(root.FS(), d.Name())
		if err != nil {
			return err
		}
		if err := r.Seed("/"+d.Name(), files, "", ""); err != nil {
			return fmt.Errorf("%s: %w", path.Join(dir, d.Name()), err)
		}
	}
	return nil
}

// Seed makes a codebase of a file system and commits it, unless there is one of
// that name. An entry of "" is found as Fill does. Of a codebase with a base only
// the files that differ from those of the base are its own.
func (r *Repo) Seed(name string, files fs.FS, main, base string) error {
	if r.Has(name) {
		return nil
	}
	contents, err := r.readFiles(files)
	if err != nil {
		return err
	}
	return r.update(func(w *work) error {
		if err := w.create(name, CreateOptions{Version: seedVersion, Base: base}); err != nil {
			return err
		}
		e, err := w.entry(name)
		if err != nil {
			return err
		}
		if main == "" {
			main = guessMain(contents, e.Main)
		}
		if err := w.setMain(name, main, ""); err != nil {
			return err
		}
		if err := w.importFiles(name, contents); err != nil {
			return err
		}
		_, err = w.commit(name, CommitOptions{Message: seedMessage, hashed: true})
		return err
	})
}

// guessMain returns the usual entry when it is there, else the only script at the
// top, else the usual one.
func guessMain(contents map[string][]byte, usual string) string {
	if _, ok := contents[usual]; ok {
		return usual
	}
	var scripts []string
	for p := range contents {
		if path.Dir(p) == "/" && slices.Contains([]string{".js", ".mjs", ".ts"}, path.Ext(p)) {
			scripts = append(scripts, p)
		}
	}
	if len(scripts) == 1 {
		return scripts[0]
	}
	return usual
}

// readFiles reads a file system. Hidden files and folders are left out, as are
// things that are neither files nor folders.
func (r *Repo) readFiles(files fs.FS) (map[string][]byte, error) {
	b := batch{limits: r.limits, contents: map[string][]byte{}}
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		info, err := fs.Stat(files, p) // of what a link leads to
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		f, err := files.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
		return b.read("/"+p, f)
	})
	return b.contents, err
}

// importFiles makes the own files of a codebase those of a batch, in the edit area.
// Files that a base has with the same content do not become own ones.
func (w *work) importFiles(name string, contents map[string][]byte) error {
	e, err := w.entry(name)
	if err != nil {
		return err
	}
	inherited, err := w.inherited(e)
	if err != nil {
		return err
	}
	wanted := map[string]file{}
	for path, content := range contents {
		f := w.add(content)
		if old, ok := inherited[path]; !ok || old.hash != f.hash {
			wanted[path] = f
		}
	}
	if err := w.replaceFiles(name, e, wanted); err != nil {
		return err
	}
	return w.checkFiles(name, e, sorted(contents)...)
}
