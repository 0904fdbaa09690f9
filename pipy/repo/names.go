package repo

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// etagsFile is a file that every codebase seems to have: the versions of its
// files, for workers.
const etagsFile = "/_etags"

// checkName returns an error that wraps ErrName unless name can be that of a
// codebase: an absolute path without anything that could lead elsewhere.
func checkName(name string) error {
	if err := checkPath(name, maxName); err != nil {
		return fmt.Errorf("codebase %q: %w", shorten(name), err)
	}
	return nil
}

// checkFile returns an error that wraps ErrName unless a file may have this path.
func checkFile(file string) error {
	if err := checkPath(file, maxPath); err != nil {
		return fmt.Errorf("file %q: %w", shorten(file), err)
	}
	if file == etagsFile {
		return fmt.Errorf("file %q: %w: it lists the versions of the other files", file, ErrName)
	}
	return nil
}

func checkPath(p string, limit int) error {
	if len(p) > limit {
		return fmt.Errorf("%w: want at most %d bytes, got %d", ErrName, limit, len(p))
	}
	rest, ok := strings.CutPrefix(p, "/")
	if !ok {
		return fmt.Errorf("%w: want a slash at the start", ErrName)
	}
	if !utf8.ValidString(p) {
		return fmt.Errorf("%w: want UTF-8", ErrName)
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if err := checkSegment(segment); err != nil {
			return err
		}
	}
	return nil
}

func checkSegment(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("%w: want something between and after slashes", ErrName)
	case s == "." || s == "..":
		return fmt.Errorf("%w: %q leads elsewhere", ErrName, s)
	case len(s) > maxSegment:
		return fmt.Errorf("%w: want at most %d bytes between slashes, got %d", ErrName, maxSegment, len(s))
	case s[0] == ' ' || s[len(s)-1] == ' ':
		return fmt.Errorf("%w: want no space next to a slash", ErrName)
	}
	for _, c := range s {
		if c == '\\' || unicode.IsControl(c) || c == '\u2028' || c == '\u2029' {
			return fmt.Errorf("%w: want no control characters and no backslash, got %q", ErrName, c)
		}
	}
	return nil
}

// shorten makes a name that may be anything fit into an error.
func shorten(s string) string {
	if len(s) <= 100 {
		return s
	}
	return strings.ToValidUTF8(s[:100], "") + "..."
}

// checkVersion returns an error that wraps ErrVersion unless v can be a version:
// visible ASCII characters that an ETag (RFC 9110, 8.8.3) and a line of the list
// of versions can hold.
func checkVersion(v string) error {
	if v == "" || len(v) > maxVersion {
		return fmt.Errorf("%w: want 1 to %d characters, got %d", ErrVersion, maxVersion, len(v))
	}
	for _, c := range []byte(v) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"#,\\", c) >= 0 {
			return fmt.Errorf("%w %q: want visible ASCII without quotes, '#', ',' and '\\'", ErrVersion, v)
		}
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil && n < 0 {
		return fmt.Errorf("%w %q: want no negative number", ErrVersion, v)
	}
	return nil
}

// isNumber tells whether a version is a number that JSON can hold without loss,
// written as JSON writes it.
func isNumber(v string) bool {
	n, err := strconv.ParseUint(v, 10, 53)
	return err == nil && strconv.FormatUint(n, 10) == v
}

// nextVersion returns the version after v: one more than the number that it begins
// with, else one more than the last number in it.
func nextVersion(v string) string {
	i := 0
	for i < len(v) && v[i] >= '0' && v[i] <= '9' {
		i++
	}
	if n, err := strconv.ParseUint(v[:i], 10, 53); err == nil {
		return strconv.FormatUint(n+1, 10)
	}
	for i = len(v); i > 0 && v[i-1] >= '0' && v[i-1] <= '9'; {
		i--
	}
	if n, err := strconv.ParseUint(v[i:], 10, 53); err == nil {
		return v[:i] + strconv.FormatUint(n+1, 10)
	}
	return nextFile(v)
}

// nextFile returns the ETag after etag for a file that is published alone: the
// number after the last dot is one higher; where there is none, ".1" is added.
func nextFile(etag string) string {
	i := strings.LastIndexByte(etag, '.') + 1
	if n, err := strconv.ParseUint(etag[i:], 10, 53); i > 0 && err == nil {
		return etag[:i] + strconv.FormatUint(n+1, 10)
	}
	return etag + ".1"
}
