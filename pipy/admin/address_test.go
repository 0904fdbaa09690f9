package admin

import "testing"

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"6060": "127.0.0.1:6060", ":6060": "127.0.0.1:6060", "0.0.0.0:1": "0.0.0.0:1", "[::]:1": "[::]:1", "::1:1": "[::1]:1",
		"0": "", "x": "", "-1": "", "65536": "", "": "", "host:1": "", "1.2.3:1": "",
	} {
		if got, err := ParseAddress(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q and %v, want %q", text, got, err, want)
		}
	}
}
