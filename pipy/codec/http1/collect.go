package http1

// spanRoom is the number of fields whose places are noted on the stack.
const spanRoom = 20

// collect reads a head or a tail. One that is complete in the first piece of
// the input is read in place; else what came of it is copied, so that a slow
// sender holds few bytes and no chunks.
func (d *Decoder) collect() bool {
	if !d.available() {
		d.input = nil
		return false
	}
	piece := d.input.Piece(0)
	var room [spanRoom]span
	if len(d.buf) == 0 {
		k := block{opened: d.state == inTrailer}
		empty := d.empty
		spans, done, err := d.lines(piece, &k, room[:0])
		if err != nil {
			return d.fail(err)
		}
		if done {
			return d.collected(piece, &k, spans, k.line)
		}
		d.empty = empty
		d.block = block{opened: d.state == inTrailer}
	}
	had := len(d.buf)
	most := max(d.limits.MaxHead, d.limits.MaxTrailer) + 2*len(preface) - had
	piece = piece[:min(len(piece), most)]
	d.buf = append(d.buf, piece...)
	_, done, err := d.lines(d.buf, &d.block, nil)
	switch {
	case err == ErrHTTP2Preface:
		d.buf = d.buf[:had]
		return d.fail(err)
	case err != nil:
		return d.fail(err)
	case !done:
		d.skip(len(piece))
		d.forget()
		return true
	}
	b, k := d.buf, d.block
	again := block{start: k.start, line: k.start, seen: k.start, opened: d.state == inTrailer}
	spans, _, _ := d.lines(b, &again, room[:0])
	d.buf, d.block = nil, block{}
	return d.collected(b, &again, spans, k.line-had)
}

// forget drops the empty lines that precede a request from buf.
func (d *Decoder) forget() {
	k := &d.block
	if k.start == 0 {
		return
	}
	d.buf = d.buf[:copy(d.buf, d.buf[k.start:])]
	k.line, k.seen, k.start = k.line-k.start, k.seen-k.start, 0
	if len(d.buf) == 0 {
		d.buf = nil
	}
}

// collected emits what was made of the block in b, n bytes of which are input.
func (d *Decoder) collected(b []byte, k *block, spans []span, n int) bool {
	if d.state == inTrailer {
		fields := trailers(b, k, spans)
		d.bodySize += int64(k.line - k.start)
		d.skip(n)
		d.close(fields)
		return true
	}
	start, err := d.message(b, k, spans)
	if err != nil {
		return d.fail(err)
	}
	d.skip(n)
	d.begun, d.empty = true, 0
	d.headSize, d.bodySize = int64(k.line-k.start), 0
	d.out(start)
	return true
}
