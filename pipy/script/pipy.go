package script

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/dop251/goja"

	"pipy/pipy/event"
	"pipy/pipy/spec"
	"pipy/pipy/transport"
)

// The connection of a context, as scripts see it.
var inboundClass = spec.NewClass[*transport.Inbound]("Inbound", `A connection that a port accepted.`)

var _ = inboundProps()

func inboundProps() struct{} {
	c := inboundClass
	c.Prop("id", "number", "A number that is unique in the process.", func(i *transport.Inbound) any { return float64(i.ID()) })
	c.Prop("remoteAddress", "string", "The peer's IP address.", func(i *transport.Inbound) any { return i.RemoteAddress() })
	c.Prop("remotePort", "number", "The peer's port.", func(i *transport.Inbound) any { return i.RemotePort() })
	c.Prop("localAddress", "string", "The IP address that accepted the connection.", func(i *transport.Inbound) any { return i.LocalAddress() })
	c.Prop("localPort", "number", "The port that accepted the connection.", func(i *transport.Inbound) any { return i.LocalPort() })
	c.Prop("destinationAddress", "string", "The IP address that the peer wanted to reach: that of the port, unless the connection was redirected to a transparent one.", func(i *transport.Inbound) any { return i.DestinationAddress() })
	c.Prop("destinationPort", "number", "The port that the peer wanted to reach.", func(i *transport.Inbound) any { return i.DestinationPort() })
	return struct{}{}
}

// pipyClass documents the functions of the global `pipy`; they are bound to one
// program by bindPipy.
var pipyClass = spec.NewNamespace("pipy", "The program. Called as a function, pipy(variables?) starts the description of a module: the members of the object, or of the object that a function returns, are the module's context variables and their initial values.\n\npipy.argv is an array of the program's name and the script's arguments, pipy.pid the number of the process, pipy.name what --instance-name says, and pipy.thread has the id of this worker, from 0, and the concurrency, which is how many workers there are.")

// programOf returns the program that a function of `pipy` was called in.
func programOf(c *spec.Call) *Program {
	return c.Engine.(*Engine).prog
}

var _ = pipyFunctions()

