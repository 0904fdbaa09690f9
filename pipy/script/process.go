package script

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strings"
	"time"

	"pipy/pipy/api"
	"pipy/pipy/event"
	"pipy/pipy/filters"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// Process is what scripts can learn about the process they run in. The command
// line fills it in before the first program is loaded.
var Process = struct {
	Tag, Commit, Date string // of the build
	Name              string // of the instance, "" when it has none
	UUID              string // of the instance, a random one by default
	Source            string // what the program was told to run
}{Tag: "development", UUID: randomUUID()}

// started is when the process began, as far as scripts are concerned.
var started = time.Now()

// randomUUID returns a UUID of version 4 (RFC 9562, 5.4).
func randomUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

var _ = processFunctions()

func processFunctions() struct{} {
	c := pipyClass
	text := func(name string, get func() string) {
		c.Consts[name] = api.Lazy(func(spec.Engine) any { return get() })
	}
	text("name", func() string { return Process.Name })
	text("uuid", func() string { return Process.UUID })
	text("source", func() string { return Process.Source })
	c.Consts["since"] = float64(started.UnixMilli())
	c.Consts["version"] = api.Lazy(func(e spec.Engine) any {
		return e.NewObject([]string{"tag", "commit", "date"}, []any{Process.Tag, Process.Commit, Process.Date})
	})
	now := func(*spec.Method) func(*spec.Call) (any, error) {
		return func(*spec.Call) (any, error) { return time.Since(started).Seconds() * 1e3, nil }
	}
	c.Function("now", "number", "Returns the milliseconds since the process began, with fractions.", now)
	performance := spec.NewNamespace("pipy.performance", "A clock for measuring.")
	performance.Consts["timeOrigin"] = float64(started.UnixMicro()) / 1e3
	performance.Function("now", "number", "Returns the milliseconds since timeOrigin, with fractions.", now)
	c.Function("exec", "Data", "Runs a program and returns what it wrote to its standard output. The worker does nothing else meanwhile; see the filter exec for programs that take their time. It throws when the program cannot be run.", execFunction)
	c.Function("watch", "Promise<string[]>", "Waits for a change of a file of the codebase, or, if the path ends with a slash, of any file below a folder. The promise gets the names of what changed, appeared or went away, once.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", "A path in the codebase.")
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			return programOf(c).watch(n), nil
		}
	})
	return struct{}{}
}

func execFunction(m *spec.Method) func(*spec.Call) (any, error) {
	command := spec.In[any](m, "command", "The program and its arguments: a string, which is split at blanks outside of quotes, or an array. No shell is involved.")
	m.Fields[0].Type = "string | string[]"
	env := spec.Member[event.Object](m, "env", nil, "The environment of the program; our own when it is empty.")
	stdin := spec.Member[any](m, "stdin", nil, "What the program reads from its standard input.")
	m.Fields[2].Type = "string | Data"
	mixed := spec.Member(m, "stderr", false, "Adds what the program writes to its standard error output to the result.")
	limit := spec.Member[time.Duration](m, "timeout", 0, "How long the program may take before it is killed, and the call throws. 0 waits forever.")
	onExit := spec.Member[spec.Func](m, "onExit", nil, "Called with the exit status, and a Data of what was written to the standard error output unless that is in the result, before the call returns. A program that was ended by a signal has 128 and the number of the signal.")
	m.Fields[5].Type = "(code: number, stderr?: Data) => void"
	return func(c *spec.Call) (any, error) {
		v, _ := command.Of(c)
		argv, err := filters.Command(v)
		if wrong := (*spec.Mismatch)(nil); errors.As(err, &wrong) {
			err = &spec.Mismatch{Wants: "a string or an array of strings", Got: wrong.Got}
		}
		if err != nil {
			return nil, fmt.Errorf("command: %w", err)
		}
		var o execution
		if o.stderr, err = mixed.Of(c); err != nil {
			return nil, err
		}
		variables, err := env.Of(c)
		if err != nil {
			return nil, err
		}
		if v, err = stdin.Of(c); err != nil {
			return nil, err
		}
		input, err := bodyOf(v)
		if err != nil {
			return nil, fmt.Errorf("options.stdin: %w", errors.Unwrap(err))
		}
		if input != nil {
			o.input = input.Bytes()
		}
		if o.timeout, err = limit.Of(c); err != nil {
			return nil, err
		}
		exited, err := onExit.Of(c)
		if err != nil {
			return nil, err
		}
		o.env = filters.Environment(variables)
		if err := o.run(argv); err != nil {
			return nil, err
		}
		if exited != nil {
			args := []any{float64(o.code)}
			if !o.stderr {
				args = append(args, event.NewData(o.errors.Bytes()))
			}
			if _, err := exited.Call(nil, args...); err != nil {
				return nil, err
			}
		}
		return event.NewData(o.output.Bytes()), nil
	}
}

