package algo

import (
	"fmt"
	"strings"
)

// URLRouter finds the value of the most specific pattern that matches a host
// and a path. The zero value is an empty router.
//
// A pattern is "[host]/path". The first label of the host may be "*", which
// stands for exactly one label; a "*" as the last path segment stands for any
// number of segments, none included: "/hi/*" matches "/hi", "/hi/" and
// "/hi/x/y", but not "/high". Elsewhere "*" is an ordinary character. Matching
// is case-sensitive.
type URLRouter struct {
	exact map[string]*routeNode // by host
	wild  map[string]*routeNode // by host without its first label
	any   *routeNode            // patterns without a host
}

// routeNode is a path segment; its children are the segments that may follow.
type routeNode struct {
	children map[string]*routeNode
	exact    any
	prefix   any
	isExact  bool // a pattern ends here
	isPrefix bool // a pattern continues with "/*" here
}

// Add stores the value of a pattern, in place of an earlier value of the same
// pattern. It refuses a pattern without a slash and a host with a colon.
func (r *URLRouter) Add(pattern string, value any) error {
	slash := strings.IndexByte(pattern, '/')
	if slash < 0 || strings.IndexByte(pattern[:slash], ':') >= 0 {
		return fmt.Errorf("invalid URL pattern: want [host]/path, host without a port, got %q", pattern)
	}
	n := r.host(pattern[:slash])
	path, isPrefix := strings.CutSuffix(pattern[slash:], "/*")
	for path != "" {
		var segment string
		segment, path = cutSegment(path)
		n = n.child(segment)
	}
	if isPrefix {
		n.prefix, n.isPrefix = value, true
	} else {
		n.exact, n.isExact = value, true
	}
	return nil
}

func (r *URLRouter) host(host string) *routeNode {
	if host == "" {
		if r.any == nil {
			r.any = new(routeNode)
		}
		return r.any
	}
	m, key := &r.exact, host
	if host == "*" {
		m, key = &r.wild, ""
	} else if rest, ok := strings.CutPrefix(host, "*."); ok {
		m, key = &r.wild, rest
	}
	if *m == nil {
		*m = make(map[string]*routeNode)
	}
	if (*m)[key] == nil {
		(*m)[key] = new(routeNode)
	}
	return (*m)[key]
}

func (n *routeNode) child(segment string) *routeNode {
	if n.children == nil {
		n.children = make(map[string]*routeNode)
	}
	c := n.children[segment]
	if c == nil {
		c = new(routeNode)
		n.children[segment] = c
	}
	return c
}

// Find joins the segments with one slash between each two, as in
// Find(host, path) or Find(path), and returns the value of the pattern that
// matches best: first those with this host, then those with "*" for its first
// label, then those without a host; among them an exact path before the
// longest "/*". The query and the port of the host are ignored; a missing path
// is "/". Find(host, path) does not allocate.
func (r *URLRouter) Find(segments ...string) (value any, ok bool) {
	var host, path string
	if len(segments) == 2 && strings.HasPrefix(segments[1], "/") && strings.IndexByte(segments[0], '/') < 0 {
		host, path = segments[0], segments[1]
	} else {
		url := joinURL(segments)
		if i := strings.IndexByte(url, '/'); i >= 0 {
			host, path = url[:i], url[i:]
		} else {
			host = url
		}
	}
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	if path == "" {
		path = "/"
	}
	if host = hostname(host); host != "" {
		if value, ok = r.exact[host].find(path); ok {
			return value, true
		}
		if len(r.wild) > 0 {
			if value, ok = r.wild[parentDomain(host)].find(path); ok {
				return value, true
			}
		}
	}
	return r.any.find(path)
}

func (n *routeNode) find(path string) (value any, ok bool) {
	for n != nil {
		if n.isPrefix {
			value, ok = n.prefix, true
		}
		if path == "" {
			if n.isExact {
				return n.exact, true
			}
			break
		}
		var segment string
		segment, path = cutSegment(path)
		n = n.children[segment]
	}
	return value, ok
}

// cutSegment splits "/a/b" into "a" and "/b".
func cutSegment(path string) (segment, rest string) {
	path = path[1:]
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// joinURL joins segments like a path, up to the query.
func joinURL(segments []string) string {
	if len(segments) == 1 {
		url, _, _ := strings.Cut(segments[0], "?")
		return url
	}
	var b strings.Builder
	for i, s := range segments {
		if i > 0 {
			ends, begins := strings.HasSuffix(b.String(), "/"), strings.HasPrefix(s, "/")
			if ends && begins {
				s = s[1:]
			} else if !ends && !begins {
				b.WriteByte('/')
			}
		}
		b.WriteString(s)
	}
	url, _, _ := strings.Cut(b.String(), "?")
	return url
}

// hostname cuts the port, also behind an IPv6 address in brackets.
func hostname(host string) string {
	if strings.HasPrefix(host, "[") {
		if i := strings.IndexByte(host, ']'); i >= 0 {
			return host[:i+1]
		}
		return host
	}
	if i := strings.IndexByte(host, ':'); i >= 0 {
		return host[:i]
	}
	return host
}

func parentDomain(host string) string {
	if i := strings.IndexByte(host, '.'); i >= 0 {
		return host[i+1:]
	}
	return ""
}
