package algo

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

func TestResourcePoolReusesFreedResources(t *testing.T) {
	made := 0
	p := NewResourcePool(func(tag, tenant any) (any, error) {
		made++
		return fmt.Sprint(tag, made), nil
	})
	allocate := func(tag, tenant any, want string) {
		t.Helper()
		if r, err := p.Allocate(tag, tenant); r != want || err != nil {
			t.Errorf("Allocate(%v, %v) = %v %v, want %s", tag, tenant, r, err, want)
		}
	}
	allocate("x", nil, "x1")
	allocate("x", nil, "x2")
	allocate("y", nil, "y3")
	if !p.Free("x1") || p.Free("x1") || p.Free("unknown") {
		t.Error("Free does not tell what was in use")
	}
	allocate("y", nil, "y4")
	allocate("x", "joe", "x1")
	allocate("x", "joe", "x1")
	allocate("y", "joe", "y5")
	allocate("x", "ann", "x6")
	p.FreeTenant("joe")
	p.FreeTenant("joe")
	allocate("y", nil, "y5")
	allocate("x", "joe", "x1")
	p.Free("x1")
	allocate("x", "ann", "x6")
	allocate("x", "bob", "x1")
	allocate("x", "joe", "x7")
}

func TestResourcePoolPassesErrorsUp(t *testing.T) {
	failure := errors.New("no")
	p := NewResourcePool(func(tag, tenant any) (any, error) { return 1, failure })
	if r, err := p.Allocate("x", "joe"); r != nil || err != failure {
		t.Errorf("got %v %v, want the error", r, err)
	}
}

func TestResourcePoolTakesNaN(t *testing.T) {
	nan := math.NaN()
	p := NewResourcePool(func(tag, tenant any) (any, error) { return nan, nil })
	for range 2 {
		if _, err := p.Allocate(nan, nan); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.busy) != 1 || len(p.tenants) != 1 {
		t.Errorf("want one resource of one tenant, got %v of %v", p.busy, p.tenants)
	}
	if p.FreeTenant(nan); len(p.busy) != 0 || len(p.tenants) != 0 || len(p.free) != 1 {
		t.Errorf("want all free, got %v of %v", p.busy, p.tenants)
	}
}
