// Package spec describes what scripts can call, and decodes the arguments.
//
// A filter, a class, a method or a function is described once, by a value. From
// it come the script binding, the help texts, the type declarations for editors
// and the reference pages. The arguments are described the way package flag
// describes a command line: the destination, the name, the default and a
// sentence, in one line.
//
// Values that come from a script have one of these Go forms: nil (undefined or
// null), bool, float64, string, a pointer that the script got from us (such as
// *event.Data), a Func, or an event.Object.
package spec

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

// Func is a script's function. It belongs to one worker.
type Func interface {
	// Call runs the function while the variables of ctx are the current ones;
	// nil keeps those that are. An error carries the position in the script.
	Call(ctx *pipeline.Context, args ...any) (any, error)
}

// Promise is a script's promise. It belongs to one worker.
type Promise interface {
	// Then calls done on the loop, once, when the promise is settled; err is the
	// reason of a rejection. It may be called at once.
	Then(done func(value any, err error))
}

// Raw is a script's value that Go keeps but does not look at: the engine gives
// back the very same value.
type Raw struct{ Value any }

// String returns the value as text.
func (r Raw) String() string { return fmt.Sprint(r.Value) }

// Size is a number of bytes; scripts write a number or a string like "64k".
type Size int64

// Seconds decodes like time.Duration, for which scripts write a number of
// seconds or a string like "1m".

// Pipeline is the index of a filter's sub-pipeline, as Stage.Sub takes it.
type Pipeline int

// NoPipeline is the Pipeline of an argument that was left out.
const NoPipeline Pipeline = -1

// Dyn is a value that a script writes as it is or as a function that returns it.
type Dyn[T any] struct {
	value T
	fn    Func
	name  string
	conv  func(v any) (T, error)
}

// Fixed returns a Dyn that is always v.
func Fixed[T any](v T) Dyn[T] { return Dyn[T]{value: v} }

// Get returns the value, calling the function if it is one.
func (d *Dyn[T]) Get(ctx *pipeline.Context, args ...any) (T, error) {
	if d.fn == nil {
		return d.value, nil
	}
	v, err := d.fn.Call(ctx, args...)
	if err != nil {
		return d.value, err
	}
	if v == nil {
		return d.value, nil
	}
	if t, ok := v.(T); ok {
		return t, nil
	}
	t, err := d.conv(v)
	if err != nil {
		return d.value, fmt.Errorf("%s: the function returned: %w", d.name, err)
	}
	return t, nil
}

// IsFunc tells whether the value comes from a function.
func (d *Dyn[T]) IsFunc() bool { return d.fn != nil }

// Func returns the function, nil when the value is fixed.
func (d *Dyn[T]) Func() Func { return d.fn }

// Field is what is known about one argument, option or property.
type Field struct {
	Name     string
	Doc      string
	Wants    string   // "seconds or a string like \"1m\""
	Type     string   // the TypeScript type
	Default  string   // how the default is written; empty when there is none worth showing
	Values   []string // the allowed values of an enumeration
	Optional bool
	Option   bool // a member of the options object
	Rest     bool // stands for any number of arguments
	Lead     bool // may be left out although others follow
}

// Mismatch is an argument of the wrong kind: what was wanted and what came.
type Mismatch struct{ Wants, Got string }

func (m *Mismatch) Error() string { return "want " + m.Wants + ", got " + m.Got }

// Show describes a value in an error message.
func Show(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		if len(v) > 60 {
			v = v[:60] + "..."
		}
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case Func:
		return "a function"
	case Raw:
		return "a value"
	case event.Object:
		if _, ok := v.Elements(); ok {
			return "an array"
		}
		return "an object"
	}
	if name, ok := ClassName(v); ok {
		return "a " + name
	}
	return fmt.Sprintf("a %T", v)
}

// ParseSeconds reads a duration as scripts write it: a number, or a string of a
// number and one of the units s, m, h and d.
func ParseSeconds(v any) (time.Duration, error) {
	switch v := v.(type) {
	case float64:
		return seconds(v)
	case time.Duration:
		return v, nil
	case string:
		s, unit := v, 1.0
		if s != "" {
			if i := strings.IndexByte("smhd", s[len(s)-1]); i >= 0 {
				unit = []float64{1, 60, 3600, 86400}[i]
				s = s[:len(s)-1]
			}
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
			return seconds(n * unit)
		}
	}
	return 0, &Mismatch{wantsSeconds, Show(v)}
}

func seconds(n float64) (time.Duration, error) {
	if n < 0 || n > 1e9 || n != n {
		return 0, &Mismatch{wantsSeconds, Show(n)}
	}
	return time.Duration(n * float64(time.Second)), nil
}

// ParseSize reads a number of bytes as scripts write it: a number, or a string
// of a number and one of the units k, m, g and t (powers of 1024).
func ParseSize(v any) (Size, error) {
	switch v := v.(type) {
	case float64:
		return Size(v), nil
	case string:
		s, unit := strings.ToLower(strings.TrimSpace(v)), 1.0
		if s != "" {
			if i := strings.IndexByte("kmgt", s[len(s)-1]); i >= 0 {
				unit = float64(int64(1) << (10 * (i + 1)))
				s = s[:len(s)-1]
			}
		}
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			return Size(n * unit), nil
		}
	}
	return 0, &Mismatch{wantsSize, Show(v)}
}

const (
	wantsSeconds = `seconds or a string like "1m"`
	wantsSize    = `bytes or a string like "64k"`
)
