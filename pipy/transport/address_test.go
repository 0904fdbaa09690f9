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
		"8080 ":          "invalid 'ip:port' form: 8080 ",
		"":               "invalid 'ip:port' form: ",
		"abc":            "invalid 'ip:port' form: abc",
		"1.2.3.4:x":      "invalid 'ip:port' form: 1.2.3.4:x",
		"1.2.3:80":       "invalid IP address: 1.2.3",
		"[::]:0":         "[::]:0",
		"0.0.0.0:65536":  "port out of range: 65536",
		"70000":          "port out of range: 70000",
		"-1":             "port out of range: -1",
		"unix:/run/x":    "unix:/run/x",
		"unix:":          `invalid Unix socket path in "unix:"`,
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
