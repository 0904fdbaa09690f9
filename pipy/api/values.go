package api

import (
	"fmt"
	"slices"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// NullValue is the type of Null.
type NullValue struct{}

// Null is a script's null where it has to be told from undefined, which is nil:
// in results, in the members given to Engine.NewObject and NewArray, and in the
// members that a Walker shows.
var Null NullValue

// String returns "null".
func (NullValue) String() string { return "null" }

// ToBoolean returns false: scripts take null for false.
func (NullValue) ToBoolean() bool { return false }

// Walker is implemented by objects of the engine that can show their members
// in one go. Members are in their order; null is Null and undefined is nil.
type Walker interface {
	Walk(show func(name string, value any))
}

// Deleter is implemented by objects of the engine whose members can be deleted.
type Deleter interface {
	Delete(name string)
}

// Describer is implemented by objects of the engine that may have a better text
// than their members, such as errors, dates and regular expressions.
type Describer interface {
	Describe() (text string, ok bool)
}

func description(o event.Object) (string, bool) {
	if d, ok := o.(Describer); ok {
		return d.Describe()
	}
	return "", false
}

// Lazy is a constant of a class that each engine makes for itself: the value of
// the constant is what the function returns.
type Lazy func(e spec.Engine) any

// Thrown is an error that scripts see as a value: the engine throws the value,
// or rejects a promise with it.
type Thrown struct {
	Value   any
	Message string // for those who see it as an error
}

// Error returns the message.
func (t *Thrown) Error() string { return t.Message }

// Kept is a value of one worker that scripts compare and put into maps: it has
// a place for the object that stands for it.
type Kept interface{ Object() *any }

// optionsLast are the arguments of a call whose options may follow fewer
// positional arguments, which are functions, than there are.
type optionsLast struct {
	spec.ArgList
	at int // the place of the options
}

// At returns an argument as if those left out were there.
func (a optionsLast) At(i int) any {
	last := a.Len() - 1
	if last < 0 || last >= a.at || !isObject(a.ArgList.At(last)) {
		return a.ArgList.At(i)
	}
	switch i {
	case a.at:
		return a.ArgList.At(last)
	case last:
		return nil
	}
	return a.ArgList.At(i)
}

// argument returns an argument of a call in Go form, telling null from
// undefined.
func argument(c *spec.Call, i int) any {
	v := c.Args.At(i)
	if v == nil && i < c.Args.Len() && isNull(c.Args.Raw(i)) {
		return Null
	}
	return v
}

// isNull tells null from undefined: values of an engine print as what they are.
func isNull(v spec.Raw) bool {
	s, ok := v.Value.(fmt.Stringer)
	return ok && s.String() == "null"
}

// kept returns an argument in the form in which it is stored for the script:
// primitive values by value, everything else as the very thing that was given.
func kept(c *spec.Call, i int) any {
	switch v := c.Args.At(i).(type) {
	case string, float64, bool:
		return v
	case nil:
		return argument(c, i)
	}
	return c.Args.Raw(i)
}

// members calls show for each member of an object, in their order.
func members(o event.Object, show func(name string, value any)) {
	if w, ok := o.(Walker); ok {
		w.Walk(show)
		return
	}
	for _, name := range o.Keys() {
		v := o.Get(name)
		if v == nil {
			v = Null
		}
		show(name, v)
	}
}

// elements returns the elements of an array, telling null from undefined where
// the engine shows it, and false for other objects.
func elements(o event.Object) ([]any, bool) {
	items, ok := o.Elements()
	w, walks := o.(Walker)
	if !ok || !walks || !slices.Contains(items, nil) {
		return items, ok
	}
	seen := make([]any, 0, len(items))
	w.Walk(func(_ string, v any) { seen = append(seen, v) })
	if len(seen) != len(items) { // it has holes
		return items, true
	}
	return seen, true
}

// plain returns nil for Null, and other values as they are.
func plain(v any) any {
	if v == Null {
		return nil
	}
	return v
}

// wrong is the error for a value of the wrong kind.
func wrong(name, wants string, got any) error {
	return fmt.Errorf("%s: %w", name, &spec.Mismatch{Wants: wants, Got: spec.Show(plain(got))})
}
