package socks

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"pipy/pipy/event"
)

// serve feeds bytes to a server in pieces of the given size, granting what the
// password "right" and a target other than "no" ask for, and returns all that
// there is to see.
func serve(input string, size int, auth bool) string {
	var out bytes.Buffer
	s := NewServer(auth, func(b []byte) { out.Write(b) })
	var show strings.Builder
	done := false
	var failure error
	for input != "" && failure == nil {
		n := min(size, len(input))
		step, err := s.Feed(event.DataString(input[:n]))
		input = input[n:]
		for err == nil && step != More && !done {
			if step == Authenticate {
				fmt.Fprintf(&show, "user %s password %s; ", s.Request.User, s.Request.Password)
				step, err = s.Authenticated(s.Request.Password == "right")
				continue
			}
			r := &s.Request
			fmt.Fprintf(&show, "version %d id %q to %s; ", r.Version, r.ID, r.Target.String())
			done = true
			code := Succeeded
			if r.Domain == "no" {
				code = NotAllowed
			}
			s.Reply(code)
		}
		failure = err
		if done {
			break
		}
	}
	rest := s.Rest()
	rest.PushString(input)
	fmt.Fprintf(&show, "sent % x; rest %q; %s", out.Bytes(), rest.String(), event.NameOf(failure))
	return show.String()
}

// The messages are those of RFC 1928, sections 3, 4 and 6, of RFC 1929, section
// 2, and of the memos on SOCKS 4 and 4a.
func TestServerAnswersAsTheProtocolsSay(t *testing.T) {
	long := strings.Repeat("x", 255)
	for _, c := range []struct {
		name, input string
		auth        bool
		want        string
	}{
		{"5 IPv4", "\x05\x01\x00\x05\x01\x00\x01\x0a\x00\x00\x01\x00\x50ping", false,
			`version 5 id "" to 10.0.0.1:80; sent 05 00 05 00 00 01 00 00 00 00 00 00; rest "ping"; `},
		{"5 IPv6", "\x05\x02\x01\x00\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\xbb", false,
			`version 5 id "" to [2001:db8::1]:443; sent 05 00 05 00 00 01 00 00 00 00 00 00; rest ""; `},
		{"5 domain", "\x05\x01\x00\x05\x01\x00\x03\x04host\xff\xffping", false,
			`version 5 id "" to host:65535; sent 05 00 05 00 00 01 00 00 00 00 00 00; rest "ping"; `},
		{"5 longest domain", "\x05\x01\x00\x05\x01\x00\x03\xff" + long + "\x00\x50", false,
			`version 5 id "" to ` + long + `:80; sent 05 00 05 00 00 01 00 00 00 00 00 00; rest ""; `},
		{"5 not allowed", "\x05\x01\x00\x05\x01\x00\x03\x02no\x00\x50", false,
			`version 5 id "" to no:80; sent 05 00 05 02 00 01 00 00 00 00 00 00; rest ""; `},
		{"5 BIND", "\x05\x01\x00\x05\x02\x00\x01\x0a\x00\x00\x01\x00\x50", false,
			`sent 05 00 05 07 00 01 00 00 00 00 00 00; rest ""; ConnectionRefused`},
		{"5 UDP ASSOCIATE", "\x05\x01\x00\x05\x03\x00\x01\x00\x00\x00\x00\x00\x00", false,
			`sent 05 00 05 07 00 01 00 00 00 00 00 00; rest ""; ConnectionRefused`},
		{"5 unknown address type", "\x05\x01\x00\x05\x01\x00\x02", false,
			`sent 05 00 05 08 00 01 00 00 00 00 00 00; rest "\x05\x01\x00\x02"; ConnectionRefused`},
		{"5 empty domain", "\x05\x01\x00\x05\x01\x00\x03\x00\x00\x50", false,
			`sent 05 00 05 01 00 01 00 00 00 00 00 00; rest "\x05\x01\x00\x03\x00\x00P"; ProtocolError`},
		{"5 request of another version", "\x05\x01\x00\x04", false,
			`sent 05 00 05 01 00 01 00 00 00 00 00 00; rest "\x04"; ProtocolError`},
		{"5 offers no method that we have", "\x05\x02\x01\x02", false,
			`sent 05 ff; rest ""; Unauthorized`},
		{"5 offers no method at all", "\x05\x00", false,
			`sent 05 ff; rest ""; Unauthorized`},
		{"5 password", "\x05\x02\x00\x02\x01\x03bob\x05right\x05\x01\x00\x03\x04host\x00\x50ping", true,
			`user bob password right; version 5 id "" to host:80; sent 05 02 01 00 05 00 00 01 00 00 00 00 00 00; rest "ping"; `},
		{"5 longest password", "\x05\x01\x02\x01\xff" + long + "\xff" + long, true,
			`user ` + long + ` password ` + long + `; sent 05 02 01 01; rest ""; Unauthorized`},
		{"5 wrong password", "\x05\x01\x02\x01\x03bob\x05wrong", true,
			`user bob password wrong; sent 05 02 01 01; rest ""; Unauthorized`},
		{"5 has no password", "\x05\x01\x00", true,
			`sent 05 ff; rest ""; Unauthorized`},
		{"5 password of another version", "\x05\x01\x02\x05", true,
			`sent 05 02; rest "\x05"; ProtocolError`},
		{"4", "\x04\x01\x00\x52\x0a\x00\x00\x02user\x00ping", false,
			`version 4 id "user" to 10.0.0.2:82; sent 00 5a 00 00 00 00 00 00; rest "ping"; `},
		{"4 without a user", "\x04\x01\x00\x52\x0a\x00\x00\x02\x00", false,
			`version 4 id "" to 10.0.0.2:82; sent 00 5a 00 00 00 00 00 00; rest ""; `},
		{"4a", "\x04\x01\x00\x53\x00\x00\x00\x01user\x00name\x00ping", false,
			`version 4 id "user" to name:83; sent 00 5a 00 00 00 00 00 00; rest "ping"; `},
		{"4a not allowed", "\x04\x01\x00\x53\x00\x00\x00\x01\x00no\x00", false,
			`version 4 id "" to no:83; sent 00 5b 00 00 00 00 00 00; rest ""; `},
		{"4a empty name", "\x04\x01\x00\x53\x00\x00\x00\x01\x00\x00", false,
			`sent 00 5b 00 00 00 00 00 00; rest "\x04\x01\x00S\x00\x00\x00\x01\x00\x00"; ProtocolError`},
		{"4 BIND", "\x04\x02\x00\x52\x0a\x00\x00\x02\x00", false,
			`sent 00 5b 00 00 00 00 00 00; rest ""; ConnectionRefused`},
		{"4 where a password is wanted", "\x04", true,
			`sent 00 5b 00 00 00 00 00 00; rest "\x04"; Unauthorized`},
		{"another version", "G", false, `sent ; rest "G"; ProtocolError`},
		{"nothing yet", "", false, `sent ; rest ""; `},
		{"a part", "\x05\x01\x00\x05\x01\x00\x03\x04ho", false, `sent 05 00; rest "\x05\x01\x00\x03\x04ho"; `},
	} {
		for size := 1; size <= len(c.input)+1; size++ {
			if got := serve(c.input, size, c.auth); got != c.want {
				t.Errorf("%s, %d bytes at a time:\n  got  %s\n  want %s", c.name, size, got, c.want)
				break
			}
		}
	}
}

