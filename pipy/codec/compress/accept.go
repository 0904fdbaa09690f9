package compress

import (
	"strconv"
	"strings"
)

// Choose returns the coding for a body whose reader sends the given
// accept-encoding (RFC 9110, 12.5.3): of the candidates, which are in the order
// of preference, the one with the highest weight. ok is false when the body
// should stay as it is: none of them is acceptable, or the reader prefers that.
func Choose(accept string, candidates []Coding) (c Coding, ok bool) {
	identity := weight(accept, "identity")
	best := 0.0
	for _, candidate := range candidates {
		q := weight(accept, string(candidate))
		if candidate == Gzip {
			q = max(q, weight(accept, "x-gzip"))
		}
		if q > best {
			c, best = candidate, q
		}
	}
	if best <= 0 || identity > best {
		return "", false
	}
	return c, true
}

// weight returns the weight of a coding, that of "*" when it is not named, and
// -1 when there is none.
func weight(accept, coding string) float64 {
	other := -1.0
	for item := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(item, ";")
		name = strings.TrimSpace(name)
		switch {
		case strings.EqualFold(name, coding):
			return quality(params)
		case name == "*" && coding != "identity" && coding != "x-gzip":
			other = quality(params)
		}
	}
	return other
}

// quality reads the weight among the parameters; 1 when there is none, 0 when it
// is not valid (RFC 9110, 12.4.2).
func quality(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(param), "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}
