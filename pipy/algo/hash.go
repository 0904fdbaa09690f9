package algo

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"hash/maphash"
	"math"

	"github.com/cespare/xxhash/v2"
)

// hashBits is what a float64 holds exactly, so that scripts see every bit.
const hashBits = 53

var pointerSeed = maphash.MakeSeed()

// Hash maps a value to a number below 2^53. Equal values hash equally as long
// as the process lives; strings, numbers and booleans do so in every process.
// It panics when v cannot be compared with ==, like a map index does.
func Hash(v any) uint64 {
	const mask = 1<<hashBits - 1
	switch v := v.(type) {
	case nil:
		return xxhash.Sum64String("\x00nil") & mask
	case string:
		return xxhash.Sum64String(v) & mask
	case bool:
		if v {
			return xxhash.Sum64String("\x00true") & mask
		}
		return xxhash.Sum64String("\x00false") & mask
	case int:
		return hashNumber(float64(v)) & mask
	case int64:
		return hashNumber(float64(v)) & mask
	case float64:
		return hashNumber(v) & mask
	}
	return maphash.Comparable(pointerSeed, v) & mask
}

func hashNumber(f float64) uint64 {
	if f == 0 {
		f = 0 // -0 equals 0
	}
	if f != f {
		f = math.NaN() // one bit pattern for all of them
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], math.Float64bits(f))
	return xxhash.Sum64(b[:])
}

// UUID returns a random UUID, version 4 (RFC 9562, 5.4), in lower case.
func UUID() string {
	var u [16]byte
	rand.Read(u[:]) // never fails: crypto/rand ends the process instead
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	var s [36]byte
	hex.Encode(s[:8], u[:4])
	hex.Encode(s[9:13], u[4:6])
	hex.Encode(s[14:18], u[6:8])
	hex.Encode(s[19:23], u[8:10])
	hex.Encode(s[24:], u[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}
