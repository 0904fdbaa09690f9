package script

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/dop251/goja"

	"pipy/pipy/filters"
	"pipy/pipy/spec"
)

// noMember is how the engine says that an object lacks what is called.
var noMember = regexp.MustCompile(`^Object has no member '(\w+)'$`)

// memberNames returns the names of all filters, methods and functions.
var memberNames = sync.OnceValue(func() []string {
	names := map[string]bool{}
	for name := range filters.All {
		names[name] = true
	}
	for _, c := range spec.Classes {
		for _, m := range slices.Concat(c.Methods, c.Statics) {
			names[m.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
})

// suggested adds to a message about a missing member what may have been meant.
func suggested(message string) string {
	missing := noMember.FindStringSubmatch(message)
	if missing == nil {
		return message
	}
	return message + nearIt(missing[1], memberNames())
}

// nearIt names what may have been meant, as the end of a sentence.
func nearIt(name string, names []string) string {
	near := spec.Misspelt(name, names)
	if len(near) == 0 {
		return ""
	}
	return "; near it: " + strings.Join(near, ", ")
}

// checkOptions warns, while the program is loaded, of options that do not exist
// and look like one that does. Others mean nothing.
func (p *Program) checkOptions(call string, fields []spec.Field, args []any) {
	if p.running || p.host.Warn == nil || len(args) == 0 {
		return
	}
	options, ok := args[len(args)-1].(object)
	if !ok || options.o.ClassName() == "Array" {
		return
	}
	var names []string
	for _, f := range fields {
		if f.Option {
			names = append(names, f.Name)
		}
	}
	if names == nil {
		return
	}
	for _, name := range options.Keys() {
		if near := nearIt(name, names); near != "" {
			p.host.Warn(fmt.Sprintf("%s: %s: there is no option %s%s", p.e.Where(), call, name, near))
		}
	}
}

// checkOptions does so for a declared function.
func (e *Engine) checkOptions(call string, m *spec.Method, args []goja.Value) {
	if e.prog == nil || e.prog.running || len(args) == 0 {
		return
	}
	e.prog.checkOptions(call, m.Fields, []any{e.export(args[len(args)-1])})
}
