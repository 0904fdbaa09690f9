package api

import (
	"crypto/rand"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteRange is a part of a file; it has at least one byte.
type byteRange struct{ start, length int64 }

// maxRanges is the number of ranges of a request above which it gets the whole
// file: many small ones cost more than that (RFC 9110, 14.2).
const maxRanges = 16

// text returns the value of content-range.
func (p byteRange) text(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", p.start, p.start+p.length-1, size)
}

// ranges returns the ranges that the request asks for, none when there are no
// such bytes; ok is false when it gets the whole file.
func (r *directoryResponse) ranges() (list []byteRange, ok bool) {
	header, given := r.head.Header.Joined("range")
	if !given || r.head.Method == "HEAD" || r.form.size == 0 || !r.rangeHolds() {
		return nil, false
	}
	list, ok = parseRanges(header, r.form.size)
	if !ok || len(list) > maxRanges {
		return nil, false
	}
	total := int64(0)
	for _, p := range list {
		total += p.length
	}
	if len(list) > 1 && (total > r.form.size || total > r.d.maxFileSize) {
		return nil, false
	}
	return list, true
}

// parseRanges reads a range header for something of a size (RFC 9110, 14.1.2).
// Ranges beyond the end are left out. ok is false for other units and wrong
// forms, which are ignored.
func parseRanges(header string, size int64) (list []byteRange, ok bool) {
	unit, set, found := strings.Cut(header, "=")
	if !found || !strings.EqualFold(strings.TrimSpace(unit), "bytes") {
		return nil, false
	}
	any := false
	for item := range strings.SplitSeq(set, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		any = true
		p, ok := parseRange(item, size)
		if !ok {
			return nil, false
		}
		if p.length > 0 {
			list = append(list, p)
		}
	}
	return list, any
}

// parseRange reads one range; its length is 0 when there are no such bytes.
func parseRange(item string, size int64) (p byteRange, ok bool) {
	first, last, found := strings.Cut(item, "-")
	if !found {
		return p, false
	}
	if first == "" {
		n, ok := position(last)
		n = min(n, size)
		return byteRange{size - n, n}, ok
	}
	start, ok := position(first)
	if !ok {
		return p, false
	}
	end := size - 1
	if last != "" {
		if end, ok = position(last); !ok || end < start {
			return p, false
		}
	}
	end = min(end, size-1)
	if start > end {
		return p, true
	}
	return byteRange{start, end - start + 1}, true
}

// position reads a number of digits only; one that is too large is the largest.
func position(s string) (int64, bool) {
	if s == "" {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return math.MaxInt64, true
	}
	return n, true
}

// newBoundary returns what separates the parts of a body, which has to be
// nowhere in them.
func newBoundary() string { return rand.Text() }
