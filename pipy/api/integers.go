package api

import (
	"math"
	"math/big"
)

// maxSafe is the largest integer that a script's number can tell from its
// neighbours.
const maxSafe = 1<<53 - 1

// integer returns an integer for a script: a number, or a BigInt when it is too
// large for one.
func integer(n int64) any {
	if n > maxSafe || n < -maxSafe {
		return big.NewInt(n)
	}
	return float64(n)
}

// unsigned is integer for numbers without a sign.
func unsigned(n uint64) any {
	if n > maxSafe {
		return new(big.Int).SetUint64(n)
	}
	return float64(n)
}

// integral tells whether a number is an integer, and which.
func integral(n float64) (int64, bool) {
	if n != math.Trunc(n) || n < -1<<63 || n >= 1<<63 || n == 0 && math.Signbit(n) {
		return 0, false
	}
	return int64(n), true
}
