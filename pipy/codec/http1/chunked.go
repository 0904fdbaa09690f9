package http1

// chunkPart is where in the line before a chunk the decoder is (RFC 9112, 7.1):
//
//	1*HEXDIG *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] ) CRLF
type chunkPart uint8

const (
	sizeStart   chunkPart = iota // before the first digit
	size                         // after a digit
	beforeSemi                   // blanks before a semicolon
	beforeName                   // after a semicolon
	inName                       // in an extension's name
	afterName                    // blanks after it
	beforeValue                  // after an equals sign
	inValue                      // in a value that is a token
	inQuotes                     // in one that is a quoted-string
	escaped                      // after a backslash there
	afterQuotes                  // after its closing quote
	sizeLF                       // after CR
)

// chunkLine reads the line before a chunk, the size of which adds up in d.left.
// Extensions are checked and forgotten.
func (d *Decoder) chunkLine() bool {
	if !d.available() {
		return false
	}
	b := d.input.Piece(0)
	for i, c := range b {
		if d.lineLen++; d.lineLen > d.limits.MaxChunkLine {
			return d.fail(malformed("chunk extensions too long"))
		}
		if d.part <= size && class[c]&isHex != 0 {
			if d.left >= 1<<59 {
				return d.fail(malformed("chunk too large"))
			}
			d.left = d.left<<4 | int64(hex(c))
			d.part = size
			continue
		}
		if c == '\n' && d.part == sizeLF {
			d.skip(i + 1)
			d.bodySize += int64(i + 1)
			d.part, d.lineLen = 0, 0
			if d.state = inChunk; d.left == 0 {
				d.state = inTrailer
				d.block = block{opened: true}
			}
			return true
		}
		next, ok := d.part.next(c)
		if !ok {
			return d.fail(malformed("invalid chunk size or extension"))
		}
		d.part = next
	}
	d.skip(len(b))
	d.bodySize += int64(len(b))
	return true
}

// next returns the part after c, and false when c must not be there.
func (p chunkPart) next(c byte) (chunkPart, bool) {
	isTok := class[c]&isToken != 0
	switch p {
	case inQuotes:
		switch {
		case c == '"':
			return afterQuotes, true
		case c == '\\':
			return escaped, true
		}
		return inQuotes, text(c)
	case escaped:
		return inQuotes, text(c)
	case sizeStart, sizeLF:
		return p, false
	case beforeName:
		if blank(c) {
			return p, true
		}
		return inName, isTok
	case beforeValue:
		switch {
		case blank(c):
			return p, true
		case c == '"':
			return inQuotes, true
		}
		return inValue, isTok
	case inName, inValue:
		if isTok {
			return p, true
		}
	}
	// What is left may be followed by an equals sign if it is a name, else by
	// blanks, another extension or the end of the line.
	switch {
	case c == '=' && (p == inName || p == afterName):
		return beforeValue, true
	case blank(c) && (p == inName || p == afterName):
		return afterName, true
	case blank(c):
		return beforeSemi, true
	case c == ';':
		return beforeName, true
	}
	return sizeLF, c == '\r' && p != beforeSemi && p != afterName
}

// text tells whether c may be in a quoted-string, escaped where need be.
func text(c byte) bool { return c >= ' ' && c != 0x7f || c == '\t' }

func hex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// chunkEnd reads the CRLF after a chunk.
func (d *Decoder) chunkEnd() bool {
	if !d.available() {
		return false
	}
	b := d.input.Piece(0)
	want := byte('\r')
	if d.state == atChunkLF {
		want = '\n'
	}
	if b[0] != want {
		return d.fail(malformed("chunk longer than its size"))
	}
	n := 1
	switch {
	case want == '\n':
		d.state, d.left = atChunk, 0
	case len(b) > 1 && b[1] == '\n':
		d.state, d.left, n = atChunk, 0, 2
	default:
		d.state = atChunkLF
	}
	d.skip(n)
	d.bodySize += int64(n)
	return true
}
