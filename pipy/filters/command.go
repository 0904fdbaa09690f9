package filters

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// Command returns the program and the arguments that a script's value stands
// for: a string that is split at blanks outside of quotes, or an array. Nothing
// is left to a shell.
func Command(v any) ([]string, error) { return commandOf(v) }

// Environment returns the variables of an object as NAME=value; nil, which is
// our own environment, for nil and for an empty object.
func Environment(o event.Object) []string {
	if o == nil {
		return nil
	}
	var env []string
	for _, name := range o.Keys() {
		env = append(env, name+"="+httphead.Text(o.Get(name)))
	}
	return env
}