// execution is one run of a program.
type execution struct {
	env     []string
	input   []byte
	stderr  bool
	timeout time.Duration

	output, errors bytes.Buffer
	code           int
}

// run runs the program to its end.
func (o *execution) run(argv []string) error {
	ctx, cancel := context.Background(), context.CancelFunc(func() {})
	if o.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
	}
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = o.env
	cmd.WaitDelay = time.Second // for those who inherited the output
	cmd.Stdin = bytes.NewReader(o.input)
	cmd.Stdout, cmd.Stderr = &o.output, &o.errors
	if o.stderr {
		cmd.Stderr = &o.output
	}
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("%s: want an end within %v, got none", argv[0], o.timeout)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		o.code = exitCode(exit)
		return nil
	}
	return err
}

// watchInterval is how often files that are watched are looked at.
const watchInterval = time.Second

// watch waits for a change of the files that a path stands for.
func (p *Program) watch(name string) spec.Raw {
	promise, settle := p.e.NewPromise()
	w := p.newWatch(name)
	w.Start(func(names []any) {
		w.Stop()
		settle(names, nil)
	})
	return promise
}

// Watch looks for changes of a file or a folder of the codebase.
type Watch struct {
	Layout *pipeline.Layout // runs for changes; nil when a promise waits for one

	prog    *Program
	root    string
	folder  bool
	before  map[string]fileState
	changed func(names []any)
	timer   loop.Timer
}

// newWatch returns a watch that finds what has changed since now.
func (p *Program) newWatch(name string) *Watch {
	root := strings.TrimPrefix(path.Clean("/"+name), "/")
	if root == "" {
		root = "."
	}
	w := &Watch{prog: p, root: root, folder: strings.HasSuffix(name, "/")}
	w.before = w.look()
	return w
}

// Start calls changed with the names of what has changed, appeared or gone away,
// whenever there is something, until Stop or the end of the program.
func (w *Watch) Start(changed func(names []any)) {
	w.changed = changed
	w.prog.e.loop.Arm(&w.timer, watchInterval, w)
}

// Stop ends the watch. What changes until another Start is found after that.
func (w *Watch) Stop() {
	w.changed = nil
	w.timer.Stop()
}

// fileState tells versions of a file from each other.
type fileState struct {
	size     int64
	modified time.Time
}

// Run looks whether something changed. A program that was replaced looks no
// more.
func (w *Watch) Run() {
	if w.changed == nil || w.prog.layouts.Stopping() {
		return
	}
	now := w.look()
	var changed []any
	for _, name := range w.names(now) {
		if before, ok := w.before[name]; !ok || before != now[name] {
			changed = append(changed, name)
		}
	}
	for _, name := range w.names(w.before) {
		if _, ok := now[name]; !ok {
			changed = append(changed, name)
		}
	}
	w.before = now
	w.prog.e.loop.Arm(&w.timer, watchInterval, w)
	if len(changed) > 0 {
		w.changed(changed)
	}
}

// names returns the names of files in their order, as scripts write them.
func (w *Watch) names(files map[string]fileState) []string {
	list := make([]string, 0, len(files))
	for name := range files {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// look returns the files that there are.
func (w *Watch) look() map[string]fileState {
	files := map[string]fileState{}
	if !w.folder {
		if info, err := fs.Stat(w.prog.e.files, w.root); err == nil {
			files["/"+w.root] = fileState{info.Size(), info.ModTime()}
		}
		return files
	}
	_ = fs.WalkDir(w.prog.e.files, w.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			files["/"+name] = fileState{info.Size(), info.ModTime()}
		}
		return nil
	})
	return files
}
