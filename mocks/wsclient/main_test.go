package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestFramesHaveTheLengthsOfRFC6455(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 1 << 16, 1<<16 + 1} {
		var b bytes.Buffer
		if err := writeFrame(&b, opText, bytes.Repeat([]byte("x"), size)); err != nil {
			t.Fatal(err)
		}
		head := 2 + 4
		if size > 125 {
			head += 2
		}
		if size >= 1<<16 {
			head += 6
		}
		if b.Len() != head+size {
			t.Errorf("%d bytes: got a frame of %d, want %d", size, b.Len(), head+size)
		}
	}
}

func TestFramesOfServersAreRead(t *testing.T) {
	// RFC 6455, 5.7: a single-frame unmasked text message.
	op, payload, err := readFrame(strings.NewReader("\x81\x05Hello"))
	if err != nil || op != opText || string(payload) != "Hello" {
		t.Errorf("got %d %q %v, want 1 \"Hello\"", op, payload, err)
	}
	long := strings.Repeat("x", 300)
	if _, payload, err := readFrame(strings.NewReader("\x82\x7e\x01\x2c" + long)); err != nil || string(payload) != long {
		t.Errorf("got %d bytes and %v, want 300", len(payload), err)
	}
	for _, bad := range []string{"\x81", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "\x01\x03Hel", "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if _, _, err := readFrame(strings.NewReader(bad)); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
}
