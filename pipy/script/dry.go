package script

import (
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/dop251/goja"

	"pipy/pipy/event"
	"pipy/pipy/loop"
	"pipy/pipy/spec"
)

// Check loads a codebase to find out what is wrong with it, in an engine and on a
// loop of its own that open and change nothing: functions that write files, run
// programs or log do nothing, and nothing connects. A script that takes longer
// than limit is stopped. It returns all errors that it finds, those with a place
// as *Error, and nil when the codebase is good. It is called on any goroutine.
func Check(code *Code, args []string, values func(key any) any, limit time.Duration) []error {
	l := loop.NewManual(time.Now())
	p := New(l, code, Host{Threads: 1, Args: args, Value: values})
	p.e.still()
	stop := time.AfterFunc(limit, func() { p.Interrupt(limit) })
	defer stop.Stop()
	err := p.evaluate()
	if none := (*NoProgram)(nil); errors.As(err, &none) {
		return []error{&Error{Kind: "Error", Message: err.Error(), Pos: Position{File: code.Entry, Line: 1, Column: 1}}}
	}
	if err != nil {
		return []error{placed(err)}
	}
	var errs []error
	for _, err := range append(p.missing(), p.checkRecursion()) {
		if err != nil {
			errs = append(errs, placed(err))
		}
	}
	return errs
}

// CheckSyntax returns an *Error when a file of the codebase is not a script.
func CheckSyntax(code *Code, name string) error {
	source, err := code.read(clean(name))
	if err != nil {
		return err
	}
	if err := checkDepth(clean(name), source); err != nil {
		return err
	}
	_, err = compile(clean(name), source, func(string) bool { return true })
	return err
}

// Positions that errors have in their text.
var (
	positionBefore = regexp.MustCompile(`^(?:\[\w+\] )?([^\s:()]+:\d+:\d+): `)
	positionAfter  = regexp.MustCompile(` \(([^\s:()]+:\d+:\d+)\)$`)
	topicBefore    = regexp.MustCompile(`^\[\w+\] `)
)

// placed makes an *Error of one that has its position only in the text.
func placed(err error) error {
	if failed := (*Error)(nil); errors.As(err, &failed) {
		return failed
	}
	e := &Error{Kind: "Error", Message: err.Error()}
	if m := positionBefore.FindStringSubmatchIndex(e.Message); m != nil {
		e.Pos = parsePosition(e.Message[m[2]:m[3]])
		e.Message = e.Message[m[1]:]
	} else if m := positionAfter.FindStringSubmatchIndex(e.Message); m != nil {
		e.Pos = parsePosition(e.Message[m[2]:m[3]])
		e.Message = e.Message[:m[0]]
	}
	e.Message = topicBefore.ReplaceAllString(e.Message, "")
	return e
}

// stilled are the functions that a check leaves undone, by their object, and what
// they return instead.
var stilled = map[string]map[string]any{
	"": {"print": nil, "println": nil},
	"os": {
		"write": true, "writeFile": true, "rename": nil, "unlink": true,
		"mkdir": nil, "rmdir": nil, "rm": nil, "kill": nil,
	},
	"pipy":    {"exec": &event.Data{}},
	"console": {"log": nil, "info": nil, "warn": nil, "error": nil, "debug": nil, "dir": nil, "trace": nil},
}

// stilledMethods are those of loggers, which return the logger.
var stilledMethods = []string{"toStdout", "toStderr", "toSyslog", "toFile", "toHTTP", "log"}

// still makes the functions that have an effect outside of the engine do
// nothing.
func (e *Engine) still() {
	for name, functions := range stilled {
		o := e.rt.GlobalObject()
		if name != "" {
			o = e.namespace(name)
		}
		for function, result := range functions {
			if o.Get(function) == nil {
				continue
			}
			_ = o.DefineDataProperty(function, e.rt.ToValue(func(goja.FunctionCall) goja.Value {
				if result == nil {
					return goja.Undefined()
				}
				return e.wrap(result)
			}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		}
	}
	for _, b := range e.classes {
		isLogger := slices.ContainsFunc(b.class.Methods, func(m *spec.Method) bool { return m.Name == "toFile" })
		if !isLogger {
			continue
		}
		for _, name := range stilledMethods {
			_ = b.proto.DefineDataProperty(name, e.rt.ToValue(func(call goja.FunctionCall) goja.Value {
				return call.This
			}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		}
	}
}
