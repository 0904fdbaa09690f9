package script

import (
	"fmt"
	"slices"
	"time"

	"github.com/dop251/goja"

	"pipy/pipy/filters"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// The class of what `pipy()` returns. Its filters are declared in package
// filters; here is what describes ports, tasks and named pipelines.
var configClass = spec.NewClass[*config]("Configuration",
	`A description of pipelines, which the calls in a chain build up. Every method returns the same object.`)

// method declares a structural method.
func method(name, doc string, declare func(m *spec.Method) func(c *config, call *spec.Call) error) struct{} {
	configClass.Method(name, "Configuration", doc, func(m *spec.Method) func(*config, *spec.Call) (any, error) {
		f := declare(m)
		return func(c *config, call *spec.Call) (any, error) { return c, f(c, call) }
	})
	return struct{}{}
}

var _ = method("export", `Declares variables of this module that other modules can import.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		namespace := spec.In[string](m, "namespace", "The name under which others import the variables.")
		variables := spec.In[spec.Raw](m, "variables", "Names and initial values.")
		return func(c *config, call *spec.Call) error {
			space, err := namespace.Of(call)
			if err != nil {
				return err
			}
			raw, _ := variables.Of(call)
			o, ok := raw.Value.(*goja.Object)
			if !ok {
				return fmt.Errorf("variable list cannot be null")
			}
			return c.m.export(space, o)
		}
	})

var _ = method("import", `Makes variables that other modules export usable under their names.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		variables := spec.In[spec.Raw](m, "variables", "For each variable the namespace that exports it; to use another name here, an object { namespace, name }.")
		return func(c *config, call *spec.Call) error {
			raw, _ := variables.Of(call)
			o, ok := raw.Value.(*goja.Object)
			if !ok {
				return fmt.Errorf("variable list cannot be null")
			}
			pos := call.Engine.Where()
			for _, name := range o.Keys() {
				if name == "" {
					return fmt.Errorf("variable name cannot be empty")
				}
				i := imported{name: name, original: name, pos: pos}
				switch v := c.m.prog.e.export(o.Get(name)).(type) {
				case string:
					i.namespace = v
				case object:
					i.namespace, _ = v.Get("namespace").(string)
					if original, ok := v.Get("name").(string); ok {
						i.original = original
					}
				default:
					return fmt.Errorf("namespace expected for import: %s", name)
				}
				if i.namespace == "" {
					return fmt.Errorf("namespace cannot be empty")
				}
				c.m.imports = append(c.m.imports, i)
			}
			return nil
		}
	})

var _ = method("listen", `Opens a port; the pipeline that follows runs once for each connection.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		address := spec.In[spec.Raw](m, "address", "A port on all IPv4 addresses, 'ip:port', '[ipv6]:port' or 'unix:/path'; port 0 and null listen on nothing. A ListenerArray has several ports, and their options.")
		protocol := listenProtocol(m)
		options := listenOptions(m)
		return func(c *config, call *spec.Call) error {
			raw, err := address.Of(call)
			if err != nil {
				return err
			}
			l := &Listen{Pos: call.Engine.Where(), Layout: c.newLayout("")}
			if l.Options, err = options(call); err != nil {
				return err
			}
			if err := c.begin(l.Layout); err != nil {
				return err
			}
			if raw.Value == goja.Null() {
				return nil
			}
			v, _ := raw.Value.(goja.Value)
			target := c.m.prog.e.export(v)
			if ports, ok := target.(*listenerArray); ok {
				return ports.listen(l.Layout)
			}
			if l.Address, err = listenAddress(target); err != nil {
				return err
			}
			if l.Address.Port == 0 && l.Address.Path == "" {
				return nil
			}
			if err := protocol(call, &l.Address); err != nil {
				return err
			}
			l.Layout.Name = listenTitle(l.Address)
			c.m.prog.addListen(l)
			return nil
		}
	})

// addListen adds a port; the last one on an address wins. One without a layout
// takes the port back.
func (p *Program) addListen(l *Listen) {
	i := slices.IndexFunc(p.Listens, l.same)
	switch {
	case l.Layout == nil && i >= 0:
		p.Listens = slices.Delete(p.Listens, i, i+1)
	case l.Layout == nil:
	case i >= 0:
		p.Listens[i] = l
	default:
		p.Listens = append(p.Listens, l)
	}
}

func (c *config) newLayout(name string) *pipeline.Layout {
	return &pipeline.Layout{Name: name, Module: c.m.path, Program: c.m.prog.layouts}
}

var _ = method("pipeline", `Opens a pipeline that others refer to by its name; without a name, the one that chain and use run.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		name := spec.InOpt(m, "name", "", "A name that is unique in the module.")
		return func(c *config, call *spec.Call) error {
			n, err := name.Of(call)
			if err != nil {
				return err
			}
			if n == "" && call.Args.Len() > 0 {
				return fmt.Errorf("pipeline name cannot be empty")
			}
			l := c.m.layout(n)
			c.m.defined[n] = true
			return c.begin(l)
		}
	})

