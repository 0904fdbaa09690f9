package script

import (
	"github.com/dop251/goja"

	"pipy/pipy/codec/httphead"
)

// tailObject is the script's side of an HTTP tail, whose only member is headers.
type tailObject struct {
	e    *Engine
	tail *httphead.Tail
}

// tail returns the script's object for a tail: always the same one.
func (e *Engine) tail(t *httphead.Tail) goja.Value {
	if o, ok := t.Script.(*goja.Object); ok {
		return o
	}
	o := e.rt.NewDynamicObject(&tailObject{e, t})
	t.Script = o
	return o
}

// Get returns the headers.
func (o *tailObject) Get(key string) goja.Value {
	if key != "headers" {
		return nil
	}
	if v, ok := o.tail.ScriptHeader.(*goja.Object); ok {
		return v
	}
	v := o.e.header(&o.tail.Header)
	o.tail.ScriptHeader = v
	return v
}

// Set replaces the headers.
func (o *tailObject) Set(key string, v goja.Value) bool {
	if key != "headers" {
		return false
	}
	o.tail.Header = httphead.Header{}
	o.tail.Header.SetObject(o.e.export(v))
	return true
}

// Has tells whether there is such a member.
func (o *tailObject) Has(key string) bool { return key == "headers" }

// Delete refuses: a tail has its headers.
func (o *tailObject) Delete(string) bool { return false }

// Keys returns the only member.
func (o *tailObject) Keys() []string { return []string{"headers"} }
