package filters

import (
	"errors"
	"io"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// pumpSize is how much a pump reads at a time, in bytes.
const pumpSize = 64 << 10

// pump reads something that can block, such as a file or a pipe, and delivers
// what it read on the loop. It reads on a goroutine, one piece at a time, and
// not while somebody holds it.
type pump struct {
	// Immutable:
	loop *loop.Loop
	r    io.Reader
	out  func(d *event.Data) // gets what was read, with the pump as its source
	end  func(err error)     // is called once at the end; nil for io.EOF
	free func()              // closes r, when nobody reads it any more; may be nil

	// Owned by the loop:
	source  loop.Source
	buf     []byte // lent to the goroutine while reading
	reading bool
	paused  bool
	done    bool
}

// start begins to read.
func (p *pump) start() {
	p.source.Init(p.loop, p)
	p.read()
}

// stop ends the pump: nothing is delivered any more. It does not end a read
// that blocks.
func (p *pump) stop() {
	if p.done {
		return
	}
	p.done = true
	p.source.End()
	if !p.reading {
		p.release()
	}
}

func (p *pump) release() {
	if p.free != nil {
		go p.free()
	}
}

// Pause stops reading after the current piece.
func (p *pump) Pause() { p.paused = true }

// Resume goes on reading.
func (p *pump) Resume() {
	p.paused = false
	p.read()
}

func (p *pump) read() {
	if p.reading || p.paused || p.done {
		return
	}
	p.reading = true
	buf := p.buf
	if buf == nil {
		buf = make([]byte, pumpSize)
	}
	go func() {
		n, err := p.r.Read(buf)
		p.loop.Post(func() { p.got(buf, n, err) })
	}()
}

// got takes what the goroutine read.
func (p *pump) got(buf []byte, n int, err error) {
	p.reading = false
	if p.done {
		p.release()
		return
	}
	if n > pumpSize/2 {
		buf, p.buf = buf[:n], nil // given away
	} else {
		p.buf, buf = buf, append([]byte(nil), buf[:n]...)
	}
	prev := p.loop.Enter(&p.source)
	if n > 0 {
		p.out(event.NewData(buf))
	}
	if err != nil && !p.done {
		p.stop()
		if errors.Is(err, io.EOF) {
			err = nil
		}
		p.end(err)
	}
	p.loop.Leave(prev)
	p.read()
}
