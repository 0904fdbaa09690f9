package api

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// intValue is an integer of a type. What is above its width repeats its sign.
type intValue struct {
	kind intKind
	bits uint64
}

// intKind is the type of an integer, an index of intKinds.
type intKind int

var intKinds = []string{"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"}

const kindInt64 intKind = 3

func (k intKind) width() int { return 8 << (k % 4) }

func (k intKind) unsigned() bool { return k >= 4 }

// intOf makes an integer of the bits that fit into the type.
func intOf(k intKind, bits uint64) *intValue {
	above := 64 - k.width()
	bits <<= above
	if k.unsigned() {
		return &intValue{k, bits >> above}
	}
	return &intValue{k, uint64(int64(bits) >> above)}
}

// Number returns a number, or a BigInt when it is too large for one.
func (n *intValue) Number() any {
	if n.kind.unsigned() {
		return unsigned(n.bits)
	}
	return integer(int64(n.bits))
}

// String returns the digits.
func (n *intValue) String() string { return n.text(10) }

func (n *intValue) text(radix int) string {
	if n.kind.unsigned() {
		return strconv.FormatUint(n.bits, radix)
	}
	return strconv.FormatInt(int64(n.bits), radix)
}

// intBits returns the lowest 64 bits of a script's integer.
func intBits(v any) (bits uint64, ok bool) {
	switch v := v.(type) {
	case *intValue:
		return v.bits, true
	case float64:
		a := math.Trunc(math.Abs(v))
		return signed(uint64(a), v < 0), a < 1<<64
	case *big.Int:
		return signed(new(big.Int).Abs(v).Uint64(), v.Sign() < 0), v.BitLen() <= 64
	case string:
		bits, negative, ok := parseInt(v, 0)
		return signed(bits, negative), ok
	case *event.Data, event.Object:
		d, err := newData(v, "utf8")
		if err != nil {
			return 0, false
		}
		for i := min(8, d.Len()) - 1; i >= 0; i-- {
			bits = bits<<8 | uint64(d.At(i))
		}
		return bits, d.Len() <= 8
	}
	return 0, false
}

func signed(bits uint64, negative bool) uint64 {
	if negative {
		return -bits
	}
	return bits
}

// parseInt reads digits behind a sign, in hexadecimal behind 0x; a radix of 0 is 10
// otherwise.
func parseInt(s string, radix int) (bits uint64, negative, ok bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 {
		return 0, false, false
	}
	rest := strings.TrimPrefix(strings.ToLower(digits), "0x")
	if len(rest) < len(digits) && (radix == 0 || radix == 16) {
		digits, radix = rest, 16
	}
	if radix == 0 {
		radix = 10
	}
	bits, err := strconv.ParseUint(digits, radix, 64)
	return bits, s != "" && s[0] == '-', err == nil
}

// radixOf checks a radix that a script gave.
func radixOf(v any, def int) (int, error) {
	if v == nil {
		return def, nil
	}
	n, ok := v.(float64)
	if !ok || !(n >= 2 && n <= 36) {
		return 0, wrong("radix", "a number from 2 to 36", v)
	}
	return int(n), nil
}

func intKindOf(name string) (intKind, error) {
	k := slices.Index(intKinds, name)
	if k < 0 {
		return 0, fmt.Errorf("type: want one of %q, got %q", intKinds, name)
	}
	return intKind(k), nil
}

