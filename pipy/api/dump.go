package api

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

const (
	maxDumpDepth = 100 // levels below which objects are not shown
	maxDumpBytes = 10  // bytes of a Data that are shown
)

// Dump returns a value as console and print show it. Nil is undefined, Null is
// null.
func Dump(v any) string {
	var d dumper
	d.value(v)
	return string(d.out)
}

// dumper writes a script's values for people to read.
type dumper struct {
	out     []byte
	parents []any // the objects around the one being written
}

func (d *dumper) write(s string) { d.out = append(d.out, s...) }

func (d *dumper) value(v any) {
	switch v := v.(type) {
	case nil:
		d.write("undefined")
	case NullValue:
		d.write("null")
	case bool:
		d.out = strconv.AppendBool(d.out, v)
	case int:
		d.out = strconv.AppendInt(d.out, int64(v), 10)
	case float64:
		d.number(v)
	case *intValue:
		d.write(v.String())
	case string:
		d.out = appendQuoted(d.out, v)
	case time.Time:
		d.write(v.UTC().Format("2006-01-02T15:04:05.000Z"))
	case spec.Func:
		d.function(v)
	case spec.Raw:
		d.write(fmt.Sprint(v.Value))
	case *event.Data:
		d.data(v)
	case event.Object:
		if text, ok := description(v); ok {
			d.write(text)
			return
		}
		if items, ok := elements(v); ok {
			d.array(v, items)
			return
		}
		d.object("", v, func(show func(string, any)) { members(v, show) })
	default:
		name, _ := spec.ClassName(v)
		d.object(name, v, func(show func(string, any)) { shown(v, show) })
	}
}

func (d *dumper) number(f float64) {
	switch {
	case math.IsNaN(f):
		d.write("NaN")
	case math.IsInf(f, 1):
		d.write("Infinity")
	case math.IsInf(f, -1):
		d.write("-Infinity")
	default:
		d.out = appendNumber(d.out, f)
	}
}

func (d *dumper) function(f spec.Func) {
	d.write("Function{ ")
	if named, ok := f.(interface{ Name() string }); ok {
		d.write(named.Name() + " ")
	}
	d.write("}")
}

func (d *dumper) data(v *event.Data) {
	n := v.Len()
	shown := n
	if n > maxDumpBytes+1 {
		shown = maxDumpBytes
	}
	d.write("Data[ ")
	for i := range shown {
		d.out = fmt.Appendf(d.out, "%02x ", v.At(i))
	}
	if shown < n {
		d.out = fmt.Appendf(d.out, "... and %d more bytes ", n-shown)
	}
	d.write("]")
}

// enter tells whether v is to be shown; what is shown in its place is written
// otherwise.
func (d *dumper) enter(class string, v any) bool {
	for _, p := range d.parents {
		if p == v {
			d.write(class + "{ ...recursive }")
			return false
		}
	}
	if len(d.parents) >= maxDumpDepth {
		d.write("{ ... }")
		return false
	}
	d.parents = append(d.parents, v)
	return true
}

func (d *dumper) leave() { d.parents = d.parents[:len(d.parents)-1] }

func (d *dumper) array(v event.Object, items []any) {
	if !d.enter("Array", v) {
		return
	}
	d.write("[ ")
	for i, item := range items {
		if i > 0 {
			d.write(", ")
		}
		d.value(item)
	}
	d.leave()
	if len(items) > 0 {
		d.write(" ")
	}
	d.write("]")
}

func (d *dumper) object(class string, v any, walk func(show func(name string, value any))) {
	if !d.enter(class, v) {
		return
	}
	d.write(class + "{ ")
	first := true
	walk(func(name string, value any) {
		if !first {
			d.write(", ")
		}
		first = false
		if isIdentifier(name) {
			d.write(name)
		} else {
			d.out = appendQuoted(d.out, name)
		}
		d.write(": ")
		d.value(value)
	})
	d.leave()
	if !first {
		d.write(" ")
	}
	d.write("}")
}

// shown calls show for what is worth seeing of a Go object: the fields of HTTP
// heads, and the properties of classes.
func shown(v any, show func(name string, value any)) {
	class, ok := spec.ClassOf(reflect.TypeOf(v))
	if !ok {
		fields(v, show)
		return
	}
	for _, p := range class.Props {
		if p.Name != "type" {
			show(p.Name, p.Get(v))
		}
	}
}

func isIdentifier(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !alphanumeric(c) && c != '_' && c != '$' || i == 0 && '0' <= c && c <= '9' {
			return false
		}
	}
	return true
}
