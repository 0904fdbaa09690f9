package api

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/spec"
)

func init() {
	ns := spec.NewNamespace("os", "Files, environment and processes of the operating system.")
	ns.Consts["platform"] = runtime.GOOS
	ns.Consts["env"] = Lazy(environment)

	onPath(ns, "readFile", "Data | null", "Returns the content of a file; null, and a line in the log, when it cannot be read.", func(_ *spec.Call, path string) (any, error) {
		b, err := os.ReadFile(path)
		if err != nil {
			logging.Errorf(logging.Plain, "os.readFile: cannot open file: %s", path)
			return Null, nil
		}
		return event.NewData(b), nil
	})
	onPath(ns, "read", "Data", "Returns the content of a file. It throws when the file cannot be read.", func(_ *spec.Call, path string) (any, error) {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("cannot open file: %s: %w", path, cause(err))
		}
		return event.NewData(b), nil
	})
	for _, name := range []string{"writeFile", "write"} {
		ns.Function(name, "boolean", "Writes a file in place of an earlier one. It returns false, after a line in the log, when that is not possible.", func(m *spec.Method) func(*spec.Call) (any, error) {
			path := spec.In[string](m, "path", docPath)
			content := spec.In[any](m, "content", "The bytes.")
			described(m, "string | Data")
			return func(c *spec.Call) (any, error) {
				p, err := path.Of(c)
				if err != nil {
					return nil, err
				}
				v, _ := content.Of(c)
				if v == nil { // no reason to empty the file that is there
					return nil, wrong("content", "a string or a Data", nil)
				}
				d, err := newData(v, "utf8")
				if err != nil {
					return nil, fmt.Errorf("content: %w", err)
				}
				defer d.Release()
				if err := os.WriteFile(p, d.Bytes(), 0o666); err != nil {
					logging.Errorf(logging.Plain, "os.%s: cannot open file for writing: %s", name, p)
					return false, nil
				}
				return true, nil
			}
		})
	}
	for _, name := range []string{"list", "readDir"} {
		onPath(ns, name, "string[]", "Returns the names of what is in a directory, those of directories with a slash at the end. It is empty when there is no such directory.", func(c *spec.Call, path string) (any, error) {
			return c.Engine.NewArray(list(path)), nil
		})
	}
	onPath(ns, "stat", "Stats | null", "Returns what is known about a file, following symbolic links; null when there is none.", func(_ *spec.Call, path string) (any, error) {
		s, err := statFile(path)
		if err != nil {
			return Null, nil
		}
		return s, nil
	})
	declareChanges(ns)
	declareProcess(ns)
}

const docPath = "A path of the file system; it may be relative to the current directory."

// onPath declares a function of a path.
func onPath(ns *spec.Class, name, returns, doc string, call func(c *spec.Call, path string) (any, error)) {
	ns.Function(name, returns, doc, func(m *spec.Method) func(*spec.Call) (any, error) {
		path := spec.In[string](m, "path", docPath)
		return func(c *spec.Call) (any, error) {
			p, err := path.Of(c)
			if err != nil {
				return nil, err
			}
			return call(c, p)
		}
	})
}

func environment(e spec.Engine) any {
	var names []string
	var values []any
	for _, entry := range os.Environ() {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			names = append(names, name)
			values = append(values, value)
		}
	}
	return e.NewObject(names, values)
}

func list(path string) []any {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil
	}
	names := make([]any, len(entries))
	for i, e := range entries {
		name := e.Name()
		if info, err := os.Stat(filepath.Join(path, name)); err == nil && info.IsDir() {
			name += "/"
		}
		names[i] = name
	}
	return names
}

// declareChanges declares what changes directories.
func declareChanges(ns *spec.Class) {
	ns.Function("rename", "void", "Renames a file or a directory. It throws when that is not possible.", func(m *spec.Method) func(*spec.Call) (any, error) {
		from := spec.In[string](m, "from", docPath)
		to := spec.In[string](m, "to", "The new path.")
		return func(c *spec.Call) (any, error) {
			a, err := from.Of(c)
			if err != nil {
				return nil, err
			}
			b, err := to.Of(c)
			if err != nil {
				return nil, err
			}
			if err := os.Rename(a, b); err != nil {
				return nil, fmt.Errorf("cannot rename file: %s -> %s: %w", a, b, cause(err))
			}
			return nil, nil
		}
	})
	onPath(ns, "unlink", "boolean", "Deletes a file. Tells whether it was there and is gone.", func(_ *spec.Call, path string) (any, error) {
		info, err := os.Lstat(path)
		return err == nil && !info.IsDir() && os.Remove(path) == nil, nil
	})
	change := func(name, doc, problem string, options []string, change func(path string, recursive bool) error) {
		ns.Function(name, "void", doc+" It throws when that is not possible.", func(m *spec.Method) func(*spec.Call) (any, error) {
			path := spec.In[string](m, "path", docPath)
			recursive := spec.Member(m, "recursive", false, options[0])
			force := recursive
			if len(options) > 1 {
				force = spec.Member(m, "force", false, options[1])
			}
			return func(c *spec.Call) (any, error) {
				p, err := path.Of(c)
				if err != nil {
					return nil, err
				}
				deep, err := recursive.Of(c)
				if err != nil {
					return nil, err
				}
				quiet, err := force.Of(c)
				if err != nil {
					return nil, err
				}
				err = change(p, deep)
				if err == nil || len(options) > 1 && quiet && os.IsNotExist(err) {
					return nil, nil
				}
				return nil, fmt.Errorf("%s: %s: %w", problem, p, cause(err))
			}
		})
	}
	const docRecursive, docForce = "Delete what is in it, too.", "Do not complain when there is nothing to delete."
	change("mkdir", "Makes a directory.", "cannot create directory", []string{"Make the directories above it, too; then it may be there already."}, func(path string, recursive bool) error {
		if recursive {
			return os.MkdirAll(path, 0o777)
		}
		return os.Mkdir(path, 0o777)
	})
	change("rmdir", "Deletes a directory.", "cannot delete directory", []string{docRecursive, docForce}, func(path string, recursive bool) error {
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("not a directory")
		}
		return remove(path, recursive)
	})
	change("rm", "Deletes a file, or a directory if recursive.", "cannot delete file", []string{docRecursive, docForce}, func(path string, recursive bool) error {
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if info.IsDir() && !recursive {
			return fmt.Errorf("is a directory")
		}
		return remove(path, recursive)
	})
}

func remove(path string, recursive bool) error {
	if recursive {
		return os.RemoveAll(path)
	}
	return os.Remove(path)
}

// cause returns the reason of an error without the path, which its message has
// already.
func cause(err error) error {
	switch e := err.(type) {
	case *os.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}