func pipyFunctions() struct{} {
	pipyClass.Function("load", "Data | null", "Returns a file of the codebase, null when there is none.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", "A path in the codebase.")
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			b, err := fs.ReadFile(c.Engine.Files(), strings.TrimPrefix(clean(n), "/"))
			if err != nil {
				return spec.Raw{Value: goja.Null()}, nil
			}
			return event.NewData(b), nil
		}
	})
	pipyClass.Function("list", "string[]", "Returns the names of all files below a folder of the codebase, relative to it.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.InOpt(m, "path", "/", "A folder in the codebase.")
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			return listFiles(c.Engine.Files(), strings.TrimPrefix(clean(n), "/")), nil
		}
	})
	pipyClass.Function("solve", "any", "Evaluates a file of the codebase as one expression and returns its value, which is computed once.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", "A path in the codebase.")
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			return programOf(c).solve(clean(n))
		}
	})
	pipyClass.Function("import", "any", "Evaluates a file of the codebase as a module, once, and returns an object with its exports.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "path", "A path in the codebase; the ending .js may be left out.")
		return func(c *spec.Call) (any, error) {
			n, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			return programOf(c).importPath(n)
		}
	})
	pipyClass.Function("read", "Promise<any>", "Starts a pipeline in a new context and feeds it with a file, as Data and a StreamEnd. The promise gets the result of onEnd when the pipeline has output StreamEnd and ended; it is rejected when the file cannot be opened. A file that cannot be read to its end ends the input with ReadError.", func(m *spec.Method) func(*spec.Call) (any, error) {
		name := spec.In[string](m, "filename", "The file's name; '-' is the standard input.")
		target := spec.In[any](m, "pipeline", "The pipeline, or a function that builds it.")
		m.Fields[1].Type = "PipelineTemplate | (($: Configuration) => void)"
		spec.RestField(m, "arg", "any", "What onStart gets.")
		return func(c *spec.Call) (any, error) {
			path, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			v, err := target.Of(c)
			if err != nil {
				return nil, err
			}
			if _, ok := v.(string); ok || v == nil {
				return nil, fmt.Errorf("pipeline: %w", &spec.Mismatch{Wants: "a pipeline or a function that builds one", Got: spec.Show(v)})
			}
			p := programOf(c)
			l, err := p.here().Layout(v)
			if err != nil {
				return nil, fmt.Errorf("pipeline: %w", err)
			}
			return p.read(path, l, c.Rest(2))
		}
	})
	pipyClass.Function("exit", "void", "Ends the process in good order; or registers a function to be called when that happens, also by a signal. The function may return a promise: then the end waits for it, up to --shutdown-timeout. It is not called when the process ends because nothing is left to do.", func(m *spec.Method) func(*spec.Call) (any, error) {
		code := spec.InOpt[any](m, "code", nil, "The exit status, 0 by default; or the function.")
		m.Fields[0].Type = "number | (() => any)"
		return func(c *spec.Call) (any, error) {
			v, _ := code.Of(c)
			if fn, ok := v.(spec.Func); ok {
				p := programOf(c)
				p.exits = append(p.exits, fn)
				return nil, nil
			}
			n, ok := v.(float64)
			if !ok && v != nil {
				return nil, fmt.Errorf("code: %w", &spec.Mismatch{Wants: "a number or a function", Got: spec.Show(v)})
			}
			if exit := programOf(c).host.Exit; exit != nil {
				exit(int(n))
			}
			return nil, nil
		}
	})
	pipyClass.Function("fork", "any", "Calls a function in a copy of the current context and returns what it returns: what it, and what it leads to later, does to context variables is not seen here.", func(m *spec.Method) func(*spec.Call) (any, error) {
		call := spec.In[spec.Func](m, "function", "The function.")
		return func(c *spec.Call) (any, error) {
			fn, err := call.Of(c)
			if err != nil {
				return nil, err
			}
			ctx := c.Engine.Context()
			if ctx == nil {
				ctx = programOf(c).NewContext(nil)
			}
			return fn.Call(ctx.Clone())
		}
	})
	pipyClass.Function("restart", "void", "Loads the codebase anew, as SIGHUP does.", func(*spec.Method) func(*spec.Call) (any, error) {
		return func(c *spec.Call) (any, error) {
			if restart := programOf(c).host.Restart; restart != nil {
				restart()
			}
			return nil, nil
		}
	})
	pipyClass.Function("listen", "void", "Opens a port, or changes what runs for its new connections.", func(m *spec.Method) func(*spec.Call) (any, error) {
		address := spec.In[any](m, "address", "A port, 'ip:port', '[ipv6]:port' or 'unix:/path'.")
		spec.RestField(m, "protocol, options, pipeline", "string | object | (($: Configuration) => void) | null", "The protocol 'tcp' or 'udp' and the options of .listen(), which may be left out, and the pipeline for each connection; null closes the port.")
		declared := &spec.Method{Fields: m.Fields[:1:1]}
		protocol := listenProtocol(declared)
		options := listenOptions(declared)
		return func(c *spec.Call) (any, error) {
			target, err := address.Of(c)
			if err != nil {
				return nil, err
			}
			_, given := listenArgs(c)
			programOf(c).checkOptions("pipy.listen", declared.Fields, given.Args.(givenArgs))
			return nil, programOf(c).listen(c, target, protocol, options)
		}
	})
	return struct{}{}
}