var _ = method("task", `Opens a pipeline that runs by itself: once at the start, at an interval, or when the process receives a signal. Its input is an empty message, unless onStart says otherwise; a run ends when the pipeline outputs StreamEnd, and the next one waits for that.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		when := spec.InOpt[any](m, "when", nil, "An interval like 5, '5s' or '1m' (0.01 seconds to 24 hours), or the name of a signal like 'SIGHUP'.")
		return func(c *config, call *spec.Call) error {
			v, err := when.Of(call)
			if err != nil {
				return err
			}
			t := &Task{Layout: c.newLayout("")}
			if err := t.schedule(v); err != nil {
				return err
			}
			c.m.prog.Tasks = append(c.m.prog.Tasks, t)
			t.Name = fmt.Sprintf("Task #%d (%s)", len(c.m.prog.Tasks), whenText(v))
			t.Layout.Name = t.Name
			return c.begin(t.Layout)
		}
	})

func whenText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return fmt.Sprintf("%gs", v)
	}
	return ""
}

func (t *Task) schedule(when any) error {
	s, isText := when.(string)
	if when == nil || s == "" && isText {
		return nil
	}
	if isText && !begins(s) {
		if !signals[s] {
			return fmt.Errorf("invalid signal name: %s", s)
		}
		t.Signal = s
		return nil
	}
	d, err := spec.ParseSeconds(when)
	if err != nil {
		return fmt.Errorf("when: %w", err)
	}
	if d < 10*time.Millisecond || d > 24*time.Hour {
		return fmt.Errorf("task interval out of range: want 0.01 seconds to 24 hours, got %s", whenText(when))
	}
	t.Every = d
	return nil
}

var _ = method("read", `Opens a pipeline that is fed with the content of a file at the start; '-' is the standard input. In a pipeline builder it is the filter of that name.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		name := spec.In[string](m, "filename", "A path, relative to the working directory.")
		return func(c *config, call *spec.Call) error {
			if c.named {
				return c.add(filters.All["read"], call.Rest(0))
			}
			path, err := name.Of(call)
			if err != nil {
				return err
			}
			r := &Reader{Path: path, Layout: c.newLayout("Read " + path)}
			c.m.prog.Readers = append(c.m.prog.Readers, r)
			return c.begin(r.Layout)
		}
	})

