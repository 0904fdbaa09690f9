package hessian_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"pipy/pipy/codec/hessian"
)

// The file was made with an implementation by others, which its head names. Ours
// reads its values, and writes the same bytes for most of them: those that the
// specification lets be written in several ways may differ, and are read again.
func TestPeerIsUnderstood(t *testing.T) {
	text, err := os.ReadFile("testdata/peer.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(strings.TrimSpace(line), "\t")
		name, want := parts[0], parts[1]
		in, err := hex.DecodeString(parts[2])
		if err != nil {
			t.Fatal(name, err)
		}
		values, err := hessian.Decode(in)
		if err != nil || len(values) != 1 {
			t.Errorf("%s: %d values, %v", name, len(values), err)
			continue
		}
		if got := show(values[0]); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		out, err := hessian.Append(nil, values[0])
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(out, in) {
			again, err := hessian.Decode(out)
			if err != nil || len(again) != 1 || show(again[0]) != want {
				t.Errorf("%s: we write %x, which is %v, %v", name, out, again, err)
			}
		}
	}
}
