package http1

// Limits bound what a Decoder accepts and keeps. A member that is not positive
// means the default.
type Limits struct {
	MaxStartLine int // bytes of a request line or status line; 8 KiB. More is a 414
	MaxHead      int // bytes of a start line and its fields; 64 KiB. More is a 431
	MaxFields    int // field lines of a head or a tail; 200. More is a 431
	MaxTrailer   int // bytes of the fields after a chunked body; 16 KiB. More is a 431
	MaxChunkLine int // bytes of a chunk's size and extensions; 4 KiB. More is a 400
}

// maxEmptyLines is the number of empty lines that may precede a request line
// (RFC 9112, 2.2).
const maxEmptyLines = 16

func (l Limits) filled() Limits {
	fill := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	fill(&l.MaxStartLine, 8<<10)
	fill(&l.MaxHead, 64<<10)
	fill(&l.MaxFields, 200)
	fill(&l.MaxTrailer, 16<<10)
	fill(&l.MaxChunkLine, 4<<10)
	return l
}
