package http2

import "strings"

// Classes of bytes.
const (
	isName   = 1 << iota // of a field name in lower case (RFC 9113, 8.2.1)
	isToken              // tchar (RFC 9110, 5.6.2)
	isTarget             // of a request target: no blanks, no control characters
)

var class [256]uint8

func init() {
	for c := range 256 {
		switch {
		case c >= 'A' && c <= 'Z':
			class[c] = isToken | isTarget
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0:
			class[c] = isName | isToken | isTarget
		case c > ' ' && c != 0x7f:
			class[c] = isTarget
		}
	}
}

func only(s string, c uint8) bool {
	for i := 0; i < len(s); i++ {
		if class[s[i]]&c == 0 {
			return false
		}
	}
	return s != ""
}

// validName tells whether s can be the name of a field on the wire.
func validName(s string) bool { return only(s, isName) }

// validValue tells whether s can be the value of a field (RFC 9110, 5.5): no
// control characters but HTAB, and no blanks around it.
func validValue(s string) bool {
	if s == "" {
		return true
	}
	if first, last := s[0], s[len(s)-1]; blank(first) || blank(last) {
		return false
	}
	return control(s) < 0
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// control returns the position of the first control character but HTAB, or -1.
func control(s string) int {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return i
		}
	}
	return -1
}

// commonNames maps usual spellings of names to lower case, to spare the memory
// of converting them.
var commonNames = map[string]string{}

func init() {
	for _, name := range strings.Fields(`Accept Accept-Charset Accept-Encoding Accept-Language
		Accept-Ranges Access-Control-Allow-Credentials Access-Control-Allow-Headers
		Access-Control-Allow-Methods Access-Control-Allow-Origin Access-Control-Expose-Headers
		Access-Control-Max-Age Access-Control-Request-Headers Access-Control-Request-Method Age
		Allow Alt-Svc Authorization Cache-Control Content-Disposition Content-Encoding
		Content-Language Content-Length Content-Location Content-Range Content-Security-Policy
		Content-Type Cookie Date ETag Etag Expect Expires Forwarded From Grpc-Message Grpc-Status
		Host If-Match If-Modified-Since If-None-Match If-Range If-Unmodified-Since Last-Modified
		Link Location Max-Forwards Origin Pragma Priority Proxy-Authenticate Proxy-Authorization
		Range Referer Referrer-Policy Retry-After Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site
		Server Set-Cookie Strict-Transport-Security TE Te Trailer Upgrade-Insecure-Requests
		User-Agent Vary Via WWW-Authenticate Www-Authenticate X-Content-Type-Options
		X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Frame-Options X-Powered-By
		X-Real-Ip X-Request-Id X-Requested-With X-Xss-Protection`) {
		commonNames[name] = strings.ToLower(name)
	}
}

// lowerName returns a name in lower case.
func lowerName(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			if l, ok := commonNames[s]; ok {
				return l
			}
			return strings.ToLower(s)
		}
	}
	return s
}
