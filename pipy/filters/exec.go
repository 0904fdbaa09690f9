package filters

import (
	"errors"
	"fmt"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// stderrLimit is how much of the error output onExit gets, in bytes.
const stderrLimit = 1 << 20

type execOptions struct {
	command any // a string, an array, or a function that returns one
	env     any // an object, or a function that returns one
	stderr  bool
	onStart spec.Func
	onExit  spec.Func
}

var _ = declare(Decl[execOptions]{
	Name: "exec",
	Doc: `runs a program

It is started at the first event. Data goes to its standard input, which ends
with the stream; its standard output comes out as Data. When it has exited and
its output has ended, StreamEnd comes out. When the pipeline is gone before, the
program gets SIGTERM. Its error output goes to that of this process, unless
options say otherwise.

A command that is a string is split at blanks; quotes keep blanks together. No
shell is involved.`,
	In: Bytes, Out: Bytes,
	Params: func(p *spec.Params, o *execOptions) {
		spec.Need(p, &o.command, "command", "The program and its arguments.")
		typedOption(p, wantsCommand, "string | string[] | (() => string | string[])")
		spec.Opt(p, &o.env, "env", nil, "An object that replaces the environment, or a function that returns one.")
		spec.Opt(p, &o.stderr, "stderr", false, "Whether the error output comes out as Data too.")
		spec.Opt(p, &o.onStart, "onStart", nil, "Called with the process id when the program runs.")
		spec.Opt(p, &o.onExit, "onExit", nil, "Called with the exit code and up to 1 MB of the error output as a Data; events that it returns come out before StreamEnd.")
	},
	Build: func(o *execOptions) (pipeline.New, error) {
		if _, ok := o.command.(spec.Func); !ok {
			if _, err := commandOf(o.command); err != nil {
				return nil, err
			}
		}
		return func(s *pipeline.Stage) pipeline.Filter { return &execFilter{Stage: s, opt: o} }, nil
	},
})

const wantsCommand = "a string, an array of strings, or a function that returns one"

type execFilter struct {
	*pipeline.Stage
	opt     *execOptions
	process *process
	stderr  *event.Data
	over    bool // StreamEnd came out
}

func (f *execFilter) Process(evt event.Event) {
	if f.process == nil {
		if err := f.start(); err != nil {
			f.Fail(err)
			return
		}
	}
	switch evt := evt.(type) {
	case *event.Data:
		f.process.stdin.write(evt)
	case *event.StreamEnd:
		f.process.stdin.end()
	}
}

func (f *execFilter) start() error {
	argv, err := f.command()
	if err != nil {
		return err
	}
	env, err := f.environment()
	if err != nil {
		return err
	}
	f.stderr = &event.Data{}
	f.process = &process{
		loop:     f.Loop(),
		collect:  f.opt.stderr || f.opt.onExit != nil,
		onStart:  f.started,
		onStdout: func(d *event.Data) { f.Output(d) },
		onStderr: f.errorOutput,
		onExit:   f.exited,
	}
	f.process.start(argv, env)
	return nil
}

func (f *execFilter) command() ([]string, error) {
	v := f.opt.command
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(f.Context()); err != nil {
			return nil, err
		}
	}
	return commandOf(v)
}

// commandOf returns a program and its arguments.
func commandOf(v any) ([]string, error) {
	var argv []string
	switch v := v.(type) {
	case string:
		argv = words(v)
	case event.Object:
		items, ok := v.Elements()
		if !ok {
			return nil, &spec.Mismatch{Wants: wantsCommand, Got: spec.Show(v)}
		}
		for _, item := range items {
			argv = append(argv, httphead.Text(item))
		}
	default:
		return nil, &spec.Mismatch{Wants: wantsCommand, Got: spec.Show(v)}
	}
	if len(argv) == 0 || argv[0] == "" {
		return nil, errors.New("command is empty")
	}
	return argv, nil
}

// words splits a string at blanks that are not within quotes.
func words(s string) []string {
	var list []string
	var word []byte
	inside := false // a word
	quote := byte(0)
	for _, c := range []byte(s) {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inside = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if inside {
				list = append(list, string(word))
			}
			word, inside = word[:0], false
		default:
			word, inside = append(word, c), true
		}
	}
	if inside {
		list = append(list, string(word))
	}
	return list
}

// environment returns the environment of the program; nil for our own.
func (f *execFilter) environment() ([]string, error) {
	v := f.opt.env
	if fn, ok := v.(spec.Func); ok {
		var err error
		if v, err = fn.Call(f.Context()); err != nil {
			return nil, err
		}
	}
	if v == nil {
		return nil, nil
	}
	o, ok := v.(event.Object)
	if !ok {
		return nil, fmt.Errorf("options.env: %w", &spec.Mismatch{Wants: "an object", Got: spec.Show(v)})
	}
	var env []string
	for _, name := range o.Keys() {
		env = append(env, name+"="+httphead.Text(o.Get(name)))
	}
	return env, nil
}

func (f *execFilter) started(pid int, err error) {
	if err != nil {
		f.Fail(fmt.Errorf("unable to exec: %w", err))
		return
	}
	if f.opt.onStart == nil {
		return
	}
	if _, err := f.opt.onStart.Call(f.Context(), number(pid)); err != nil {
		f.Fail(err)
	}
}

// errorOutput takes what came from the standard error output.
func (f *execFilter) errorOutput(d *event.Data) {
	if f.opt.onExit != nil {
		kept := d.Clone()
		f.stderr.Push(kept.Shift(stderrLimit - f.stderr.Len()))
	}
	if f.opt.stderr {
		f.Output(d)
	}
}

func (f *execFilter) exited(code int) {
	ctx := f.Context()
	if f.opt.onExit == nil {
		f.end(nil, nil)
	} else if v, err := f.opt.onExit.Call(ctx, float64(code), f.stderr); err != nil {
		f.end(nil, err)
	} else if p, ok := v.(spec.Promise); ok {
		await(f.Stage, p, f.end)
	} else {
		f.end(v, nil)
	}
	ctx.Notify()
}

// end puts out what onExit returned, and StreamEnd if that was not among it.
func (f *execFilter) end(v any, err error) {
	if err == nil && isEvents(v) {
		err = emit(v, f.emit)
	}
	if err != nil {
		f.Fail(err)
		return
	}
	f.emit(event.EndStream)
}

func (f *execFilter) emit(evt event.Event) {
	if f.over {
		return
	}
	_, f.over = evt.(*event.StreamEnd)
	f.Output(evt)
}

// Close ends the program.
func (f *execFilter) Close() {
	if f.process != nil {
		f.process.kill()
	}
}

// Reset makes the filter ready for another stream.
func (f *execFilter) Reset() {
	f.process, f.stderr, f.over = nil, nil, false
}
