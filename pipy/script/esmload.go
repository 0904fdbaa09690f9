package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/dop251/goja"

	"pipy/pipy/spec"
)

// jsonPrefix is that of the modules of JSON files, which are no paths.
const jsonPrefix = "json:"

// opening is the modules that come with one that is loaded: what it imports, and
// what that imports.
type opening struct {
	p       *Program
	modules []*module
}

// open compiles a module with all that it imports, and connects their names. None
// of them is evaluated.
func (p *Program) open(name string) (*module, error) {
	o := &opening{p: p}
	m, err := o.open(name)
	if err == nil {
		err = o.connect()
	}
	if err != nil {
		for _, m := range o.modules {
			delete(p.modules, m.key())
		}
		return nil, err
	}
	return m, nil
}

// key is the name of the module in its program.
func (m *module) key() string {
	if m.code == nil {
		return jsonPrefix + m.path
	}
	return m.path
}

// add notes a module that has not been there before.
func (o *opening) add(m *module) {
	o.p.modules[m.key()] = m
	o.modules = append(o.modules, m)
}

// open compiles a module and what it imports.
func (o *opening) open(name string) (*module, error) {
	p := o.p
	if m, ok := p.modules[name]; ok {
		return m, nil
	}
	code, err := p.code.program(name, p.e.isGlobal)
	if err != nil {
		return nil, err
	}
	m := newModule(p, name)
	m.code = code
	o.add(m)
	if code.links == nil {
		return m, nil
	}
	for _, r := range code.links.requests {
		other, err := o.request(m, r)
		if err != nil {
			return nil, err
		}
		m.requests = append(m.requests, other)
	}
	return m, nil
}

// request opens a module that another one imports.
func (o *opening) request(m *module, r request) (*module, error) {
	name, err := o.p.code.find(path.Dir(m.path), r.specifier, r.json)
	if err != nil {
		return nil, m.importError(r.at, "%v", err)
	}
	if r.json {
		other, err := o.json(name)
		if failed := (*Error)(nil); err != nil && !errors.As(err, &failed) {
			return nil, m.importError(r.at, "%v", err)
		}
		return other, err
	}
	return o.open(name)
}

// importError is an error about what a module imports, at an offset in its text.
func (m *module) importError(at int, format string, args ...any) *Error {
	pos := positionIn(m.path, m.code.links.source, at)
	return &Error{Kind: "Error", Message: "import: " + fmt.Sprintf(format, args...), Pos: pos}
}

// find returns the path of the file that an import in a folder means.
func (c *Code) find(dir, specifier string, isJSON bool) (string, error) {
	name := clean(specifier)
	switch {
	case strings.HasPrefix(specifier, "/"):
	case strings.HasPrefix(specifier, "./"), strings.HasPrefix(specifier, "../"):
		name = clean(dir + "/" + specifier)
	default:
		return "", fmt.Errorf("want a path that begins with './', '../' or '/', got '%s'", specifier)
	}
	if c.exists(name) {
		if strings.HasSuffix(name, ".json") && !isJSON {
			return "", fmt.Errorf("want with { type: 'json' } for %s", name)
		}
		return name, nil
	}
	if isJSON || path.Ext(name) == ".js" {
		return "", fmt.Errorf("there is no file %s in the codebase", name)
	}
	if c.exists(name + ".js") {
		return name + ".js", nil
	}
	return "", fmt.Errorf("there is no file %s or %s.js in the codebase", name, name)
}

// json opens a JSON file as a module whose default export is its value.
func (o *opening) json(name string) (*module, error) {
	p := o.p
	if m, ok := p.modules[jsonPrefix+name]; ok {
		return m, nil
	}
	text, err := p.code.text(name)
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		at := len(text)
		if wrong := (*json.SyntaxError)(nil); errors.As(err, &wrong) {
			at = max(0, int(wrong.Offset)-1)
		}
		return nil, &Error{Kind: "Syntax error", Message: "JSON: " + err.Error(), Pos: positionIn(name, text, at)}
	}
	m := newModule(p, name)
	m.state = evaluated
	o.add(m)
	parse, _ := goja.AssertFunction(p.e.namespace("JSON").Get("parse"))
	if parse == nil {
		return nil, fmt.Errorf("JSON.parse is not a function")
	}
	if m.value, err = parse(goja.Undefined(), p.e.rt.ToValue(text)); err != nil {
		return nil, p.e.failure(err)
	}
	return m, nil
}

// dynamic is the function import() of a module.
func (m *module) dynamic(c goja.FunctionCall) goja.Value {
	e := m.prog.e
	promise, settle := e.NewPromise()
	specifier := c.Argument(0).String()
	isJSON := false
	if options, ok := c.Argument(1).(*goja.Object); ok {
		if with, ok := options.Get("with").(*goja.Object); ok {
			kind := with.Get("type")
			isJSON = kind != nil && kind.String() == "json"
		}
	}
	other, err := m.prog.importModule(path.Dir(m.path), specifier, isJSON)
	if err != nil {
		settle(nil, err)
	} else {
		settle(spec.Raw{Value: other.exported()}, nil)
	}
	return e.wrap(promise)
}

// importModule loads a module as an import in a folder would.
func (p *Program) importModule(dir, specifier string, isJSON bool) (*module, error) {
	name, err := p.code.find(dir, specifier, isJSON)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if isJSON {
		return (&opening{p: p}).json(name)
	}
	return p.load(name)
}

// importPath loads a module by its path and returns the object with its exports.
func (p *Program) importPath(name string) (any, error) {
	name, err := p.code.find("/", clean(name), false)
	if err != nil {
		return nil, fmt.Errorf("cannot import module: %w", err)
	}
	m, err := p.load(name)
	if err != nil {
		return nil, err
	}
	return spec.Raw{Value: m.exported()}, nil
}

// meta is what `import` of import.meta stands for.
func (m *module) meta() goja.Value {
	e := m.prog.e
	meta := e.NewObject(
		[]string{"url", "filename", "dirname"},
		[]any{"file://" + m.path, m.path, path.Dir(m.path)},
	)
	return e.NewObject([]string{"meta"}, []any{meta}).(object).o
}
