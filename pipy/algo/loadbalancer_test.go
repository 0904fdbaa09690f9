package algo

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// server is a target with everything the functions can ask for.
type server struct {
	name     string
	weight   float64
	capacity int
}

func balancer(t *testing.T, algorithm string, servers ...any) *LoadBalancer {
	t.Helper()
	b, err := NewLoadBalancer(servers, LoadBalancerOptions{
		Algorithm: algorithm,
		Key:       func(s any) (any, error) { return s.(server).name, nil },
		Weight:    func(s any) (float64, error) { return s.(server).weight, nil },
		Capacity:  func(s any) (int, error) { return s.(server).capacity, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func not(names ...string) Validator {
	return func(s any) (bool, error) { return !slices.Contains(names, s.(server).name), nil }
}

// allocates makes n allocations and joins the names.
func allocates(t *testing.T, b *LoadBalancer, n int, valid Validator) (names string, resources []*Resource) {
	t.Helper()
	for range n {
		r, err := b.Allocate(nil, valid)
		if err != nil {
			t.Fatal(err)
		}
		if r == nil {
			names += "-"
			continue
		}
		names += r.Target.(server).name
		resources = append(resources, r)
	}
	return names, resources
}

func TestLoadBalancerOrder(t *testing.T) {
	for _, tt := range []struct {
		algorithm string
		servers   []any
		want      string
	}{
		{"", []any{server{"a", 2, 0}, server{"b", 1, 0}, server{"c", 1, 0}}, "abcaabca"},
		{AlgorithmRoundRobin, []any{server{"a", 1, 0}, server{"b", 1, 0}}, "abab"},
		{AlgorithmRoundRobin, []any{server{"a", 3, 0}, server{"b", 1, 0}}, "abaaabaa"},
		{AlgorithmRoundRobin, []any{server{"a", 0, 0}, server{"b", 1, 0}, server{"c", -1, 0}}, "bbb"},
		{AlgorithmLeastLoad, []any{server{"a", 2, 0}, server{"b", 1, 0}, server{"c", 1, 0}}, "abcaabca"},
		{AlgorithmRoundRobin, []any{server{"a", 1, 1}, server{"b", 1, 2}}, "ababa"},
		{AlgorithmRoundRobin, []any{server{"a", 1, 0}, server{"a", 9, 0}, server{"b", 1, 0}}, "abab"},
		{AlgorithmRoundRobin, []any{server{"a", 0, 0}}, "--"},
		{AlgorithmLeastLoad, nil, "--"},
	} {
		b := balancer(t, tt.algorithm, tt.servers...)
		got, _ := allocates(t, b, len(tt.want), nil)
		check(t, fmt.Sprint(tt.algorithm, tt.servers), got, tt.want)
	}
}

func TestLoadBalancerDefaults(t *testing.T) {
	b, err := NewLoadBalancer([]any{"a", "b", "a"}, LoadBalancerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Schedule(5, nil)
	if want := []any{"a", "b", "a", "b", "a"}; !slices.Equal(got, want) || err != nil {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
	if _, err := NewLoadBalancer(nil, LoadBalancerOptions{Algorithm: "random"}); err == nil {
		t.Error("want an error for an unknown algorithm")
	}
}

func TestLoadBalancerScheduleLooksAheadWithLeastLoad(t *testing.T) {
	b := balancer(t, AlgorithmLeastLoad, server{"a", 1, 0}, server{"b", 1, 0})
	_, held := allocates(t, b, 1, nil)
	for range 2 {
		got, _ := b.Schedule(3, nil)
		check(t, "ahead", fmt.Sprint(got), "[{b 1 0} {a 1 0} {b 1 0}]")
	}
	held[0].Free()
	got, _ := b.Schedule(1, nil)
	check(t, "after free", fmt.Sprint(got), "[{a 1 0}]")
	got, _ = b.Schedule(2, not("a", "b"))
	check(t, "none valid", fmt.Sprint(got), "[]")
}

func TestLoadBalancerLeastLoadFollowsFree(t *testing.T) {
	b := balancer(t, AlgorithmLeastLoad, server{"a", 1, 0}, server{"b", 1, 0})
	names, held := allocates(t, b, 4, nil)
	check(t, "loading", names, "abab")
	held[1].Free()
	held[3].Free()
	names, _ = allocates(t, b, 3, nil)
	check(t, "b is free", names, "bba")
}

func TestLoadBalancerRecoveredTargetMakesNoBurst(t *testing.T) {
	b := balancer(t, AlgorithmRoundRobin, server{"a", 1, 0}, server{"b", 1, 0}, server{"c", 1, 0})
	names, _ := allocates(t, b, 6, not("b"))
	check(t, "b is away", names, "acacac")
	names, _ = allocates(t, b, 6, nil)
	check(t, "b is back", names, "babcab")
	names, _ = allocates(t, b, 2, not("a", "b", "c"))
	check(t, "all away", names, "--")
}

func TestLoadBalancerReusesLeastUsedResource(t *testing.T) {
	b := balancer(t, "", server{"a", 1, 0})
	_, held := allocates(t, b, 2, nil)
	if held[0] == held[1] {
		t.Error("a resource is shared without need")
	}
	held[1].Free()
	held[1].Free() // once is enough
	r, _ := b.Allocate(nil, nil)
	if r != held[1] {
		t.Error("a free resource was not used again")
	}
	if r, _ := b.Allocate(nil, nil); r == held[0] || r == held[1] {
		t.Error("a resource is shared without need")
	}
	held[1].Free()
	held[0].Free() // used once, the other twice
	if r, _ := b.Allocate(nil, nil); r != held[0] {
		t.Error("the most used resource was used again")
	}
}

func TestLoadBalancerSharesResourcesBeyondCapacity(t *testing.T) {
	b := balancer(t, "", server{"a", 1, 2})
	_, held := allocates(t, b, 5, nil)
	if !slices.Equal(held, []*Resource{held[0], held[1], held[0], held[1], held[0]}) || held[0] == held[1] {
		t.Fatalf("got %v, want two in turn", held)
	}
	for range 3 {
		held[0].Free()
	}
	names, again := allocates(t, b, 3, nil)
	check(t, "after three were given back", names, "aaa")
	if !slices.Equal(again, []*Resource{held[0], held[0], held[1]}) {
		t.Errorf("got %v, want the one that is lent least", again)
	}
}

func TestLoadBalancerKeyForcesTarget(t *testing.T) {
	b := balancer(t, "", server{"a", 1, 0}, server{"b", 1, 1}, server{"c", 0, 0})
	for _, tt := range []struct {
		key   any
		valid Validator
		want  string
	}{
		{"b", nil, "b"},
		{"b", nil, "b"},
		{"a", nil, "a"},
		{"b", not("b"), "a"},
		{"c", nil, "b"},
		{"unknown", nil, "a"},
	} {
		r, err := b.Allocate(tt.key, tt.valid)
		got := "-"
		if r != nil {
			got = r.Target.(server).name
		}
		if got != tt.want || err != nil {
			t.Errorf("key %v: got %s %v, want %s", tt.key, got, err, tt.want)
		}
	}
}

func TestLoadBalancerProvisionKeepsState(t *testing.T) {
	b := balancer(t, "", server{"a", 1, 1}, server{"b", 1, 1})
	_, held := allocates(t, b, 2, nil)
	if err := b.Provision([]any{server{"b", 2, 2}, server{"c", 1, 1}}); err != nil {
		t.Fatal(err)
	}
	names, _ := allocates(t, b, 2, nil)
	check(t, "b has one in use, a is gone", names, "cb")
	b.Provision([]any{server{"a", 1, 1}})
	held[0].Free()
	names, again := allocates(t, b, 1, nil)
	check(t, "a is free", names, "a")
	if again[0] != held[0] {
		t.Error("the resource of the target that came back is another one")
	}
	b.Provision(nil)
	again[0].Free()
	held[1].Free()
	if b.byKey["a"] != nil || b.byKey["b"] == nil || b.byKey["c"] == nil {
		t.Errorf("on file: %v, want those in use: b and c", b.byKey)
	}
}

func TestLoadBalancerPassesErrorsUp(t *testing.T) {
	failure := errors.New("no")
	b := balancer(t, "", server{"a", 1, 0})
	fails := func(any) (bool, error) { return true, failure }
	if r, err := b.Allocate(nil, fails); r != nil || err != failure {
		t.Errorf("Allocate: got %v %v", r, err)
	}
	if r, err := b.Allocate("a", fails); r != nil || err != failure {
		t.Errorf("Allocate with key: got %v %v", r, err)
	}
	if _, err := b.Schedule(1, fails); err != failure {
		t.Errorf("Schedule: got %v", err)
	}
	b.options.Weight = func(s any) (float64, error) { return 1, failure }
	if err := b.Provision([]any{server{"b", 1, 0}}); err != failure {
		t.Errorf("Provision: got %v", err)
	}
	names, _ := allocates(t, b, 1, nil)
	check(t, "the old list", names, "a")
}
