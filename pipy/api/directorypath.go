package api

import (
	"net/url"
	"path"
	"strings"
	"unicode/utf8"
)

// requestTarget is what the path of a request names below a folder.
type requestTarget struct {
	name  string // as package io/fs wants it, "." for the folder itself
	slash bool   // the path ends with a slash
	query string // with its question mark, "" for none
}

// parseTarget takes the target of a request apart, in origin-form or
// absolute-form (RFC 9112, 3.2). It returns false for what names no file.
func parseTarget(target string, dotFiles bool) (requestTarget, bool) {
	var t requestTarget
	if i := strings.IndexByte(target, '#'); i >= 0 {
		target = target[:i]
	}
	if i := strings.IndexByte(target, '?'); i >= 0 {
		target, t.query = target[:i], target[i:]
	}
	if !strings.HasPrefix(target, "/") {
		if _, rest, ok := strings.Cut(target, "://"); ok {
			_, target, _ = strings.Cut(rest, "/")
		}
		target = "/" + target
	}
	decoded, ok := decodePath(target)
	if !ok {
		return t, false
	}
	t.slash = strings.HasSuffix(decoded, "/") || strings.HasSuffix(decoded, "/.") || strings.HasSuffix(decoded, "/..")
	t.name = strings.TrimPrefix(path.Clean(decoded), "/")
	if t.name == "" {
		t.name = "."
		return t, true
	}
	return t, dotFiles || !hidden(t.name)
}

// decodePath decodes a path once. A name cannot have a separator in it.
func decodePath(target string) (string, bool) {
	decoded := target
	if strings.IndexByte(target, '%') >= 0 {
		lower := strings.ToLower(target)
		if strings.Contains(lower, "%2f") || strings.Contains(lower, "%5c") {
			return "", false
		}
		var err error
		if decoded, err = url.PathUnescape(target); err != nil {
			return "", false
		}
	}
	return decoded, utf8.ValidString(decoded) && !strings.ContainsFunc(decoded, misplacedInPath)
}

func misplacedInPath(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }

// hidden tells whether a name begins with a dot, but for the place of
// well-known URIs (RFC 8615, 3).
func hidden(name string) bool {
	if rest, ok := strings.CutPrefix(name, ".well-known"); ok && (rest == "" || rest[0] == '/') {
		name = strings.TrimPrefix(rest, "/")
	}
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}

// redirect returns where to find the folder that the target names without a
// slash: relative, so that it holds wherever the folder is mounted, and leads
// nowhere else.
func (t *requestTarget) redirect() string {
	return "./" + url.PathEscape(path.Base(t.name)) + "/" + t.query
}

// within returns the name of something in a folder.
func within(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "/" + name
}
