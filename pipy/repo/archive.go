package repo

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// ExportOptions are options of Repo.Export.
type ExportOptions struct {
	// Version picks a commit by its version. "" takes the files as they are in the
	// edit area.
	Version string
}

// Export writes all files of a codebase, inherited ones too, as a tar archive. The
// entry script is the one that may be executed, so the archive can be unpacked,
// packed and imported without losing it. The error wraps ErrNotFound or
// ErrNoVersion when nothing was written.
func (r *Repo) Export(name string, o ExportOptions, to io.Writer) error {
	var main string
	var when time.Time
	contents := map[string][]byte{}
	err := r.view(func(w *work) error {
		e, err := w.entry(name)
		if err != nil {
			return err
		}
		p, err := w.plan(name, e)
		if err != nil {
			return err
		}
		main = e.Main
		if o.Version != "" {
			c, err := w.findVersion(name, o.Version)
			if err != nil {
				return err
			}
			t, err := w.storedTree(name, c.ID)
			if err != nil {
				return err
			}
			p.after, main, when = t.files, t.main, c.Time
		}
		for file, f := range p.after {
			if contents[file], err = w.content(f.hash); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeTar(to, contents, main, when)
}

func writeTar(to io.Writer, contents map[string][]byte, main string, when time.Time) error {
	w := tar.NewWriter(to)
	for _, file := range sorted(contents) {
		mode := int64(0o644)
		if file == main {
			mode = 0o755
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: strings.TrimPrefix(file, "/"), Mode: mode,
			Size: int64(len(contents[file])), ModTime: when}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := w.Write(contents[file]); err != nil {
			return err
		}
	}
	return w.Close()
}

// ImportOptions are options of Repo.Import.
type ImportOptions struct {
	// Main is the entry script. "" takes the one file of the archive that may be
	// executed, or else what the codebase has.
	Main string
	// Discard drops what is in the edit area. Without it an import is refused with
	// ErrUncommitted while there is something.
	Discard bool
}

// Import makes the own files of a codebase those of a tar archive, which may be
// compressed with gzip, in the edit area; files that are not in the archive are
// erased. A codebase that does not exist is created. Nothing happens when the
// archive is bad: an entry that is neither a file nor a folder, or whose name leads
// elsewhere, is refused. The error wraps ErrArchive, ErrName, ErrUncommitted or
// ErrTooLarge.
func (r *Repo) Import(name string, from io.Reader, o ImportOptions) error {
	contents, main, err := r.readTar(from)
	if err != nil {
		return err
	}
	if o.Main != "" {
		main = o.Main
	}
	return r.update(func(w *work) error {
		if r.Has(name) {
			edits, err := w.edits(name)
			if err != nil {
				return err
			}
			if len(edits) > 0 && !o.Discard {
				return fmt.Errorf("%w: %d files of %s", ErrUncommitted, len(edits), name)
			}
		} else {
			if err := w.create(name, CreateOptions{}); err != nil {
				return err
			}
			if main == "" {
				main = guessMain(contents, defaultMain)
			}
		}
		if err := w.setMain(name, main, ""); err != nil {
			return err
		}
		return w.importFiles(name, contents)
	})
}

// readTar reads an archive and returns the files and the one that may be executed,
// "" when there is none or more than one.
func (r *Repo) readTar(from io.Reader) (contents map[string][]byte, main string, err error) {
	buffered := bufio.NewReader(from)
	from = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) { // RFC 1952, 2.3.1
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrArchive, err)
		}
		from = z
	}
	archive := tar.NewReader(&limited{from, archiveSize(r.limits)})
	b := batch{limits: r.limits, contents: map[string][]byte{}}
	executable := map[string]bool{}
	for {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, "", archiveError(err)
		}
		switch h.Typeflag {
		case tar.TypeReg:
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		default:
			return nil, "", fmt.Errorf("%w: %q: want files and folders, got an entry of type %q",
				ErrArchive, shorten(h.Name), h.Typeflag)
		}
		file, err := archivePath(h.Name)
		if err != nil {
			return nil, "", err
		}
		if err := b.read(file, archive); err != nil {
			return nil, "", archiveError(err)
		}
		delete(executable, file)
		if h.Mode&0o100 != 0 {
			executable[file] = true
		}
	}
	if len(b.contents) == 0 {
		return nil, "", fmt.Errorf("%w: want at least one file", ErrArchive)
	}
	if len(executable) == 1 {
		main = sorted(executable)[0]
	}
	return b.contents, main, nil
}

// archivePath returns the path of an entry in the codebase: "./a", "a" and "/a" are
// the same, but nothing else is tidied up.
func archivePath(name string) (string, error) {
	file := "/" + strings.TrimPrefix(strings.TrimPrefix(name, "./"), "/")
	if path.Clean(file) != file {
		return "", fmt.Errorf("%w: %w: entry %q", ErrArchive, ErrName, shorten(name))
	}
	return file, checkFile(file)
}

// archiveError makes what a reader of archives says an error of the archive.
func archiveError(err error) error {
	if errors.Is(err, ErrName) || errors.Is(err, ErrTooLarge) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrArchive, err)
}

// archiveSize is how many bytes an archive may have, unpacked: the files and a
// little for each.
func archiveSize(l limits) int64 { return l.size + int64(l.files)*4096 }

// limited is an io.LimitedReader that says so when the limit is passed.
type limited struct {
	from io.Reader
	left int64
}

// Read reads as long as something is left.
func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("%w: the archive is too long when unpacked", ErrTooLarge)
	}
	n, err := l.from.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