// listen opens a port from statements of a script.
func (p *Program) listen(c *spec.Call, target any, protocol func(*spec.Call, *transport.Address) error, options func(*spec.Call) (transport.ListenOptions, error)) error {
	l := &Listen{Pos: c.Engine.Where()}
	var err error
	if l.Address, err = listenAddress(target); err != nil {
		return err
	}
	name, given := listenArgs(c)
	if l.Options, err = options(given); err != nil {
		return err
	}
	if err = protocol(given, &l.Address); err != nil {
		return err
	}
	if name != "" {
		if err = setProtocol(&l.Address, "protocol", name); err != nil {
			return err
		}
	}
	if c.Args.Len() < 2 {
		return &spec.Mismatch{Wants: "a function that builds a pipeline, a pipeline, or null to close the port", Got: "nothing"}
	}
	last := c.Args.At(c.Args.Len() - 1)
	if last != nil {
		if l.Layout, err = p.here().Layout(last); err != nil {
			return err
		}
	}
	return p.apply(l)
}

// apply opens, changes or closes a port: at once, or when the program has been
// loaded.
func (p *Program) apply(l *Listen) error {
	if l.Layout != nil {
		l.Layout.Name = listenTitle(l.Address)
	}
	if !p.running {
		p.addListen(l)
		return nil
	}
	if p.host.Listen == nil {
		return fmt.Errorf("cannot open a port here")
	}
	if l.Layout != nil {
		l.Layout.ID = ListenName(l.Address)
	}
	return p.host.Listen(l)
}

// solve evaluates a file as one expression.
func (p *Program) solve(name string) (any, error) {
	if v, ok := p.solved[name]; ok {
		if v == nil {
			return nil, fmt.Errorf("recursive solving of file: %s", name)
		}
		return spec.Raw{Value: v}, nil
	}
	p.solved[name] = nil
	m, err := p.load(name)
	if err == nil && m.code.links.isModule() {
		err = fmt.Errorf("%s is a module: want pipy.import", name)
	}
	if err != nil {
		delete(p.solved, name)
		return nil, err
	}
	p.solved[name] = m.value
	return spec.Raw{Value: m.value}, nil
}

// bindPipy makes the global `pipy` a function and gives it what belongs to this
// program.
func (p *Program) bindPipy() {
	e := p.e
	e.prog = p
	space := e.namespace("pipy")
	e.bindConnections()
	f := e.rt.ToValue(func(call goja.FunctionCall) goja.Value {
		c, err := p.configure(call.Argument(0))
		if err != nil {
			panic(e.nativeError("pipy", err))
		}
		return e.wrap(c)
	}).(*goja.Object)
	for _, name := range space.GetOwnPropertyNames() {
		// Set would not do: a function has a name that is read-only.
		_ = f.DefineDataProperty(name, space.Get(name), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
	}
	_ = f.Set("argv", e.wrap(p.host.Args))
	_ = f.Set("pid", os.Getpid())
	_ = f.Set("thread", p.thread())
	_ = e.rt.GlobalObject().Set("pipy", f)
	e.bindFilters(e.classes[configClass.Type].proto)
}

// thread describes this worker among the others.
func (p *Program) thread() goja.Value {
	o := p.e.NewObject([]string{"id", "concurrency"}, []any{p.host.Thread, max(1, p.host.Threads)})
	return o.(object).o
}

// configure starts the description of the module that is being loaded.
func (p *Program) configure(v goja.Value) (*config, error) {
	m := p.loading
	if m == nil {
		return nil, fmt.Errorf("only while a module is being loaded")
	}
	if f, ok := goja.AssertFunction(v); ok {
		r, err := f(goja.Undefined())
		if err != nil {
			return nil, p.e.failure(err)
		}
		if _, ok := r.(*goja.Object); !ok {
			return nil, fmt.Errorf("function did not return an object")
		}
		v = r
	}
	c := &config{m: m}
	m.config = c
	if o, ok := v.(*goja.Object); ok {
		return c, m.declareVars(o)
	}
	return c, nil
}

// listFiles returns the names of the files below a folder.
func listFiles(files fs.FS, dir string) []string {
	if dir == "" {
		dir = "."
	}
	names := []string{}
	_ = fs.WalkDir(files, dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(strings.TrimPrefix(name, dir), "/"))
		}
		return nil
	})
	return names
}
