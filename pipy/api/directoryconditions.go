package api

import (
	"net/http"
	"strings"
	"time"
)

// precondition returns the status of a response that is decided by the
// conditions of the request, 304 or 412, or 0 when they hold (RFC 9110, 13.2.2).
func (r *directoryResponse) precondition() int {
	h := &r.head.Header
	if list, ok := h.Joined("if-match"); ok {
		if !matchesTag(list, r.tag, true) {
			return 412
		}
	} else if t, ok := parseDate(h.First("if-unmodified-since")); ok && r.modifiedAfter(t) {
		return 412
	}
	if list, ok := h.Joined("if-none-match"); ok {
		if matchesTag(list, r.tag, false) {
			return 304
		}
	} else if t, ok := parseDate(h.First("if-modified-since")); ok && r.form.modified.Unix() > 0 && !r.modifiedAfter(t) {
		return 304
	}
	return 0
}

// modifiedAfter compares in whole seconds, as header fields do.
func (r *directoryResponse) modifiedAfter(t time.Time) bool {
	return r.form.modified.Unix() > t.Unix()
}

func parseDate(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	t, err := http.ParseTime(s)
	return t, err == nil
}

// matchesTag tells whether an entity tag is in a list, which may be "*". Weak
// tags match when the comparison is not a strong one (RFC 9110, 8.8.3.2); ours
// is strong.
func matchesTag(list, tag string, strong bool) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for list != "" && tag != "" {
		list = strings.TrimLeft(list, " \t,")
		opaque, weak := strings.CutPrefix(list, "W/")
		if !strings.HasPrefix(opaque, `"`) {
			return false
		}
		end := strings.IndexByte(opaque[1:], '"')
		if end < 0 {
			return false
		}
		if opaque[:end+2] == tag && !(weak && strong) {
			return true
		}
		list = opaque[end+2:]
	}
	return false
}

// rangeHolds tells whether the range of a request is about this form of the
// file (RFC 9110, 13.1.5).
func (r *directoryResponse) rangeHolds() bool {
	condition := r.head.Header.First("if-range")
	switch {
	case condition == "":
		return true
	case strings.HasPrefix(condition, `"`):
		return condition == r.tag
	case strings.HasPrefix(condition, "W/"):
		return false
	}
	t, ok := parseDate(condition)
	// A time is a strong validator only when the file could not change again
	// within the same second (RFC 9110, 8.8.2.2).
	settled := r.d.engine.Loop().Now().Sub(r.form.modified) > time.Second
	return ok && settled && r.form.modified.Unix() > 0 && r.form.modified.Unix() == t.Unix()
}
