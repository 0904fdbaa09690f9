package compress

import (
	"bufio"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is what a zstd body may ask us to remember, in bytes (RFC 9659).
const maxWindow = 8 << 20

// Decompressors for the next body.
var gzips, zlibs, flates, brotlis, zstds sync.Pool

// open returns a reader of what r reads, decompressed, and the function that
// gives it back.
func open(c Coding, r io.Reader) (io.Reader, func(), error) {
	switch c {
	case Gzip:
		return openGzip(r)
	case Brotli:
		z, ok := brotlis.Get().(*brotli.Reader)
		if !ok {
			z = brotli.NewReader(r)
		} else if err := z.Reset(r); err != nil {
			return nil, nil, err
		}
		return z, func() { z.Reset(nothing{}); brotlis.Put(z) }, nil
	case Zstd:
		return openZstd(r)
	}
	return openDeflate(r)
}

// nothing is what idle decompressors read from.
type nothing struct{}

// Read returns io.EOF.
func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

func openGzip(r io.Reader) (io.Reader, func(), error) {
	z, ok := gzips.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	if err := z.Reset(r); err != nil {
		return nil, nil, err
	}
	return z, func() { gzips.Put(z) }, nil
}

func openZstd(r io.Reader) (io.Reader, func(), error) {
	z, ok := zstds.Get().(*zstd.Decoder)
	if !ok {
		var err error
		z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
	}
	if err := z.Reset(r); err != nil {
		return nil, nil, err
	}
	return z, func() { z.Reset(nil); zstds.Put(z) }, nil
}

// openDeflate tells by the first two bytes whether it is the zlib format, as
// HTTP has it, or one of those that are sent under the same name: raw deflate
// and gzip.
func openDeflate(r io.Reader) (io.Reader, func(), error) {
	b := bufio.NewReaderSize(r, 4<<10)
	head, err := b.Peek(2)
	if err != nil && len(head) == 0 {
		return nil, nil, err
	}
	if len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		return openGzip(b)
	}
	if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 { // RFC 1950, 2.2
		return openResetter(&zlibs, b, func() (io.ReadCloser, error) { return zlib.NewReader(b) })
	}
	return openResetter(&flates, b, func() (io.ReadCloser, error) { return flate.NewReader(b), nil })
}

func openResetter(pool *sync.Pool, r io.Reader, make func() (io.ReadCloser, error)) (io.Reader, func(), error) {
	z, ok := pool.Get().(io.ReadCloser)
	if ok {
		if err := z.(flate.Resetter).Reset(r, nil); err != nil { // zlib.Resetter is the same
			return nil, nil, err
		}
	} else {
		var err error
		if z, err = make(); err != nil {
			return nil, nil, err
		}
	}
	return z, func() { pool.Put(z) }, nil
}
