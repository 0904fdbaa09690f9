package script

import (
	"slices"

	"github.com/dop251/goja"

	"pipy/pipy/codec/httphead"
)

// tailObject is the script's side of an HTTP tail.
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

// Get returns a member; the headers are null if there are none.
func (o *tailObject) Get(key string) goja.Value {
	switch {
	case !o.Has(key):
		return nil
	case key == "headSize":
		return o.e.rt.ToValue(o.tail.HeadSize)
	case key == "bodySize":
		return o.e.rt.ToValue(o.tail.BodySize)
	}
	if v, ok := o.tail.ScriptHeader.(*goja.Object); ok {
		return v
	}
	if o.tail.HeadSize > 0 && len(o.tail.Header.Fields) == 0 {
		return goja.Null()
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
	o.tail.ScriptHeader = nil
	o.tail.Header.SetObject(o.e.export(v))
	return true
}

// Has tells whether there is such a member.
func (o *tailObject) Has(key string) bool { return slices.Contains(o.Keys(), key) }

// Delete refuses: a tail has its members.
func (o *tailObject) Delete(string) bool { return false }

// Keys returns the members.
func (o *tailObject) Keys() []string {
	if o.tail.HeadSize == 0 {
		return tailKeys[:1]
	}
	return tailKeys
}

var tailKeys = []string{"headers", "headSize", "bodySize"}
