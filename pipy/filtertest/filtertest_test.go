package filtertest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	ft "pipy/pipy/filtertest"
)

// recorder is a test whose failures are looked at.
type recorder struct {
	testing.TB
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()                   {}
func (r *recorder) Cleanup(f func())          { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Error(args ...any)         { r.failures = append(r.failures, fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, a ...any) { r.failures = append(r.failures, fmt.Sprintf(f, a...)) }

// failures returns what a test of one filter complains about.
func failures(t *testing.T, test func(tb testing.TB)) string {
	r := &recorder{TB: t}
	test(r)
	for _, f := range r.cleanups {
		f()
	}
	return strings.Join(r.failures, "\n")
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		test func(tb testing.TB)
		want string // a part of the complaint; empty for none
	}{
		"all is well": {func(tb testing.TB) {
			f := ft.New(tb, "pack", 2, ft.Options{"separator": ","})
			f.Send(ft.Message("a")...)
			f.Want() // nothing until the batch is complete
			f.Send(ft.Message("b")...)
			f.Want("MessageStart", `Data "a,b"`, "MessageEnd")
		}, ""},
		"other output": {func(tb testing.TB) {
			f := ft.New(tb, "dummy")
			f.Send(ft.End())
			f.Want("StreamEnd ReadError")
		}, "want:\n  StreamEnd ReadError"},
		"output left": {func(tb testing.TB) {
			ft.New(tb, "dummy").Send(ft.End())
		}, "nobody asked for"},
		"after the end": {func(tb testing.TB) {
			f := ft.New(tb, "replaceData", ft.Array{ft.End(), ft.End()})
			f.Send(ft.Data("a"))
			f.Take()
		}, ""},
		"an error left": {func(tb testing.TB) {
			f := ft.New(tb, "handleData", func() (any, error) { return nil, errors.New("boom") })
			f.Send(ft.Data("a"))
			f.Want("StreamEnd RuntimeError")
		}, "boom"},
		"no error": {func(tb testing.TB) {
			ft.New(tb, "dummy").WantError("boom")
		}, "no error was reported"},
	} {
		t.Run(name, func(t *testing.T) {
			got := failures(t, c.test)
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
