package script

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
)

// Code is the compiled modules of one version of a codebase. Each file is
// compiled once, whichever worker asks first; methods may be called from any
// goroutine.
type Code struct {
	// Immutable:
	files *overlay
	Entry string // "/main.js"

	// Guarded by mu:
	mu       sync.Mutex
	compiled map[string]*compiled
	sources  map[string]string
}

// NewCode returns the code of a codebase, of which nothing has been compiled.
func NewCode(files fs.FS, entry string) *Code {
	return &Code{files: newOverlay(files), Entry: clean(entry), compiled: map[string]*compiled{}, sources: map[string]string{}}
}

// clean makes a path in the codebase absolute: "/plugins/router.js".
func clean(name string) string { return path.Clean("/" + name) }

// Source returns the text of a file that was compiled, "" for others.
func (c *Code) Source(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sources[name]
}

// Used returns the paths of the modules that were compiled.
func (c *Code) Used() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for name := range c.sources {
		names = append(names, name)
	}
	return names
}

// read returns the text of a file.
func (c *Code) read(name string) (string, error) {
	b, err := fs.ReadFile(c.files, strings.TrimPrefix(name, "/"))
	if err != nil {
		//lint:ignore ST1005 the text is part of the log format
		return "", fmt.Errorf("Cannot open script at %s", name)
	}
	s := string(b)
	if strings.HasPrefix(s, "#!") {
		s = "//" + s[2:]
	}
	return s, nil
}

// text returns the text of a file that is used.
func (c *Code) text(name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	source, err := c.read(name)
	if err == nil {
		c.sources[name] = source
	}
	return source, err
}

// exists tells whether the codebase has a file of that name.
func (c *Code) exists(name string) bool {
	info, err := fs.Stat(c.files, strings.TrimPrefix(name, "/"))
	return err == nil && !info.IsDir()
}

// program returns the compiled module. An error is an *Error for a syntax error.
func (c *Code) program(name string, global func(name string) bool) (*compiled, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.compiled[name]; ok {
		return p, nil
	}
	source, err := c.read(name)
	if err != nil {
		return nil, err
	}
	c.sources[name] = source
	p, err := compile(name, source, global)
	if err != nil {
		return nil, err
	}
	c.compiled[name] = p
	return p, nil
}

// compiled is a module that can be run in any engine.
type compiled struct {
	program *goja.Program
	fibers  []string // context variables that it declares by `var $name`
	links   *links   // nil when it imports and exports nothing
	single  bool     // it is one expression
}

// compile compiles a module to a function of its scope object.
func compile(name, source string, global func(name string) bool) (*compiled, error) {
	tree, syntax, err := parseSource(name, source)
	if err != nil {
		return nil, err
	}
	l := newLinks(name, source, syntax)
	single := isExpression(tree)
	fibers, err := wrap(tree, global, l)
	if err != nil {
		return nil, err
	}
	p, err := goja.CompileAST(tree, l.isModule())
	if err != nil {
		return nil, syntaxError(name, err)
	}
	return &compiled{p, fibers, l, single}, nil
}

func isExpression(tree *ast.Program) bool {
	if len(tree.Body) != 1 {
		return false
	}
	_, ok := tree.Body[0].(*ast.ExpressionStatement)
	return ok
}
