package transport

import "testing"

func TestParseAddress(t *testing.T) {
	for _, tc := range []struct{ in, want, err string }{
		{"8080", "0.0.0.0:8080", ""},
		{"127.0.0.1:80", "127.0.0.1:80", ""},
		{"[::1]:443", "[::1]:443", ""},
		{"[::]:0", "[::]:0", ""},
		{"unix:/run/x", "unix:/run/x", ""},
		{"abc", "", "invalid 'ip:port' form: abc"},
		{"1.2.3.4:x", "", "invalid 'ip:port' form: 1.2.3.4:x"},
		{"::1:80", "", "invalid 'ip:port' form: ::1:80"},
		{"", "", "invalid 'ip:port' form: "},
		{"1.2.3:80", "", "invalid IP address: 1.2.3"},
		{"example.com:80", "", "invalid IP address: example.com"},
		{"0.0.0.0:65536", "", "port out of range: 65536"},
		{"70000", "", "port out of range: 70000"},
		{"-1", "", "port out of range: -1"},
		{"unix:", "", `invalid Unix socket path in "unix:"`},
	} {
		a, err := ParseAddress(tc.in)
		switch {
		case err != nil && err.Error() != tc.err:
			t.Errorf("%q: error %q, want %q", tc.in, err, tc.err)
		case err == nil && (tc.err != "" || a.String() != tc.want):
			t.Errorf("%q: got %s, want %s %s", tc.in, a, tc.want, tc.err)
		}
	}
}
