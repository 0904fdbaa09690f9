package algo

import (
	"strings"
	"testing"
	"time"
)

func targets(spec ...any) []Target {
	var list []Target
	for i := 0; i < len(spec); i += 2 {
		list = append(list, Target{spec[i].(string), spec[i+1].(float64)})
	}
	return list
}

type selector interface {
	Select(key any, unhealthy *Cache) (string, bool)
}

// selects calls Select n times and joins the answers.
func selects(b selector, n int) string {
	var s []string
	for range n {
		id, ok := b.Select(nil, nil)
		if !ok {
			id = "-"
		}
		s = append(s, id)
	}
	return strings.Join(s, " ")
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestRoundRobinSharesByWeight(t *testing.T) {
	for _, tt := range []struct {
		targets []Target
		want    string
	}{
		{targets("a", 3.0, "b", 1.0), "a b a a a b a a"},
		{targets("a", 1.0, "b", 1.0, "c", 1.0), "a b c a b c"},
		{targets("a", 1.0, "b", 2.0), "a b b a b b"},
		{targets("a", 0.5, "b", 0.5), "a b a b"},
		{targets("a", 0.0, "b", 1.0, "c", -1.0), "b b b"},
		{targets("a", 0.0), "- -"},
		{targets("a", 9.0, "a", 1.0, "b", 1.0), "a b a b"},
		{nil, "- -"},
	} {
		b := NewRoundRobin(tt.targets, nil)
		check(t, "selections", selects(b, len(strings.Fields(tt.want))), tt.want)
	}
}

func TestRoundRobinTakesRecoveredTargetBackWithoutBurst(t *testing.T) {
	now := time.Unix(0, 0)
	unhealthy := NewCache(nil, nil, 0, 10*time.Second, func() time.Time { return now })
	b := NewRoundRobin(targets("a", 1.0, "b", 1.0), unhealthy)
	unhealthy.Set("a", true)
	check(t, "a is away", selects(b, 9), "b b b b b b b b b")
	now = now.Add(10 * time.Second)
	check(t, "a is back", selects(b, 6), "a a b a b a")
	unhealthy.Set("a", false)
	check(t, "a false entry", selects(b, 2), "b a")
	unhealthy.Set("a", true)
	unhealthy.Set("b", true)
	check(t, "all away", selects(b, 2), "- -")
}

func TestRoundRobinSetChangesList(t *testing.T) {
	b := NewRoundRobin(targets("a", 1.0, "b", 1.0), nil)
	b.Set("c", 1)
	check(t, "added", selects(b, 6), "a b c a b c")
	b.Set("b", 0)
	check(t, "weight 0", selects(b, 4), "a c a c")
	b.Set("b", 2)
	check(t, "weight 2", selects(b, 8), "a b c b a b c b")
	b.SetTargets(targets("c", 1.0, "d", 1.0))
	check(t, "replaced", selects(b, 4), "c d c d")
}

func TestLeastWorkCountsWorkUnderWay(t *testing.T) {
	b := NewLeastWork(targets("a", 2.0, "b", 1.0), nil)
	check(t, "loading", selects(b, 6), "a b a a b a")
	b.Deselect("b")
	check(t, "b gave back", selects(b, 1), "b")
	b.Deselect("a")
	b.Deselect("a")
	check(t, "a gave back", selects(b, 3), "a a a")
	b.Deselect("unknown")
	b = NewLeastWork(targets("a", 1.0, "b", 1.0), nil)
	b.Deselect("a") // never below zero
	check(t, "balanced", selects(b, 4), "a b a b")
}

func TestLeastWorkKeepsAccountOfRemovedTarget(t *testing.T) {
	b := NewLeastWork(targets("a", 1.0, "b", 1.0), nil)
	first := b.Next(nil, nil, nil)
	second := b.Next(nil, nil, nil)
	third := b.Next(nil, nil, nil)
	if first.Target != "a" || second.Target != "b" || third.Target != "a" {
		t.Fatalf("got %v %v %v, want a b a", first.Target, second.Target, third.Target)
	}
	b.SetTargets(targets("b", 1.0))
	check(t, "without a", selects(b, 1), "b")
	b.SetTargets(targets("a", 1.0, "b", 1.0)) // a still has two
	check(t, "a is back", selects(b, 2), "a b")
	b.SetTargets(targets("b", 1.0))
	first.Free()
	first.Free()
	third.Free()
	b.Deselect("a")
	if len(b.byID) != 1 {
		t.Errorf("got %d targets on file, want 1", len(b.byID))
	}
	second.Free()
}

func TestStickyKeysKeepTheirTarget(t *testing.T) {
	bad := NewCache(nil, nil, 0, 0, nil)
	b := NewRoundRobin(targets("a", 1.0, "b", 1.0), nil)
	pick := func(key any) string {
		id, _ := b.Select(key, bad)
		return id
	}
	check(t, "two keys", pick("x")+pick("y")+pick("x")+pick("x")+pick("y"), "abaab")
	bad.Set("a", true)
	check(t, "a away", pick("x")+pick("y"), "bb")
	bad.Remove("a")
	check(t, "a back", pick("x")+pick("y"), "bb")
	b.SetTargets(targets("a", 1.0))
	check(t, "b gone", pick("x"), "a")
}

func TestStickySelectionsCountAsWork(t *testing.T) {
	b := NewLeastWork(targets("a", 1.0, "b", 1.0), nil)
	for range 3 {
		b.Select("x", nil)
	}
	check(t, "others", selects(b, 4), "b b b a")
}

func TestHashingSelectsByKey(t *testing.T) {
	bad := NewCache(nil, nil, 0, 0, nil)
	b := NewHashing([]string{"a", "b"}, bad)
	b.Add("c")
	want := []string{"a", "b", "c"}[Hash("key")%3]
	for range 3 {
		if id, ok := b.Select("key", nil); id != want || !ok {
			t.Errorf("got %q %v, want %q", id, ok, want)
		}
	}
	bad.Set(want, 1.0)
	if id, ok := b.Select("key", nil); ok {
		t.Errorf("got %q, want none: it is unhealthy", id)
	}
	if b.Next(nil, "key", nil) != nil {
		t.Error("lent an unhealthy target")
	}
	b.Deselect(want)
	if id, ok := NewHashing(nil, nil).Select("key", nil); ok {
		t.Errorf("got %q of no targets", id)
	}
}

func TestBorrowerKeepsResourceUntilReleased(t *testing.T) {
	type balancer interface {
		Next(borrower, key any, unhealthy *Cache) *Resource
		Release(borrower any)
	}
	for name, b := range map[string]balancer{
		"RoundRobin": NewRoundRobin(targets("a", 1.0, "b", 1.0), nil),
		"LeastWork":  NewLeastWork(targets("a", 1.0, "b", 1.0), nil),
		"Hashing":    NewHashing([]string{"a", "b"}, nil),
	} {
		one, two := new(int), new(int)
		first := b.Next(one, "k", nil)
		if again := b.Next(one, "other", nil); again != first {
			t.Errorf("%s: the borrower got another resource", name)
		}
		if other := b.Next(two, "k", nil); other == first {
			t.Errorf("%s: two borrowers got one resource", name)
		}
		if other := b.Next(nil, "k", nil); other == first {
			t.Errorf("%s: nobody got a borrower's resource", name)
		}
		b.Release(one)
		b.Release(one)
		second := b.Next(one, "k", nil)
		if second == first {
			t.Errorf("%s: got the released resource", name)
		}
		second.Free()
		if third := b.Next(one, "k", nil); third == second {
			t.Errorf("%s: got the freed resource", name)
		}
	}
}

func BenchmarkRoundRobin(b *testing.B) {
	r := NewRoundRobin(targets("a", 1.0, "b", 1.0, "c", 2.0), NewCache(nil, nil, 0, 0, nil))
	b.ReportAllocs()
	for b.Loop() {
		r.Select(nil, nil)
	}
}