var _ = method("watch", `Opens a pipeline that runs whenever a file of the codebase, or, if the path ends with a slash, any file below a folder has changed, appeared or gone away. Files are looked at once a second. The function given to onStart gets an array of their names; without onStart the input is an empty message. A run ends when the pipeline outputs StreamEnd; what changes meanwhile is the matter of the next one. A codebase of a server is loaded anew as a whole, so there only pipy.patch and pipy.mount change files.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		name := spec.In[string](m, "path", "A path in the codebase.")
		return func(c *config, call *spec.Call) error {
			path, err := name.Of(call)
			if err != nil {
				return err
			}
			if path == "" {
				return fmt.Errorf("path: want a path in the codebase, got ''")
			}
			w := c.m.prog.newWatch(path)
			w.Layout = c.newLayout("Watch " + path)
			c.m.prog.Watches = append(c.m.prog.Watches, w)
			return c.begin(w.Layout)
		}
	})

var _ = method("exit", `Opens a pipeline that runs when the process is about to end in good order; the process waits for its StreamEnd.`,
	func(*spec.Method) func(*config, *spec.Call) error {
		return func(c *config, _ *spec.Call) error {
			l := c.newLayout(fmt.Sprintf("Exit #%d", len(c.m.prog.Exits)+1))
			c.m.prog.Exits = append(c.m.prog.Exits, l)
			return c.begin(l)
		}
	})

var _ = method("onStart", `Sets what each pipeline of the open layout gets as its first input.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		input := spec.In[any](m, "input", "An event, a Message, an array of those, or a function that returns one of these or a promise of it.")
		return func(c *config, call *spec.Call) error {
			v, err := input.Of(call)
			if err != nil {
				return err
			}
			return c.onStart(v)
		}
	})

var _ = method("onEnd", `Sets a function that is called when a pipeline of the open layout has ended.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		callback := spec.In[spec.Func](m, "callback", "Its result is the result of the pipeline.")
		return func(c *config, call *spec.Call) error {
			f, err := callback.Of(call)
			if err != nil {
				return err
			}
			return c.onEnd(f.(*function))
		}
	})

var _ = method("to", `Gives the last filter its sub-pipeline.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		target := spec.In[any](m, "pipeline", "A pipeline name, or a function that builds the pipeline: $ => $.filter(...)")
		return func(c *config, call *spec.Call) error {
			v, err := target.Of(call)
			if err != nil {
				return err
			}
			return c.to(v)
		}
	})

var _ = method("branch", `While the configuration is built: branch(condition, $ => ..., condition, $ => ..., $ => ...) calls the function behind the first condition that holds. With a condition that is a function it is the filter of that name.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		spec.RestField(m, "branches", "any", "A condition, its function, the next condition, its function, and so on; or what the filter takes.")
		return func(c *config, call *spec.Call) error {
			args := call.Rest(0)
			target, fixed := filters.FixedBranch(args)
			switch f, isFunc := target.(*function); {
			case len(args) < 2, !fixed:
				return c.add(filters.All["branch"], args)
			case isFunc:
				_, err := f.Call(nil, c)
				return err
			case target == nil:
				return nil
			}
			return c.add(filters.All["branch"], []any{true, target})
		}
	})

// maxRepeated is how often a part of a configuration may be repeated.
const maxRepeated = 10000

var _ = method("repeat", `While the configuration is built: repeat(n, ($, i) => ...) or repeat(array, ($, item) => ...) calls the function for each. With one function it is the filter of that name.`,
	func(m *spec.Method) func(*config, *spec.Call) error {
		spec.RestField(m, "args", "any", "A number or an array and a function; or what the filter takes.")
		return func(c *config, call *spec.Call) error {
			f, isFunc := call.Args.At(1).(*function)
			if !isFunc {
				return c.add(filters.All["repeat"], call.Rest(0))
			}
			var items []any
			switch v := call.Args.At(0).(type) {
			case float64:
				if !(v <= maxRepeated) {
					return fmt.Errorf("repeat: want at most %d times, got %v", maxRepeated, v)
				}
				for i := range int(v) {
					items = append(items, float64(i))
				}
			case object:
				items, _ = v.Elements()
			}
			for _, item := range items {
				if _, err := f.Call(nil, c, item); err != nil {
					return err
				}
			}
			return nil
		}
	})

// signals are the names that a task can wait for.
var signals = map[string]bool{}

func init() {
	for _, name := range []string{
		"HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "FPE", "BUS", "SEGV", "SYS", "PIPE", "ALRM", "TERM", "URG",
		"TSTP", "CONT", "CHLD", "TTIN", "TTOU", "IO", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "USR1", "USR2", "KILL", "STOP",
	} {
		signals["SIG"+name] = true
	}
}
