package api

import (
	"strings"
	"testing"
	"time"

	"pipy/pipy/algo"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

func TestHashAndUUID(t *testing.T) {
	e := newEngine()
	if a, b := e.do(t, "algo.hash", "x"), e.do(t, "algo.hash", "x"); a != b {
		t.Errorf("hash: got %v and %v, want the same", a, b)
	}
	o := obj()
	if e.do(t, "algo.hash", o) == e.do(t, "algo.hash", obj()) {
		t.Error("hash: want objects told apart")
	}
	if s := e.do(t, "algo.uuid").(string); len(s) != 36 {
		t.Errorf("uuid: got %q", s)
	}
}

func TestCache(t *testing.T) {
	e := newEngine()
	var freed []string
	c := e.new(t, "algo.Cache",
		fn(func(args ...any) any { return "new " + args[0].(string) }),
		fn(func(args ...any) any { freed = append(freed, args[0].(string)); return nil }),
		obj("size", 2))
	want(t, "get", e.on(t, c, "get", "a"), `"new a"`)
	want(t, "find", e.on(t, c, "find", "b"), "undefined")
	want(t, "has", e.on(t, c, "has", "a"), "true")
	value := obj("v", 1)
	e.on(t, c, "set", "b", value)
	e.on(t, c, "set", "c", Null)
	if got := e.on(t, c, "get", "b").(spec.Raw).Value; got != value {
		t.Errorf("get: got %v, want the very object", got)
	}
	want(t, "null", e.on(t, c, "get", "c"), "null")
	want(t, "remove", e.on(t, c, "remove", "c"), "true")
	want(t, "remove again", e.on(t, c, "remove", "c"), "false")
	e.on(t, c, "clear")
	if got := strings.Join(freed, " "); got != "a c b" {
		t.Errorf("freed: got %q, want a c b", got)
	}
}

func TestCacheKeysObjectsByIdentity(t *testing.T) {
	e := newEngine()
	c := e.new(t, "algo.Cache")
	key := obj()
	e.on(t, c, "set", key, 1)
	e.on(t, c, "set", 5, "number")
	want(t, "same", e.on(t, c, "get", key), "1")
	want(t, "another", e.on(t, c, "get", obj()), "undefined")
	want(t, "number", e.on(t, c, "get", 5), `"number"`)
	want(t, "text", e.on(t, c, "get", "5"), "undefined")
}

func TestCacheExpires(t *testing.T) {
	e := newEngine()
	c := e.new(t, "algo.Cache", nil, nil, obj("ttl", "2s"))
	e.on(t, c, "set", "a", 1)
	e.loop.Advance(1999 * time.Millisecond)
	want(t, "before", e.on(t, c, "get", "a"), "1")
	e.loop.Advance(time.Millisecond)
	want(t, "after", e.on(t, c, "get", "a"), "undefined")
}

func TestCacheErrors(t *testing.T) {
	e := newEngine()
	for _, c := range []struct {
		args []any
		err  string
	}{
		{[]any{1}, "allocate: want a function, got 1"},
		{[]any{nil, "x"}, `free: want a function, got "x"`},
		{[]any{nil, nil, obj("size", "big")}, `options.size: want a number, got "big"`},
		{[]any{nil, nil, obj("ttl", true)}, `options.ttl: want seconds or a string like "1m", got true`},
		{[]any{nil, nil, 3}, "options: want an object, got 3"},
	} {
		_, err := e.tryNew("algo.Cache", c.args...)
		wantError(t, c.err, err, c.err)
	}
	c := e.new(t, "algo.Cache", throwing(), throwing())
	_, err := e.tryOn(c, "get", "a")
	wantError(t, "allocate throws", err, "thrown")
	e.on(t, c, "set", "a", 1)
	_, err = e.tryOn(c, "remove", "a")
	wantError(t, "free throws", err, "thrown")
}

func TestURLRouter(t *testing.T) {
	e := newEngine()
	value := obj()
	r := e.new(t, "algo.URLRouter", obj("/*", "any", "/hi", "hi", "a.com/x/*", value))
	if e.on(t, r, "add", "*.b.com/", 5) != r {
		t.Error("add: want the router")
	}
	want(t, "path", e.on(t, r, "find", "/hi"), `"hi"`)
	want(t, "host and path", e.on(t, r, "find", "c.com", "/hi?x"), `"hi"`)
	want(t, "nothing between", e.on(t, r, "find", nil, Null, "/hi"), `"hi"`)
	want(t, "wild", e.on(t, r, "find", "x.b.com:80", "/"), "5")
	if e.on(t, r, "find", "a.com", "x", "y") != value {
		t.Error("find: want the very object")
	}
	want(t, "not found", e.on(t, e.new(t, "algo.URLRouter"), "find", "/"), "undefined")
	_, err := e.tryNew("algo.URLRouter", obj("a.com", 1))
	wantError(t, "pattern", err, `invalid URL pattern: want [host]/path, host without a port, got "a.com"`)
	_, err = e.tryOn(r, "find", 1)
	wantError(t, "segments", err, "segments: want strings, got 1")
	_, err = e.tryOn(r, "add", 1, 1)
	wantError(t, "add", err, "pattern: want a string, got 1")
}

func TestRoundRobin(t *testing.T) {
	e := newEngine()
	b := e.new(t, "algo.RoundRobinLoadBalancer", obj("a", 3, "b", 1))
	got := ""
	for range 8 {
		got += e.on(t, b, "select").(string)
	}
	if got != "abaaabaa" {
		t.Errorf("select: got %s, want abaaabaa", got)
	}
	e.on(t, b, "set", "a", 0)
	want(t, "weight 0", e.on(t, b, "select"), `"b"`)
	e.on(t, b, "set", arr("c"))
	want(t, "new targets", e.on(t, b, "select", "key"), `"c"`)
	e.on(t, b, "deselect", "c")
	unhealthy := e.new(t, "algo.Cache")
	e.on(t, unhealthy, "set", "c", false)
	want(t, "healthy", e.on(t, b, "select", nil, unhealthy), `"c"`)
	e.on(t, unhealthy, "set", "c", true)
	want(t, "unhealthy", e.on(t, b, "select", nil, unhealthy), "undefined")
	want(t, "unhealthy", e.on(t, b, "next", nil, nil, unhealthy), "undefined")
}

func TestLeastWork(t *testing.T) {
	e := newEngine()
	unhealthy := e.new(t, "algo.Cache")
	b := e.new(t, "algo.LeastWorkLoadBalancer", arr("a", "b"), unhealthy)
	want(t, "first", e.on(t, b, "select"), `"a"`)
	want(t, "second", e.on(t, b, "select"), `"b"`)
	e.on(t, b, "deselect", "b")
	want(t, "given back", e.on(t, b, "select"), `"b"`)
	e.on(t, unhealthy, "set", "a", true)
	e.on(t, unhealthy, "set", "b", 1)
	want(t, "none", e.on(t, b, "select"), "undefined")
	e.on(t, b, "deselect", nil)
}

// connection is a borrower that ends.
type connection struct{ ends []func() }

func (c *connection) OnEnd(f func()) { c.ends = append(c.ends, f) }

func TestBorrowersGiveBackWhenTheyEnd(t *testing.T) {
	e := newEngine()
	b := e.new(t, "algo.LeastWorkLoadBalancer", arr("a", "b"))
	c := &connection{}
	e.ctx = &pipeline.Context{Inbound: c}
	r := e.on(t, b, "next")
	want(t, "id", prop(r, "id"), `"a"`)
	if e.on(t, b, "borrow") != r {
		t.Error("borrow: want the same resource for the same connection")
	}
	if e.on(t, b, "next", obj()) == r {
		t.Error("next: want another resource for another borrower")
	}
	if len(c.ends) != 1 {
		t.Fatalf("want one watch of the connection's end, got %d", len(c.ends))
	}
	c.ends[0]()
	want(t, "after the end", prop(e.on(t, b, "next", obj()), "id"), `"a"`)
}

func TestHashing(t *testing.T) {
	e := newEngine()
	b := e.new(t, "algo.HashingLoadBalancer", arr("a"))
	want(t, "select", e.on(t, b, "select", "k"), `"a"`)
	e.on(t, b, "add", "b")
	e.on(t, b, "set", arr("c"))
	want(t, "set", e.on(t, b, "select", "k"), `"c"`)
	want(t, "next", prop(e.on(t, b, "next", nil, "k"), "target"), `"c"`)
	want(t, "none", e.on(t, e.new(t, "algo.HashingLoadBalancer"), "select", "k"), "undefined")
}

func TestBalancerErrors(t *testing.T) {
	e := newEngine()
	for _, c := range []struct {
		class string
		args  []any
		err   string
	}{
		{"algo.RoundRobinLoadBalancer", []any{"a"}, `targets: want an object, got "a"`},
		{"algo.RoundRobinLoadBalancer", []any{arr(1)}, "targets: element 0: want a string, got 1"},
		{"algo.LeastWorkLoadBalancer", []any{obj("a", "x")}, `targets.a: want a number, got "x"`},
		{"algo.LeastWorkLoadBalancer", []any{arr(), 1}, "unhealthy: want an object of class algo.Cache, got 1"},
		{"algo.HashingLoadBalancer", []any{obj()}, "targets: want an array of strings, got an object"},
		{"algo.LoadBalancer", []any{1}, "targets: want an array, got 1"},
		{"algo.LoadBalancer", []any{arr(), obj("algorithm", "x")}, `options.algorithm: want one of round-robin, least-load, got "x"`},
		{"algo.LoadBalancer", []any{arr(), obj("weight", "x")}, `options.weight: want a number or a function that returns one, got "x"`},
		{"algo.LoadBalancer", []any{arr("a"), obj("capacity", fn(func(...any) any { return "x" }))}, `options.capacity: want a function that returns a number, got "x"`},
		{"algo.LoadBalancer", []any{arr("a"), obj("key", throwing())}, "thrown"},
	} {
		_, err := e.tryNew(c.class, c.args...)
		wantError(t, c.err, err, c.err)
	}
	b := e.new(t, "algo.RoundRobinLoadBalancer", arr("a"))
	_, err := e.tryOn(b, "select", nil, 1)
	wantError(t, "unhealthy", err, "unhealthy: want an object of class algo.Cache, got 1")
	_, err = e.tryOn(b, "set", 1)
	wantError(t, "set", err, "target: want a name, an array of names or an object of weights, got 1")
}

func TestLoadBalancer(t *testing.T) {
	e := newEngine()
	a, b := obj("id", "a", "weight", 2), obj("id", "b", "weight", 1)
	get := func(name string) *function {
		return fn(func(args ...any) any { return args[0].(*object).Get(name) })
	}
	lb := e.new(t, "algo.LoadBalancer", arr(a, b), obj("key", get("id"), "weight", get("weight"), "capacity", 1))
	want(t, "schedule", e.on(t, lb, "schedule", 3), `[ { id: "a", weight: 2 }, { id: "b", weight: 1 }, { id: "a", weight: 2 } ]`)
	r := e.on(t, lb, "allocate", "b")
	if prop(r, "target") != b {
		t.Error("target: want the very object")
	}
	notB := fn(func(args ...any) any { return args[0] != b })
	want(t, "validator", prop(e.on(t, lb, "allocate", nil, notB), "target"), `{ id: "a", weight: 2 }`)
	if e.on(t, lb, "allocate", "b") != r {
		t.Error("beyond the capacity: want the resource that is lent")
	}
	none := fn(func(args ...any) any { return false })
	want(t, "none valid", e.on(t, lb, "allocate", nil, none), "null")
	e.on(t, r, "free")
	e.on(t, r, "free")
	want(t, "freed", prop(e.on(t, lb, "allocate"), "id"), `{ id: "b", weight: 1 }`)
	e.on(t, lb, "provision", arr())
	want(t, "no targets", e.on(t, lb, "schedule", 1), "[ ]")
	e.on(t, lb, "provision", arr(a))
	_, err := e.tryOn(lb, "schedule", 1, throwing())
	wantError(t, "throwing", err, "thrown")
}

func TestQuota(t *testing.T) {
	e := newEngine()
	q := e.new(t, "algo.Quota", 10, obj("per", 1, "max", inf(1)))
	want(t, "consume", e.on(t, q, "consume", 8), "8")
	want(t, "the rest", e.on(t, q, "consume", 8), "2")
	e.on(t, q, "produce", 3)
	want(t, "current", prop(q, "current"), "3")
	e.loop.Advance(time.Second)
	want(t, "refilled", prop(q, "current"), "10")
	e.on(t, q, "consume", 4)
	e.on(t, q, "reset")
	want(t, "reset", prop(q, "current"), "10")
	want(t, "initial", prop(q, "initial"), "10")
	shared := e.new(t, "algo.Quota", 1, obj("key", "quota of the test"))
	e.on(t, shared, "consume")
	want(t, "shared", e.on(t, e.new(t, "algo.Quota", 1, obj("key", "quota of the test")), "consume"), "0")
	_, err := e.tryNew("algo.Quota", "x")
	wantError(t, "initial", err, `initial: want a number, got "x"`)
	_, err = e.tryNew("algo.Quota", 1, obj("per", "x"))
	wantError(t, "per", err, `options.per: want seconds or a string like "1m", got "x"`)
}

func TestPercentile(t *testing.T) {
	e := newEngine()
	p := e.new(t, "algo.Percentile", arr(1, 2, 4))
	for _, x := range []any{1, 1, 2, 3} {
		e.on(t, p, "observe", x)
	}
	want(t, "50", e.on(t, p, "calculate", 50), "1")
	want(t, "100", e.on(t, p, "calculate", 100), "4")
	e.on(t, p, "reset")
	want(t, "reset", e.on(t, p, "calculate", 50), "0")
	_, err := e.tryNew("algo.Percentile", arr("x"))
	wantError(t, "buckets", err, `buckets: want an array of numbers, got "x"`)
}

func TestResourcePool(t *testing.T) {
	e := newEngine()
	p := e.new(t, "algo.ResourcePool", fn(func(args ...any) any { return obj("tag", args[0]) }))
	a := e.on(t, p, "allocate", "x")
	want(t, "resource", a, `{ tag: "x" }`)
	b := e.on(t, p, "allocate", "x", "tenant")
	if e.on(t, p, "allocate", "x", "tenant") != b || b == a {
		t.Error("want one resource for the tenant")
	}
	want(t, "free", e.on(t, p, "free", a), "true")
	want(t, "free again", e.on(t, p, "free", a), "false")
	if e.on(t, p, "allocate", "x") != a {
		t.Error("want the freed resource")
	}
	e.on(t, p, "freeTenant", "tenant")
	if e.on(t, p, "allocate", "x") != b {
		t.Error("want the tenant's resource")
	}
	_, err := e.tryNew("algo.ResourcePool")
	wantError(t, "no allocator", err, "allocator: want a function, got nothing")
	_, err = e.tryOn(e.new(t, "algo.ResourcePool", throwing()), "allocate")
	wantError(t, "throwing", err, "thrown")
}

func BenchmarkURLRouterFind(b *testing.B) {
	e := newEngine()
	r := &algo.URLRouter{}
	for _, p := range []string{"/*", "/api/v1/*", "a.com/x/y", "*.b.com/z/*"} {
		if err := r.Add(p, "value"); err != nil {
			b.Fatal(err)
		}
	}
	find := method(class("algo.URLRouter").Methods, "find")
	c := e.call("x.b.com", "/z/1?q")
	b.ReportAllocs()
	for b.Loop() {
		if v, _ := find.Call(r, c); v != "value" {
			b.Fatal(v)
		}
	}
}

func BenchmarkCacheGet(b *testing.B) {
	e := newEngine()
	o := algo.NewCache(nil, nil, 0, 0, nil)
	get, set := method(class("algo.Cache").Methods, "get"), method(class("algo.Cache").Methods, "set")
	if _, err := set.Call(o, e.call("key", "value")); err != nil {
		b.Fatal(err)
	}
	c := e.call("key")
	b.ReportAllocs()
	for b.Loop() {
		if v, _ := get.Call(o, c); v != "value" {
			b.Fatal(v)
		}
	}
}
