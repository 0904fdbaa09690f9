package api

import (
	"cmp"
	"fmt"
	"strings"

	"pipy/pipy/spec"
)

// address is a URL taken apart (RFC 3986, 3). Its parts are as they were
// written: nothing is encoded or decoded.
type address struct {
	scheme    string // in lower case, without the colon
	authority string // [user[:password]@]host[:port]
	rooted    bool   // has an authority, which may be empty
	pathname  string
	search    string // with the question mark, or empty
	hash      string // with the number sign, or empty

	params *searchParams // made at the first use
}

var urlClass = spec.NewClass[*address]("URL", "A URL taken apart (RFC 3986). It does not change.")

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}

// parseURL reads an absolute URL, a relative one if there is a base, or else a
// path such as HTTP requests have.
func parseURL(text string, base *address) (*address, error) {
	u := splitURL(text)
	switch {
	case u.scheme != "":
	case base != nil:
		u.resolve(base)
	case u.rooted: // a path that begins with an empty segment
		u.pathname = "//" + u.authority + u.pathname
		u.rooted, u.authority = false, ""
	case !strings.HasPrefix(text, "/"):
		return nil, fmt.Errorf("invalid URL: want scheme://host/path, /path, or a base for it, got %q", text)
	}
	if u.rooted && u.pathname == "" {
		u.pathname = "/"
	}
	return u, nil
}

func splitURL(text string) *address {
	u := &address{}
	if i := strings.IndexByte(text, '#'); i >= 0 {
		text, u.hash = text[:i], text[i:]
	}
	if i := strings.IndexByte(text, '?'); i >= 0 {
		text, u.search = text[:i], text[i:]
	}
	if i := strings.IndexByte(text, ':'); i > 0 && isScheme(text[:i]) {
		u.scheme, text = strings.ToLower(text[:i]), text[i+1:]
	}
	if rest, ok := strings.CutPrefix(text, "//"); ok {
		u.rooted = true
		end := strings.IndexByte(rest, '/')
		if end < 0 {
			end = len(rest)
		}
		u.authority, text = rest[:end], rest[end:]
	}
	u.pathname = text
	return u
}

// isScheme follows RFC 3986, 3.1.
func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if 'a' <= c && c <= 'z' || i > 0 && ('0' <= s[i] && s[i] <= '9' || strings.IndexByte("+-.", s[i]) >= 0) {
			continue
		}
		return false
	}
	return true
}

// resolve completes a relative reference (RFC 3986, 5.2.2).
func (u *address) resolve(base *address) {
	u.scheme = base.scheme
	if u.rooted {
		u.pathname = withoutDots(u.pathname)
		return
	}
	u.authority, u.rooted = base.authority, base.rooted
	switch {
	case u.pathname == "":
		u.pathname = base.pathname
		if u.search == "" {
			u.search = base.search
		}
	case u.pathname[0] == '/':
		u.pathname = withoutDots(u.pathname)
	default:
		dir := base.pathname[:strings.LastIndexByte(base.pathname, '/')+1]
		if dir == "" {
			dir = "/"
		}
		u.pathname = withoutDots(dir + u.pathname)
	}
}

