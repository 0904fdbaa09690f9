package script

import (
	"reflect"
	"unsafe"

	"github.com/dop251/goja"
)

// spareStack is memory for goja's value stack. goja drops its stack whenever
// its outermost call ends, and so allocates a new one, in steps, for each
// callback; a callback that is given empty memory of the same kind does not.
//
// goja's field is found by name and type, once. If a version of goja has
// another one, nothing is lent, and everything works, a little slower.
type spareStack struct {
	field  *[]goja.Value // goja's own field; nil when it was not found
	memory []goja.Value  // all nil while it is not lent
}

// spareValues is what most callbacks need; goja allocates for the others.
const spareValues = 32

func newSpareStack(rt *goja.Runtime) spareStack {
	vm, ok := reflect.TypeFor[goja.Runtime]().FieldByName("vm")
	if !ok || vm.Type.Kind() != reflect.Pointer || vm.Type.Elem().Kind() != reflect.Struct {
		return spareStack{}
	}
	stack, ok := vm.Type.Elem().FieldByName("stack")
	if !ok || stack.Type.Kind() != reflect.Slice || stack.Type.Elem() != reflect.TypeFor[goja.Value]() {
		return spareStack{}
	}
	p := *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(rt), vm.Offset))
	return spareStack{(*[]goja.Value)(unsafe.Add(p, stack.Offset)), make([]goja.Value, spareValues)}
}

// lend gives goja the memory, unless it has a stack because it is being called
// from within a call, and tells whether it did.
func (s *spareStack) lend() bool {
	if s.field == nil || *s.field != nil {
		return false
	}
	*s.field = s.memory[:0]
	return true
}

// takeBack is called when the call for which the memory was lent has ended.
func (s *spareStack) takeBack() {
	*s.field = nil
	clear(s.memory)
}
