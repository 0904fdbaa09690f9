package filters_test

import (
	"errors"
	"testing"

	ft "pipy/pipy/filtertest"
)

func TestLinkAsksUntilAConditionHolds(t *testing.T) {
	ready := false
	names := ft.Pipelines{"a": mark(" a"), "b": mark(" b")}
	f := ft.New(t, "link", "a", func() bool { return ready }, "b", func() bool { return false }, names)
	for range 2 {
		f.Send(ft.Data("1"))
		f.Want()
		ready = true
		f.Send(ft.Data("2"))
		f.Want(`Data "1 a"`, `Data "2 a"`)
		ready = false
		f.Send(ft.Data("3"), ft.End())
		f.Want(`Data "3 a"`, "StreamEnd")
		f.Again()
	}
}

func TestLinkTakesTheTargetWithoutACondition(t *testing.T) {
	f := ft.New(t, "link", "a", func() bool { return false }, "b", ft.Pipelines{"a": mark(" a"), "b": mark(" b")})
	f.Send(ft.Data("1"))
	f.Want(`Data "1 b"`)
	f = ft.New(t, "link", "a", func() bool { return false }, "", ft.Pipelines{"a": mark(" a")})
	f.Send(ft.Data("1"))
	f.Want(`Data "1"`)
}

func TestBranchTakesTheFirstConditionThatHolds(t *testing.T) {
	f := ft.New(t, "branch", func() bool { return false }, ft.Pipe(mark(" a")), true, ft.Pipe(mark(" b")), ft.Pipe(mark(" c")))
	f.Send(ft.Data("1"), ft.End())
	f.Want(`Data "1 b"`, "StreamEnd")
	f = ft.New(t, "branch", false, ft.Pipe(mark(" a")), ft.Pipe(mark(" c")))
	f.Send(ft.Data("1"))
	f.Want(`Data "1 c"`)
	f = ft.New(t, "branch", func() (any, error) { return nil, errors.New("boom") }, ft.Pipe(mark(" a")))
	f.Send(ft.Data("1"))
	f.WantError("boom")
	f.Want("StreamEnd RuntimeError")
}
