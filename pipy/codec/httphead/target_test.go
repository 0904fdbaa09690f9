package httphead

import "testing"

func TestCutTarget(t *testing.T) {
	for target, want := range map[string][3]string{
		"http://a/b?c":      {"http", "a", "/b?c"},
		"https://a:1":       {"https", "a:1", ""},
		"http://a?b":        {"http", "a", "/?b"},
		"http://a?b=http:/": {"http", "a", "/?b=http:/"},
		"/a?b=http://c":     {},
		"a?b=http://c":      {},
		"*":                 {},
		"":                  {},
	} {
		scheme, authority, path, ok := CutTarget(target)
		if got := [3]string{scheme, authority, path}; got != want || ok != (want[0] != "") {
			t.Errorf("%s: want %q, got %q and %v", target, want, got, ok)
		}
	}
}
