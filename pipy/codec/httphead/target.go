package httphead

import "strings"

// CutTarget takes a request target in absolute form apart (RFC 9112, 3.2.2).
// path is what the origin form of the target is; "" when there is neither a path
// nor a query. ok is false for the other forms.
func CutTarget(target string) (scheme, authority, path string, ok bool) {
	if target == "" || target[0] == '/' {
		return "", "", "", false
	}
	scheme, rest, ok := strings.Cut(target, "://")
	if !ok || strings.ContainsAny(scheme, "/?#") {
		return "", "", "", false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		return scheme, rest, "", true
	}
	if authority, path = rest[:end], rest[end:]; path[0] != '/' {
		path = "/" + path
	}
	return scheme, authority, path, true
}

// ValidScheme tells whether s is a scheme (RFC 3986, 3.1). With other characters
// it could pass for the beginning of a URL.
func ValidScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}

// isHost marks the bytes of a reg-name or an IPv4 address (RFC 3986, 3.2.2).
var isHost [256]bool

func init() {
	for _, c := range []byte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%!$&'()*+,;=") {
		isHost[c] = true
	}
}

// HostPort tells whether s is a host with or without a port (RFC 9110, 7.2),
// and returns the port. The host may be empty.
func HostPort(s string) (port string, ok bool) {
	end := 0
	if s != "" && s[0] == '[' {
		// IPv6 or a later version, in brackets (RFC 3986, 3.2.2)
		for end = 1; end < len(s) && (isHost[s[end]] || s[end] == ':'); end++ {
		}
		if end == len(s) || s[end] != ']' {
			return "", false
		}
		end++
	} else {
		for end < len(s) && isHost[s[end]] {
			end++
		}
	}
	if end == len(s) {
		return "", true
	}
	if s[end] != ':' {
		return "", false
	}
	port = s[end+1:]
	n := 0
	for i := 0; i < len(port); i++ {
		if n = n*10 + int(port[i]-'0'); port[i]-'0' > 9 || n > 65535 {
			return "", false
		}
	}
	return port, true
}
