package filters_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	ft "pipy/pipy/filtertest"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const (
	socks5Host    = "\x05\x01\x00\x05\x01\x00\x03\x04host\x00\x50"
	socks5Granted = `Data "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"`
	socks5Refused = `Data "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"`
	socks5Greeted = `Data "\x05\x00"`
)

// named is a script's function that names a number of arguments.
type named struct {
	count int
	call  func(args ...any) any
}

func (n named) Arity() int { return n.count }

func (n named) Call(_ *pipeline.Context, args ...any) (any, error) { return n.call(args...), nil }

var _ spec.Func = named{}

func TestAcceptSOCKSConnects(t *testing.T) {
	far := newFarEnd(t)
	f := ft.New(t, "acceptSOCKS", far.Layout, func(args ...any) any { return true })
	f.Send(ft.Flush(), ft.Data(socks5Host))
	f.Want(socks5Greeted, socks5Granted)
	far.want(`Data ""`) // so that a server may speak first
	far.say(f, ft.Data("welcome"))
	f.Want(`Data "welcome"`)
	f.Send(ft.Data("ping"), ft.End())
	far.want(`Data "ping"`, "StreamEnd")
	far.say(f, ft.Data("pong"), ft.End())
	f.Want(`Data "pong"`, "StreamEnd")

	f.Again()
	for _, c := range socks5Host + "rest" {
		f.Send(ft.Data(string(c)))
	}
	f.Want(socks5Greeted, socks5Granted)
	far.want(`Data ""`, `Data "r"`, `Data "e"`, `Data "s"`, `Data "t"`)
}

func TestAcceptSOCKSTellsWhereToInBothForms(t *testing.T) {
	for _, c := range []struct{ input, want string }{
		{socks5Host, "host 80 <nil>; host=host ip=<nil> domain=host port=80 id=<nil>"},
		{"\x05\x01\x00\x05\x01\x00\x01\x0a\x00\x00\x01\x00\x51", "10.0.0.1 81 <nil>; host=10.0.0.1 ip=10.0.0.1 domain=<nil> port=81 id=<nil>"},
		{"\x04\x01\x00\x52\x0a\x00\x00\x02user\x00", "10.0.0.2 82 user; host=10.0.0.2 ip=10.0.0.2 domain=<nil> port=82 id=user"},
		{"\x04\x01\x00\x53\x00\x00\x00\x01\x00name\x00", "name 83 ; host=name ip=<nil> domain=name port=83 id="},
	} {
		var got []string
		older := named{2, func(args ...any) any {
			got = append(got, fmt.Sprint(args[0], " ", args[1], " ", args[2]))
			return false
		}}
		f := ft.New(t, "acceptSOCKS", ft.Pipe(ft.Sink), older)
		f.Send(ft.Data(c.input))
		f.Take()
		newer := func(args ...any) any {
			r := args[0]
			text := ""
			for _, name := range []string{"host", "ip", "domain", "port", "id"} {
				text += fmt.Sprintf(" %s=%v", name, property(t, r, name))
			}
			got = append(got, text[1:])
			return false
		}
		f = ft.New(t, "acceptSOCKS", ft.Pipe(ft.Sink), newer)
		f.Send(ft.Data(c.input))
		f.Take()
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%q:\n  got  %s\n  want %s", c.input, text, c.want)
		}
	}
}

// property reads a property of an instance as a script does.
func property(t *testing.T, this any, name string) any {
	t.Helper()
	for _, c := range spec.Classes {
		if class, _ := spec.ClassName(this); c.Name != class {
			continue
		}
		for _, p := range c.Props {
			if p.Name == name {
				return p.Get(this)
			}
		}
	}
	t.Fatalf("%s has no property %s", spec.Show(this), name)
	return nil
}

func TestAcceptSOCKSRefuses(t *testing.T) {
	f := ft.New(t, "acceptSOCKS", ft.Pipe(ft.Sink), func(...any) any { return false })
	for _, c := range []struct {
		input string
		want  []string
	}{
		{socks5Host, []string{socks5Greeted, socks5Refused, "StreamEnd"}},
		{"\x04\x01\x00\x52\x0a\x00\x00\x02\x00", []string{`Data "\x00[\x00\x00\x00\x00\x00\x00"`, "StreamEnd"}},
		{"\x05\x01\x00\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00", []string{socks5Greeted, `Data "\x05\a\x00\x01\x00\x00\x00\x00\x00\x00"`, "StreamEnd ConnectionRefused"}},
		{"GET / HTTP/1.1", []string{"StreamEnd ProtocolError"}},
		{"\x05\x01\x02", []string{`Data "\x05\xff"`, "StreamEnd Unauthorized"}},
	} {
		f.Again()
		f.Send(ft.Data(c.input))
		f.Want(c.want...)
		f.Send(ft.Data("more"), ft.End())
		f.Want()
	}
}