func TestServerBoundsNamesOfVersion4(t *testing.T) {
	for _, input := range []string{
		"\x04\x01\x00\x50\x0a\x00\x00\x01" + strings.Repeat("x", 256),
		"\x04\x01\x00\x50\x00\x00\x00\x01id\x00" + strings.Repeat("x", 256),
	} {
		got := serve(input, len(input), false)
		if !strings.HasSuffix(got, "; ProtocolError") {
			t.Errorf("%.12q...: got %s, want ProtocolError", input, got)
		}
	}
}

// dial runs a client against a proxy that says what is given, in pieces of
// that size.
func dial(t *testing.T, target, user, answers string, size int) string {
	t.Helper()
	to, err := ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := NewClient(to, func(b []byte) { out.Write(b) })
	if user != "" {
		if err := c.Login(user, "secret"); err != nil {
			t.Fatal(err)
		}
	}
	c.Start()
	done := false
	for answers != "" && !done && err == nil {
		n := min(size, len(answers))
		done, err = c.Feed(event.DataString(answers[:n]))
		answers = answers[n:]
	}
	rest := c.Rest()
	rest.PushString(answers)
	return fmt.Sprintf("% x; %v %q %s", out.Bytes(), done, rest.String(), event.NameOf(err))
}

func TestClientConnects(t *testing.T) {
	for _, c := range []struct{ name, target, user, answers, want string }{
		{"IPv4", "10.0.0.1:80", "", "\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00hello",
			`05 01 00 05 01 00 01 0a 00 00 01 00 50; true "hello" `},
		{"IPv6", "[2001:db8::1]:443", "", "\x05\x00\x05\x00\x00\x04" + strings.Repeat("\x00", 18),
			`05 01 00 05 01 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 01 bb; true "" `},
		{"domain", "host:80", "", "\x05\x00\x05\x00\x00\x03\x02me\x00\x50hello",
			`05 01 00 05 01 00 03 04 68 6f 73 74 00 50; true "hello" `},
		{"password", "host:80", "bob", "\x05\x02\x01\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00",
			`05 02 00 02 01 03 62 6f 62 06 73 65 63 72 65 74 05 01 00 03 04 68 6f 73 74 00 50; true "" `},
		{"password not asked for", "host:80", "bob", "\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00",
			`05 02 00 02 05 01 00 03 04 68 6f 73 74 00 50; true "" `},
		{"wrong password", "host:80", "bob", "\x05\x02\x01\x01",
			`05 02 00 02 01 03 62 6f 62 06 73 65 63 72 65 74; false "" Unauthorized`},
		{"no method", "host:80", "", "\x05\xff", `05 01 00; false "" Unauthorized`},
		{"a method that was not offered", "host:80", "", "\x05\x02", `05 01 00; false "" Unauthorized`},
		{"no SOCKS", "host:80", "", "HTTP/1.1 400", `05 01 00; false "HTTP/1.1 400" ReadError`},
		{"no SOCKS in the reply", "host:80", "", "\x05\x00\x00", `05 01 00 05 01 00 03 04 68 6f 73 74 00 50; false "\x00" ReadError`},
		{"no address in the reply", "host:80", "", "\x05\x00\x05\x00\x00\x09", `05 01 00 05 01 00 03 04 68 6f 73 74 00 50; false "\x05\x00\x00\t" ReadError`},
		{"refused", "host:80", "", "\x05\x00\x05\x05", `05 01 00 05 01 00 03 04 68 6f 73 74 00 50; false "\x05\x05" ConnectionRefused`},
		{"unknown reply", "host:80", "", "\x05\x00\x05\xee", `05 01 00 05 01 00 03 04 68 6f 73 74 00 50; false "\x05\xee" ConnectionRefused`},
		{"expired", "host:80", "", "\x05\x00\x05\x06", `05 01 00 05 01 00 03 04 68 6f 73 74 00 50; false "\x05\x06" ConnectionTimeout`},
	} {
		for size := 1; size <= len(c.answers)+1; size++ {
			got := dial(t, c.target, c.user, c.answers, size)
			// What is left of an error is of no interest.
			if i := strings.Index(c.want, "false"); i >= 0 {
				got, c.want = strip(got), strip(c.want)
			}
			if got != c.want {
				t.Errorf("%s, %d bytes at a time:\n  got  %s\n  want %s", c.name, size, got, c.want)
				break
			}
		}
	}
}

