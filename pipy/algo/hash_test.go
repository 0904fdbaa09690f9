package algo

import (
	"math"
	"regexp"
	"testing"
)

func TestHashFitsANumber(t *testing.T) {
	object := new(int)
	for _, v := range []any{nil, "", "hello", true, false, 0.0, 1.5, math.NaN(), object} {
		h := Hash(v)
		if h >= 1<<53 {
			t.Errorf("Hash(%v) = %d, want less than 2^53", v, h)
		}
		if again := Hash(v); again != h {
			t.Errorf("Hash(%v) = %d, then %d", v, h, again)
		}
	}
}

func TestHashEqualsForEqualKeys(t *testing.T) {
	for _, pair := range [][2]any{
		{"abc", string([]byte("abc"))},
		{0.0, math.Copysign(0, -1)},
		{7.0, int64(7)},
		{7.0, 7},
	} {
		if a, b := Hash(pair[0]), Hash(pair[1]); a != b {
			t.Errorf("Hash(%v) = %d, Hash(%v) = %d, want the same", pair[0], a, pair[1], b)
		}
	}
	object, other := new(int), new(int)
	if Hash("1") == Hash(1.0) || Hash(object) == Hash(other) || Hash(true) == Hash(false) {
		t.Error("different keys hash equally")
	}
}

func TestUUIDIsRandomVersion4(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	a, b := UUID(), UUID()
	if !form.MatchString(a) || !form.MatchString(b) {
		t.Errorf("got %s and %s, want version 4", a, b)
	}
	if a == b {
		t.Errorf("got %s twice", a)
	}
}