func init() {
	d := spec.NewClass[*intValue]("Int", `An integer of 8 to 64 bits. What does not fit wraps around.

In arithmetic, and compared with == or <, it is a number; a BigInt when it is beyond 2^53. Encoders take it for its value, and Hessian for its type too: i64 and u64 are longs. JSON has its digits.`)
	d.Constructor("Makes an integer.", func(m *spec.Method) func(*spec.Call) (*intValue, error) {
		spec.InOpt[any](m, "type", nil, `One of "i8", "i16", "i32", "i64", "u8", "u16", "u32" and "u64"; "i64" if it is left out.`)
		described(m, "string")
		spec.InOpt[any](m, "value", nil, "A number, of which a fraction is cut off, a BigInt, an Int, a string of digits, or up to 8 bytes, the lowest first. Nothing is 0. If another number follows, its lower 32 bits.")
		described(m, "number | bigint | string | Int | Data | number[]")
		spec.InOpt[any](m, "high", nil, "The upper 32 bits.")
		described(m, "number")
		return func(c *spec.Call) (*intValue, error) {
			args := c.Rest(0)
			kind := kindInt64
			if name, ok := c.Args.At(0).(string); ok {
				known, err := intKindOf(name)
				if err != nil && len(args) > 1 {
					return nil, err
				}
				if err == nil {
					kind, args = known, args[1:]
				}
				if len(args) == 0 {
					return intOf(kind, 0), nil
				}
			}
			var bits uint64
			for i, name := range []string{"value", "high"}[:min(2, max(1, len(args)))] {
				var v any
				if i < len(args) {
					v = args[i]
				}
				part, ok := intBits(v)
				if !ok {
					return nil, wrong(name, "an integer of 64 bits", v)
				}
				if i == 1 {
					part = part<<32 | bits&math.MaxUint32
				}
				bits = part
			}
			return intOf(kind, bits), nil
		}
	})
	d.Function("parse", "Int | null", "Reads digits; null if they are none, or not a number of the type. Hexadecimal ones may follow 0x.", func(m *spec.Method) func(*spec.Call) (any, error) {
		spec.InOpt[any](m, "type", nil, `The type; "i64" if it is left out.`)
		described(m, "string")
		spec.In[string](m, "text", "The digits, and a sign before them.")
		spec.InOpt[any](m, "radix", nil, "How many digits there are, from 2 to 36; 10, or 16 after 0x, if it is left out.")
		described(m, "number")
		return func(c *spec.Call) (any, error) {
			kind, at := kindInt64, 0
			if _, ok := c.Args.At(1).(string); ok {
				name, _ := c.Args.At(0).(string)
				var err error
				if kind, err = intKindOf(name); err != nil {
					return nil, err
				}
				at = 1
			}
			s, ok := c.Args.At(at).(string)
			if !ok {
				return nil, wrong("text", "a string", c.Args.At(at))
			}
			r, err := radixOf(c.Args.At(at+1), 0)
			if err != nil {
				return nil, err
			}
			bits, negative, ok := parseInt(s, r)
			n := intOf(kind, signed(bits, negative))
			if got, minus, _ := parseInt(n.String(), 10); !ok || got != bits || minus != (negative && bits > 0) {
				return Null, nil
			}
			return n, nil
		}
	})
	d.Prop("type", "string", "The type.", func(n *intValue) any { return intKinds[n.kind] })
	d.Prop("width", "number", "The number of bits.", func(n *intValue) any { return n.kind.width() })
	d.Prop("isUnsigned", "boolean", "Whether it has no sign.", func(n *intValue) any { return n.kind.unsigned() })
	d.Prop("low", "number", "The lower 32 bits.", func(n *intValue) any { return uint32(n.bits) })
	d.Prop("high", "number", "The upper 32 bits, with the sign if it has one.", func(n *intValue) any {
		if n.kind.unsigned() {
			return uint32(n.bits >> 32)
		}
		return int32(n.bits >> 32)
	})
	d.Method("toString", "string", "Returns the digits.", func(m *spec.Method) func(*intValue, *spec.Call) (any, error) {
		spec.InOpt(m, "radix", 10, "How many digits there are, from 2 to 36.")
		return func(n *intValue, c *spec.Call) (any, error) {
			radix, err := radixOf(c.Args.At(0), 10)
			if err != nil {
				return nil, err
			}
			return n.text(radix), nil
		}
	})
	d.Method("toBytes", "number[]", "Returns the bytes, the lowest first.", func(*spec.Method) func(*intValue, *spec.Call) (any, error) {
		return func(n *intValue, _ *spec.Call) (any, error) {
			b := make([]byte, n.kind.width()/8)
			for i := range b {
				b[i] = byte(n.bits >> (8 * i))
			}
			return ints(b), nil
		}
	})
	d.Method("valueOf", "number | bigint", "Returns a number, or a BigInt beyond 2^53.", func(*spec.Method) func(*intValue, *spec.Call) (any, error) {
		return func(n *intValue, _ *spec.Call) (any, error) { return n.Number(), nil }
	})
}