// withoutDots removes the segments "." and ".." of an absolute path (RFC 3986,
// 5.2.4).
func withoutDots(p string) string {
	if !strings.Contains(p, "/.") {
		return p
	}
	segments := strings.Split(p[1:], "/")
	kept := segments[:0]
	for i, s := range segments {
		if s != "." && s != ".." {
			kept = append(kept, s)
			continue
		}
		if s == ".." && len(kept) > 0 {
			kept = kept[:len(kept)-1]
		}
		if i == len(segments)-1 {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

func (u *address) auth() string {
	i := strings.LastIndexByte(u.authority, '@')
	return u.authority[:max(i, 0)]
}

func (u *address) host() string { return u.authority[strings.LastIndexByte(u.authority, '@')+1:] }

// splitHost returns the parts of the host; the port is empty when it is not
// given. An IPv6 address keeps its brackets.
func (u *address) splitHost() (name, port string) {
	host := u.host()
	i := strings.LastIndexByte(host, ':')
	if i < 0 || i < strings.IndexByte(host, ']') {
		return host, ""
	}
	return host[:i], host[i+1:]
}

func (u *address) port() string {
	_, port := u.splitHost()
	if port == "" {
		return defaultPorts[u.scheme]
	}
	return port
}

// protocol is the scheme with its colon; that of a path is http.
func (u *address) protocol() string { return cmp.Or(u.scheme, "http") + ":" }

func (u *address) origin() string {
	if !u.rooted {
		return "null"
	}
	return u.scheme + "://" + u.host()
}

// String returns the whole URL.
func (u *address) String() string { return u.href() }

func (u *address) href() string {
	var b strings.Builder
	if u.scheme != "" {
		b.WriteString(u.scheme)
		b.WriteByte(':')
	}
	if u.rooted {
		b.WriteString("//")
		b.WriteString(u.authority)
	}
	b.WriteString(u.pathname)
	b.WriteString(u.search)
	b.WriteString(u.hash)
	return b.String()
}

func (u *address) query() string { return strings.TrimPrefix(u.search, "?") }

func init() {
	d := urlClass
	d.Constructor("Takes a URL apart.", func(m *spec.Method) func(*spec.Call) (*address, error) {
		text := spec.In[string](m, "url", "The URL; it may be relative if there is a base, and a path that begins with a slash without one.")
		base := spec.InOpt[any](m, "base", nil, "An absolute URL.")
		described(m, "string | URL")
		return func(c *spec.Call) (*address, error) {
			s, err := text.Of(c)
			if err != nil {
				return nil, err
			}
			v, _ := base.Of(c)
			switch b := v.(type) {
			case nil:
				return parseURL(s, nil)
			case *address:
				return parseURL(s, b)
			case string:
				from, err := parseURL(b, nil)
				if err == nil && from.scheme == "" {
					err = fmt.Errorf("invalid URL: want scheme://host/path, got %q", b)
				}
				if err != nil {
					return nil, fmt.Errorf("base: %w", err)
				}
				return parseURL(s, from)
			}
			return nil, wrong("base", "a string or a URL", v)
		}
	})
	text := func(name, doc string, get func(u *address) string) {
		d.Prop(name, "string", doc, func(u *address) any { return get(u) })
	}
	text("auth", "User name and password, joined by a colon.", (*address).auth)
	text("hash", "The fragment, with its number sign.", func(u *address) string { return u.hash })
	text("host", "Host name and port; the latter only when the URL has it.", (*address).host)
	text("hostname", "The host name.", func(u *address) string { name, _ := u.splitHost(); return name })
	text("href", "The whole URL.", (*address).href)
	text("origin", "Scheme, host name and port.", (*address).origin)
	text("password", "The password.", func(u *address) string { _, p, _ := strings.Cut(u.auth(), ":"); return p })
	text("path", "The path with the query.", func(u *address) string { return u.pathname + u.search })
	text("pathname", "The path without the query.", func(u *address) string { return u.pathname })
	text("port", "The port; when the URL has none, the one that is usual for its scheme.", (*address).port)
	text("protocol", "The scheme in lower case, with a colon; http: for a path.", (*address).protocol)
	text("query", "The query without its question mark.", (*address).query)
	text("search", "The query with its question mark.", func(u *address) string { return u.search })
	text("username", "The user name.", func(u *address) string { n, _, _ := strings.Cut(u.auth(), ":"); return n })
	d.Prop("searchParams", "URLSearchParams", "The query taken apart.", func(u *address) any {
		if u.params == nil {
			u.params = parseSearch(u.query())
		}
		return u.params
	})
	d.Method("toString", "string", "Returns the whole URL.", func(*spec.Method) func(*address, *spec.Call) (any, error) {
		return func(u *address, _ *spec.Call) (any, error) { return u.href(), nil }
	})

	convert := func(name, doc string, f func(s string) string) {
		d.Function(name, "string", doc, func(m *spec.Method) func(*spec.Call) (any, error) {
			text := spec.In[string](m, "text", "The text.")
			return func(c *spec.Call) (any, error) {
				s, err := text.Of(c)
				if err != nil {
					return nil, err
				}
				return f(s), nil
			}
		})
	}
	convert("encode", "Percent-encodes what may not stand in a URL.", func(s string) string { return percentEncode(s, unreserved+reserved) })
	convert("encodeComponent", "Percent-encodes what may not stand in a part of a URL.", func(s string) string { return percentEncode(s, unreserved) })
	convert("decode", "Undoes encode: percent-encoded characters that separate the parts of a URL stay as they are.", func(s string) string { return percentDecode(s, reserved) })
	convert("decodeComponent", "Decodes all percent-encoded characters. What is no valid encoding stays as it is.", func(s string) string { return percentDecode(s, "") })
}
