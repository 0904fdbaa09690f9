package http1

import (
	"bytes"

	"pipy/pipy/codec/httphead"
)

// A startLine is where a request line or a status line has its parts.
type startLine struct {
	a, b   int // ends of the first and the second word
	end    int
	status int // 0 in a request
}

// startLine takes the line b[from:end] apart, or skips it if it is an empty one
// before a request.
func (d *Decoder) startLine(b []byte, from, end int, k *block) error {
	if d.response {
		first, err := statusLine(b, from, end)
		k.first, k.opened = first, true
		return err
	}
	if from == end {
		if d.empty++; d.empty > maxEmptyLines {
			return malformed("too many empty lines before a request")
		}
		k.start = k.line
		return nil
	}
	k.opened = true
	if string(b[from:end]) == prefaceLine && !d.begun && d.empty == 0 {
		k.preface = true
		return nil
	}
	first, err := requestLine(b, from, end)
	k.first = first
	if err != nil && !d.begun && foreign(b[from:end]) {
		return &Error{0, "the client speaks no HTTP"}
	}
	return err
}

// foreign tells whether a line has nothing of a request line of any version of
// HTTP: three words, of which neither the second nor the third is right.
func foreign(b []byte) bool {
	words := bytes.Split(b, []byte(" "))
	return len(words) == 3 && !bytes.HasPrefix(words[2], []byte("HTTP")) && !validTarget(words[0], words[1])
}

// requestLine takes a request line apart (RFC 9112, 3): one blank between the
// words and no other.
func requestLine(b []byte, from, end int) (startLine, error) {
	i := tokenEnd(b[:end], from)
	if i == from || i == end || b[i] != ' ' {
		return startLine{}, malformed("invalid method")
	}
	j := bytes.IndexByte(b[i+1:end], ' ')
	if j < 0 {
		return startLine{}, malformed("request line without a version")
	}
	j += i + 1
	if err := version(b[j+1 : end]); err != nil {
		return startLine{}, err
	}
	if !validTarget(b[from:i], b[i+1:j]) {
		return startLine{}, malformed("invalid request target")
	}
	return startLine{a: i, b: j, end: end}, nil
}

// version checks an HTTP-version (RFC 9112, 2.3). A minor version above 1 is
// as good as 1 (RFC 9110, 2.5).
func version(b []byte) error {
	if len(b) != 8 || string(b[:5]) != "HTTP/" || !digit(b[5]) || b[6] != '.' || !digit(b[7]) {
		return malformed("invalid HTTP version")
	}
	if b[5] != '1' {
		return &Error{505, "HTTP version not supported"}
	}
	return nil
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// validTarget checks that a request target has one of the four forms of RFC
// 9112, 3.2, without looking into a path.
func validTarget(method, target []byte) bool {
	if len(target) == 0 || bytes.IndexByte(target, '\t') >= 0 {
		return false
	}
	if string(method) == "CONNECT" {
		// a host and a port, neither of them empty (RFC 9110, 9.3.6)
		port, ok := httphead.HostPort(string(target))
		return ok && len(port) > 0 && target[0] != ':'
	}
	switch target[0] {
	case '/':
		return true
	case '*':
		return len(target) == 1 && string(method) == "OPTIONS"
	}
	scheme, _, ok := bytes.Cut(target, []byte(":"))
	return ok && httphead.ValidScheme(string(scheme))
}

// statusLine takes a status line apart (RFC 9112, 4). The blank after the code
// may be missing, as many servers forget it with an empty phrase.
func statusLine(b []byte, from, end int) (startLine, error) {
	if end-from < 12 || b[from+8] != ' ' {
		return startLine{}, malformed("invalid status line")
	}
	if err := version(b[from : from+8]); err != nil {
		return startLine{}, err
	}
	status := 0
	for _, c := range b[from+9 : from+12] {
		if !digit(c) {
			return startLine{}, malformed("invalid status code")
		}
		status = status*10 + int(c-'0')
	}
	reason := from + 12
	if reason < end {
		if b[reason] != ' ' {
			return startLine{}, malformed("invalid status code")
		}
		reason++
	}
	if status < 100 {
		return startLine{}, malformed("invalid status code")
	}
	return startLine{a: from + 8, b: reason, end: end, status: status}, nil
}