func TestAcceptSOCKSAsksForAPassword(t *testing.T) {
	const login = "\x05\x02\x00\x02\x01\x03bob\x05right\x05\x01\x00\x03\x04host\x00\x50"
	var p *ft.Promise
	f := ft.New(t, "acceptSOCKS", ft.Pipe(ft.Sink), func(...any) any { return true }, ft.Options{
		"authenticate": func(args ...any) any {
			if p != nil {
				return p
			}
			return args[0] == "bob" && args[1] == "right"
		},
	})
	f.Send(ft.Data(login))
	f.Want(`Data "\x05\x02"`, `Data "\x01\x00"`, socks5Granted)

	f.Again()
	f.Send(ft.Data(strings.Replace(login, "right", "wrong", 1)))
	f.Want(`Data "\x05\x02"`, `Data "\x01\x01"`, "StreamEnd Unauthorized")

	f.Again()
	f.Send(ft.Data("\x04\x01\x00\x52\x0a\x00\x00\x02\x00"))
	f.Want(`Data "\x00[\x00\x00\x00\x00\x00\x00"`, "StreamEnd Unauthorized")

	for i := range len(login) {
		p = &ft.Promise{}
		f.Again()
		f.Send(ft.Data(login[:i]))
		f.Send(ft.Data(login[i:]))
		f.Want(`Data "\x05\x02"`)
		p.Resolve(true)
		f.Loop.Turn()
		f.Want(`Data "\x01\x00"`, socks5Granted)
	}

	p = &ft.Promise{}
	f.Again()
	f.Send(ft.Data(login))
	p.Reject(errors.New("no database"))
	f.Loop.Turn()
	f.Want(`Data "\x05\x02"`, `Data "\x01\x01"`, "StreamEnd RuntimeError")
	f.WantError("no database")
}

func TestAcceptSOCKSDecidesLater(t *testing.T) {
	far := newFarEnd(t)
	p := &ft.Promise{}
	f := ft.New(t, "acceptSOCKS", far.Layout, func(...any) any { return p })
	f.Send(ft.Data(socks5Host + "a"))
	f.Send(ft.Data("b"), ft.End())
	f.Want(socks5Greeted)
	p.Resolve(true)
	f.Loop.Turn()
	f.Want(socks5Granted)
	far.want(`Data "a"`, `Data "b"`, "StreamEnd")
}

func TestAcceptSOCKSDoesNotWaitForever(t *testing.T) {
	f := ft.New(t, "acceptSOCKS", ft.Pipe(ft.Sink), func(...any) any { return true }, ft.Options{"timeout": 3})
	f.Send(ft.Flush())
	f.Send(ft.Data("\x05"))
	f.Advance(3 * time.Second)
	f.Want("StreamEnd ReadTimeout")

	f.Again()
	f.Send(ft.Data(socks5Host))
	f.Advance(time.Hour)
	f.Want(socks5Greeted, socks5Granted)

	f.Again()
	f.Send(ft.Data("\x05"), ft.End())
	f.Advance(time.Hour)
	f.Want("StreamEnd")
}

func TestAcceptSOCKSReportsErrorsOfTheScript(t *testing.T) {
	f := ft.New(t, "acceptSOCKS", ft.Pipe(ft.Sink), func(...any) (any, error) { return nil, errors.New("broken callback") })
	f.Send(ft.Data(socks5Host))
	f.Want(socks5Greeted, `Data "\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00"`, "StreamEnd RuntimeError")
	f.WantError("broken callback")
}

func TestConnectSOCKSHoldsTheStreamUntilTheReply(t *testing.T) {
	far := newFarEnd(t)
	f := ft.New(t, "connectSOCKS", far.Layout, func() any { return "host:80" })
	f.Send(ft.Data("one"), ft.Data("two"))
	far.want(`Data "\x05\x01\x00"`)
	far.say(f, ft.Data("\x05"), ft.Data("\x00"))
	far.want(`Data "\x05\x01\x00\x03\x04host\x00P"`)
	far.say(f, ft.Data("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00welcome"))
	far.want(`Data "one"`, `Data "two"`)
	f.Want(`Data "welcome"`)
	f.Send(ft.Data("three"), ft.End())
	far.want(`Data "three"`, "StreamEnd")
	far.say(f, ft.Data("bye"), ft.End())
	f.Want(`Data "bye"`, "StreamEnd")
}

func TestConnectSOCKSTellsWhyThereIsNoConnection(t *testing.T) {
	far := newFarEnd(t)
	f := ft.New(t, "connectSOCKS", far.Layout, "10.0.0.1:80", ft.Options{"username": "bob", "password": "secret"})
	for _, c := range []struct {
		says []event.Event
		want string
	}{
		{[]event.Event{ft.Data("\x05\xff")}, "StreamEnd Unauthorized"},
		{[]event.Event{ft.Data("\x05\x02\x01\x01")}, "StreamEnd Unauthorized"},
		{[]event.Event{ft.Data("\x05\x00\x05\x04")}, "StreamEnd ConnectionRefused"},
		{[]event.Event{ft.Data("\x05\x00\x05\x06")}, "StreamEnd ConnectionTimeout"},
		{[]event.Event{ft.Data("HTTP/1.1 400")}, "StreamEnd ReadError"},
		{[]event.Event{ft.End()}, "StreamEnd ConnectionRefused"},
		{[]event.Event{ft.EndWith(event.CannotResolve)}, "StreamEnd CannotResolve"},
	} {
		f.Again()
		f.Send(ft.Data("secret"))
		far.want(`Data "\x05\x02\x00\x02"`)
		far.say(f, c.says...)
		f.Want(c.want)
		far.got = nil
		f.Send(ft.Data("more"), ft.End())
		far.want()
	}
}

func TestConnectSOCKSChecksTargets(t *testing.T) {
	if _, err := ft.Make(t, "connectSOCKS", ft.Pipe(ft.Sink), "nowhere"); err == nil || !strings.Contains(err.Error(), "target: want a target like 'host:port'") {
		t.Errorf("got %v", err)
	}
	f := ft.New(t, "connectSOCKS", ft.Pipe(ft.Sink), func() any { return nil })
	f.Send(ft.Data("x"))
	f.Want("StreamEnd RuntimeError")
	f.WantError("target: want a string like")
}
