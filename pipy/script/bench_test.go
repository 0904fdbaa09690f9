package script

import (
	"testing"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// callback loads a module with a context variable and returns a callback of it.
func callback(b *testing.B, source string) (spec.Func, *Program) {
	var f spec.Func
	p, err := load(b, "pipy({ _x: 0, _target: '' }).task().onStart("+source+")")
	if err != nil {
		b.Fatal(err)
	}
	m := p.main
	v, err := p.e.rt.RunProgram(mustCompile(b, p, source))
	if err != nil {
		b.Fatal(err)
	}
	wrapper, _ := p.e.export(v).(*function)
	r, err := wrapper.call(nil, m.scope)
	if err != nil {
		b.Fatal(err)
	}
	f, _ = p.e.export(r).(spec.Func)
	return f, p
}

func benchmarkCallback(b *testing.B, source string, args func() []any) {
	f, p := callback(b, source)
	ctx := p.NewContext(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Call(ctx, args()...); err != nil {
			b.Fatal(err)
		}
	}
}

func none() []any { return nil }

func BenchmarkCallbackEmpty(b *testing.B)    { benchmarkCallback(b, "() => false", none) }
func BenchmarkCallbackVariable(b *testing.B) { benchmarkCallback(b, "() => _target", none) }
func BenchmarkCallbackAssign(b *testing.B) {
	benchmarkCallback(b, "() => (_x = 1, _target && (_x = 2))", none)
}

func BenchmarkCallbackHead(b *testing.B) {
	benchmarkCallback(b, "msg => (_target = msg.head.headers.host + msg.head.path, undefined)", func() []any {
		h := httphead.New()
		h.Path = "/a/b"
		h.Header.Add("host", "localhost")
		return []any{&event.MessageStart{Head: h}}
	})
}
