package compress_test

import (
	"testing"

	"pipy/pipy/codec/compress"
	"pipy/pipy/event"
)

func BenchmarkEncoder(b *testing.B) {
	in := text(64 << 10)
	for _, c := range codings {
		b.Run(string(c), func(b *testing.B) {
			arena := &event.Arena{}
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				e, err := compress.NewEncoder(c, compress.Default, arena)
				if err != nil {
					b.Fatal(err)
				}
				out := &event.Data{}
				e.Write(event.DataString(in), out)
				e.Close(out)
				out.Release()
				e.Free()
			}
		})
	}
}

func BenchmarkDecoder(b *testing.B) {
	for _, size := range []int{500, 64 << 10} {
		in := text(size)
		for _, c := range codings {
			b.Run(string(c), func(b *testing.B) {
				z := compressed(b, c, compress.Default, in)
				b.SetBytes(int64(len(in)))
				b.ReportAllocs()
				for b.Loop() {
					d := compress.NewDecoder(compress.Limits{}, c)
					d.Feed(event.DataString(z))
					d.End()
					for {
						out, err := d.Next()
						if err != nil {
							b.Fatal(err)
						}
						if out == nil {
							break
						}
						out.Release()
					}
					d.Free()
				}
			})
		}
	}
}
