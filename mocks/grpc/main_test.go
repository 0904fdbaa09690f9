package main

import (
	"net"
	"strings"
	"testing"
)

func TestCallsEndAsTheServiceSays(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer()
	go s.Serve(ln)
	t.Cleanup(func() { s.Close() })
	tests := []struct{ method, name, want string }{
		{"tutorial.Greeter/Hello", "Ann", "Hello, Ann!\nstatus 0\n"},
		{"tutorial.Greeter/Hello", "", "Hello, !\nstatus 0\n"},
		{"tutorial.Greeter/Count", "ab", "1: a\n2: b\nstatus 0\n"},
		{"tutorial.Greeter/Fail", "Ann", "status 3 no greeting for Ann\n"},
		{"tutorial.Other/Hello", "Ann", "status 12 no such method\n"},
	}
	for _, tt := range tests {
		var out strings.Builder
		if err := callMethod(&out, ln.Addr().String(), tt.method, tt.name); err != nil {
			t.Errorf("%s: %v", tt.method, err)
		}
		if out.String() != tt.want {
			t.Errorf("%s %s: got %q, want %q", tt.method, tt.name, out.String(), tt.want)
		}
	}
}

func TestBrokenMessagesAreRefused(t *testing.T) {
	for _, bad := range []string{"", "\x00\x00\x00\x00", "\x01\x00\x00\x00\x00", "\x00\x00\x00\x00\x05abc"} {
		if _, _, err := cutMessage([]byte(bad)); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
	for _, bad := range []string{"\x0a", "\x0a\x05abc", "\x12\x01a", "\x0a\xff"} {
		if _, err := stringField([]byte(bad)); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
}
