package transport

import "testing"

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"8080":           "0.0.0.0:8080",
		"127.0.0.1:8080": "127.0.0.1:8080",
		"[::1]:8080":     "[::1]:8080",
		":::8080":        "[::]:8080",
		"::1:8080":       "[::1]:8080",
		"1:2:3:8080":     "invalid 'ip:port' form: 1:2:3:8080",
		"[::1:8080":      "invalid 'ip:port' form: [::1:8080",
		"::1":            "invalid 'ip:port' form: ::1",
		"localhost:8080": "invalid IP address: localhost",
	} {
		a, err := ParseAddress(in)
		got := a.String()
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: want %s, got %s", in, want, got)
		}
	}
}
