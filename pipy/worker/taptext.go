package worker

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// TapHead is the head of an HTTP message.
type TapHead struct {
	Protocol   string      `json:"protocol,omitempty"`
	Method     string      `json:"method,omitempty"`
	Scheme     string      `json:"scheme,omitempty"`
	Authority  string      `json:"authority,omitempty"`
	Path       string      `json:"path,omitempty"`
	Status     int         `json:"status,omitempty"`
	StatusText string      `json:"statusText,omitempty"`
	Headers    [][2]string `json:"headers"`
}

// show describes an event, with so many bytes of its data.
func (e *TapEvent) show(evt event.Event, data int) {
	switch evt := evt.(type) {
	case *event.MessageStart:
		e.Event, e.Head = "MessageStart", showHead(evt.Head)
	case *event.Data:
		e.Event, e.Bytes, e.Data = "Data", evt.Len(), preview(evt, data)
	case *event.MessageEnd:
		e.Event = "MessageEnd"
		if evt.Tail != nil {
			e.Head = showHead(evt.Tail)
		}
	case *event.StreamEnd:
		e.Event = "StreamEnd"
		if evt.Err != nil {
			e.Error = evt.Err.Error()
		}
	}
}

// showHead describes the head of a message: an HTTP head, or the members of
// another one.
func showHead(head any) any {
	switch h := head.(type) {
	case nil:
		return nil
	case *httphead.Head:
		return showHTTP(h)
	case event.Object:
		if h.Get("headers") != nil || h.Get("status") != nil || h.Get("method") != nil {
			return showHTTP(httphead.Of(h))
		}
		members := map[string]string{}
		for _, name := range h.Keys() {
			members[name] = mask(name, clip(httphead.Text(h.Get(name))))
		}
		return members
	}
	return nil
}

func showHTTP(h *httphead.Head) *TapHead {
	t := &TapHead{
		Protocol: h.Protocol, Method: h.Method, Scheme: h.Scheme, Authority: h.Authority,
		Path: maskQuery(clip(h.Path)), Status: h.Status, StatusText: clip(h.StatusText), Headers: [][2]string{},
	}
	for _, f := range h.Header.Fields {
		t.Headers = append(t.Headers, [2]string{f.Name, mask(f.Name, clip(f.Value))})
	}
	return t
}

// maxShown bounds one value that is shown, in bytes.
const maxShown = 1 << 10

func clip(s string) string {
	if len(s) > maxShown {
		s = s[:maxShown] + "..."
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// Masked stands for what looks like a secret.
const Masked = "***"

// secret matches the names of headers and the like whose values are secrets.
var secret = pattern(`(?i)^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|password|passwd|secret|token|(?:.*[-_.])?(?:token|key|secret|password|signature)|apikey)$`)

// pattern compiles an expression at its first use: most processes are never tapped.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func mask(name, value string) string {
	if value != "" && secret().MatchString(name) {
		return Masked
	}
	return value
}

// maskQuery masks the secrets in the query of a path.
func maskQuery(path string) string {
	before, query, ok := strings.Cut(path, "?")
	if !ok {
		return path
	}
	parts := strings.Split(query, "&")
	for i, p := range parts {
		if name, value, ok := strings.Cut(p, "="); ok {
			parts[i] = name + "=" + mask(name, value)
		}
	}
	return before + "?" + strings.Join(parts, "&")
}

// Secrets in text: header lines, and members of a query or of JSON.
var (
	secretLine   = pattern(`(?im)^((?:(?:proxy-)?authorization|(?:set-)?cookie2?|[\w.-]*[-_.](?:token|key|secret|password|signature)|token|apikey)[ \t]*:[ \t]*)[^\r\n]*`)
	secretMember = pattern(`(?i)((?:^|[?&\s"'])(?:[\w.-]*[-_.])?(?:token|key|secret|password|passwd|signature|apikey)["']?[ \t]*[=:][ \t]*)("[^"]*"?|'[^']*'?|[^&\s"',}]+)`)
)

// preview returns the first bytes of data if they are text, with what looks like a
// secret masked. A secret that is cut in two by the end of a Data can escape.
func preview(d *event.Data, size int) string {
	size = min(size, d.Len())
	if size <= 0 {
		return ""
	}
	// The end of a line that is longer than what is shown may be a secret; its
	// name is at its beginning, which is shown.
	b := make([]byte, 0, size)
	for i := 0; i < d.Pieces() && len(b) < size; i++ {
		p := d.Piece(i)
		b = append(b, p[:min(len(p), size-len(b))]...)
	}
	for cut := 0; cut < utf8.UTFMax && !utf8.Valid(b) && len(b) > 0; cut++ {
		b = b[:len(b)-1] // half a character at the end
	}
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' {
			return ""
		}
	}
	if !utf8.Valid(b) {
		return ""
	}
	text := secretLine().ReplaceAllString(string(b), "${1}"+Masked)
	return secretMember().ReplaceAllString(text, "${1}"+Masked)
}