// strip removes the quoted rest.
func strip(s string) string {
	if i, j := strings.IndexByte(s, '"'), strings.LastIndexByte(s, '"'); i >= 0 {
		return s[:i] + s[j+1:]
	}
	return s
}

func TestClientWantsUserAndPasswordThatFit(t *testing.T) {
	c := NewClient(Target{}, nil)
	for _, pair := range [][2]string{{"", "x"}, {"x", ""}, {strings.Repeat("x", 256), "x"}} {
		if err := c.Login(pair[0], pair[1]); err == nil {
			t.Errorf("%.9q and %q: got no error", pair[0], pair[1])
		}
	}
}

func TestTargets(t *testing.T) {
	for text, want := range map[string]Target{
		"host:80":           {Domain: "host", Port: 80},
		"10.1.2.3:65535":    {IP: netip.MustParseAddr("10.1.2.3"), Port: 65535},
		"[::1]:1":           {IP: netip.MustParseAddr("::1"), Port: 1},
		"a.example.org:443": {Domain: "a.example.org", Port: 443},
	} {
		got, err := ParseTarget(text)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("%s: prints as %s", text, got.String())
		}
	}
	for _, text := range []string{"", "host", ":80", "host:", "host:0", "host:65536", "host:x", "::1:80", "[host]:80", "[::1:80", strings.Repeat("x", 256) + ":1"} {
		if got, err := ParseTarget(text); err == nil {
			t.Errorf("%.20q: got %v, want an error", text, got)
		}
	}
}

func FuzzServer(f *testing.F) {
	f.Add([]byte("\x05\x01\x00\x05\x01\x00\x01\x0a\x00\x00\x01\x00\x50ping"), uint8(1), false)
	f.Add([]byte("\x05\x02\x00\x02\x01\x03bob\x05right\x05\x01\x00\x03\x04host\x00\x50ping"), uint8(3), true)
	f.Add([]byte("\x04\x01\x00\x53\x00\x00\x00\x01user\x00name\x00ping"), uint8(7), false)
	f.Fuzz(func(t *testing.T, input []byte, size uint8, auth bool) {
		whole := serve(string(input), len(input)+1, auth)
		cut := serve(string(input), int(size)+1, auth)
		// What is left of an error depends on the cut.
		if strings.HasSuffix(whole, "; ") && whole != cut || strip(whole) != strip(cut) {
			t.Errorf("whole: %s\ncut:   %s", whole, cut)
		}
	})
}

func FuzzClient(f *testing.F) {
	f.Add([]byte("\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00hello"), uint8(1), false)
	f.Add([]byte("\x05\x02\x01\x00\x05\x00\x00\x03\x02me\x00\x50"), uint8(2), true)
	f.Fuzz(func(t *testing.T, input []byte, size uint8, auth bool) {
		user := ""
		if auth {
			user = "bob"
		}
		whole := dial(t, "host:80", user, string(input), len(input)+1)
		cut := dial(t, "host:80", user, string(input), int(size)+1)
		if strip(whole) != strip(cut) {
			t.Errorf("whole: %s\ncut:   %s", whole, cut)
		}
	})
}
