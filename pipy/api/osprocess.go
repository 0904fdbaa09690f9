package api

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"pipy/pipy/spec"
)

// declareProcess declares what is about processes and where they run.
func declareProcess(ns *spec.Class) {
	ns.Function("home", "string", "Returns the user's home directory.", func(*spec.Method) func(*spec.Call) (any, error) {
		return func(*spec.Call) (any, error) {
			dir, err := os.UserHomeDir()
			return dir, err
		}
	})
	onPath(ns, "chdir", "void", "Changes the current directory of the process. It throws when that is not possible.", func(_ *spec.Call, path string) (any, error) {
		return nil, os.Chdir(path)
	})
	onPath(ns, "abspath", "string", "Returns the absolute form of a path.", func(_ *spec.Call, path string) (any, error) {
		p, err := filepath.Abs(path)
		return p, err
	})
	ns.Function("kill", "boolean", "Sends a signal to a process. Tells whether that was possible.", func(m *spec.Method) func(*spec.Call) (any, error) {
		pid := spec.In[int](m, "pid", "The number of the process.")
		sig := spec.InOpt[any](m, "signal", 0.0, `The number of the signal or its name, such as "SIGTERM"; 0 only looks whether the process can be reached.`)
		described(m, "number | string")
		return func(c *spec.Call) (any, error) {
			p, err := pid.Of(c)
			if err != nil {
				return nil, err
			}
			v, _ := sig.Of(c)
			n, err := signalOf(v)
			if err != nil {
				return nil, err
			}
			return unix.Kill(p, n) == nil, nil
		}
	})
}

func signalOf(v any) (unix.Signal, error) {
	switch v := v.(type) {
	case float64:
		return unix.Signal(v), nil
	case string:
		name := strings.ToUpper(v)
		if !strings.HasPrefix(name, "SIG") {
			name = "SIG" + name
		}
		if n := unix.SignalNum(name); n != 0 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("signal: %w", &spec.Mismatch{Wants: `a number or a name like "SIGTERM"`, Got: spec.Show(v)})
}
