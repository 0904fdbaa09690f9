package spec

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"pipy/pipy/event"
)

// kind is what is known about a Go type that an argument can have.
type kind struct {
	wants string // for error messages
	ts    string // for type declarations
	conv  func(v any) (any, error)
}

// kindOf returns what is known about a type: one of those that scripts have, or a
// class.
func kindOf[T any]() kind {
	var zero T
	if k, ok := plainKind(&zero); ok {
		return k
	}
	return classKind(zero, func(v any) bool { _, ok := v.(T); return ok })
}

// classKind returns what is known about a class, of which zero is an instance and
// is tells the instances.
func classKind(zero any, is func(v any) bool) kind {
	name, ok := ClassName(zero)
	if !ok {
		name = fmt.Sprintf("%T", zero)
	}
	wants := "an object of class " + name
	return kind{wants, name, func(v any) (any, error) {
		if is(v) {
			return v, nil
		}
		return nil, mismatch(wants, v)
	}}
}

// plainKind returns what is known about a type that is no class, by the type of a
// pointer to one.
func plainKind(dst any) (k kind, ok bool) {
	switch dst.(type) {
	case *bool:
		return kind{"true or false", "boolean", func(v any) (any, error) {
			switch v := v.(type) {
			case bool:
				return v, nil
			case string:
				if v == "true" || v == "false" {
					return v == "true", nil
				}
			}
			return nil, mismatch("true or false", v)
		}}, true
	case *int:
		return kind{"a number", "number", func(v any) (any, error) {
			if n, ok := number(v); ok {
				return int(n), nil
			}
			return nil, mismatch("a number", v)
		}}, true
	case *float64:
		return kind{"a number", "number", func(v any) (any, error) {
			if n, ok := number(v); ok {
				return n, nil
			}
			return nil, mismatch("a number", v)
		}}, true
	case *string:
		return kind{"a string", "string", func(v any) (any, error) {
			switch v := v.(type) {
			case string:
				return v, nil
			case *event.Data:
				return v.String(), nil
			}
			return nil, mismatch("a string", v)
		}}, true
	case *time.Duration:
		return kind{wantsSeconds, "number | string", func(v any) (any, error) { return erased(ParseSeconds(v)) }}, true
	case *Size:
		return kind{wantsSize, "number | string", func(v any) (any, error) { return erased(ParseSize(v)) }}, true
	case *any:
		return kind{"a value", "any", func(v any) (any, error) { return v, nil }}, true
	case *Raw:
		return kind{"a value", "any", func(v any) (any, error) { return Raw{v}, nil }}, true
	case *Func:
		return kind{"a function", "(...args: any[]) => any", func(v any) (any, error) { return want[Func](v, "a function") }}, true
	case *Promise:
		return kind{"a promise", "Promise<any>", func(v any) (any, error) { return want[Promise](v, "a promise") }}, true
	case *event.Object:
		return kind{"an object", "object", func(v any) (any, error) { return want[event.Object](v, "an object") }}, true
	case *event.Event:
		return kind{"an event", "Event", func(v any) (any, error) { return want[event.Event](v, "an event") }}, true
	case *[]any:
		return kind{"an array", "any[]", func(v any) (any, error) {
			if o, ok := v.(event.Object); ok {
				if items, ok := o.Elements(); ok {
					return items, nil
				}
			}
			return nil, mismatch("an array", v)
		}}, true
	case *[]string:
		return kind{"an array of strings", "string[]", func(v any) (any, error) {
			o, ok := v.(event.Object)
			if !ok {
				return nil, mismatch("an array of strings", v)
			}
			items, ok := o.Elements()
			if !ok {
				return nil, mismatch("an array of strings", v)
			}
			list := make([]string, len(items))
			for i, item := range items {
				s, ok := item.(string)
				if !ok {
					return nil, fmt.Errorf("element %d: %w", i, mismatch("a string", item))
				}
				list[i] = s
			}
			return list, nil
		}}, true
	}
	return kind{}, false
}

// Numeric is implemented by objects that stand for a number.
type Numeric interface {
	// Number returns a float64, or a *big.Int that is too large for one.
	Number() any
}

// number reads a number, also one in a text: in YAML there are no others.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case Numeric:
		n, ok := v.Number().(float64)
		return n, ok
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	return 0, false
}

func erased[T any](v T, err error) (any, error) { return v, err }

func mismatch(wants string, v any) error { return &Mismatch{wants, Show(v)} }

func want[T any](v any, wants string) (any, error) {
	if t, ok := v.(T); ok {
		return t, nil
	}
	return nil, mismatch(wants, v)
}

// Convert turns a script's value into a T, by the rules for arguments.
func Convert[T any](v any) (T, error) {
	r, err := kindOf[T]().conv(v)
	if err != nil {
		var zero T
		return zero, err
	}
	t, _ := r.(T)
	return t, nil
}

// written is how a default is written in a script.
func written(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return strconv.Quote(v)
	case time.Duration:
		return strconv.FormatFloat(v.Seconds(), 'g', -1, 64)
	case Size:
		for i, unit := range []string{"g", "m", "k"} {
			if n := int64(1) << (10 * (3 - i)); v != 0 && int64(v)%n == 0 {
				return strconv.Quote(strconv.FormatInt(int64(v)/n, 10) + unit)
			}
		}
		return strconv.FormatInt(int64(v), 10)
	}
	return ""
}
