package api

import (
	"fmt"

	"pipy/pipy/codec/compress"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// inflateLimit is how large data may become in memory, in bytes.
const inflateLimit = 256 << 20

func init() {
	ns := spec.NewNamespace("zlib", "Compresses and decompresses Data in memory. A stream, or a body that may be large, is better given to the filters.")
	declare := func(name, doc string, do func(e spec.Engine, d *event.Data) (*event.Data, error)) {
		ns.Function(name, "Data | null", doc+" Null stays null.", func(m *spec.Method) func(*spec.Call) (any, error) {
			data := spec.InOpt[any](m, "data", nil, "A Data or a string.")
			described(m, "Data | string | null")
			return func(c *spec.Call) (any, error) {
				v, err := data.Of(c)
				if err != nil {
					return nil, err
				}
				switch v := v.(type) {
				case nil:
					return Null, nil
				case string:
					return do(c.Engine, event.NewData([]byte(v)))
				case *event.Data:
					return do(c.Engine, v.Clone())
				}
				return nil, wrong("data", "a Data or a string", v)
			}
		})
	}
	declare("deflate", "Returns data in the zlib format (RFC 1950).", deflater(compress.Deflate))
	declare("gzip", "Returns data in the gzip format (RFC 1952).", deflater(compress.Gzip))
	declare("inflate", "Returns what was compressed by deflate; raw deflate and gzip are understood too. It throws if that is not valid, or becomes more than 256 MB.", inflater("inflate", compress.Deflate))
	declare("gunzip", "Returns what was compressed by gzip. It throws if that is not valid, or becomes more than 256 MB.", inflater("gunzip", compress.Gzip))
}

func deflater(c compress.Coding) func(_ spec.Engine, d *event.Data) (*event.Data, error) {
	return func(_ spec.Engine, d *event.Data) (*event.Data, error) {
		enc, err := compress.NewEncoder(c, compress.Default, &event.Arena{})
		if err != nil {
			return nil, err
		}
		defer enc.Free()
		out := &event.Data{}
		if err := enc.Write(d, out); err != nil {
			return nil, err
		}
		return out, enc.Close(out)
	}
}

func inflater(name string, c compress.Coding) func(e spec.Engine, d *event.Data) (*event.Data, error) {
	return func(_ spec.Engine, d *event.Data) (*event.Data, error) {
		if d.Len() == 0 {
			return nil, fmt.Errorf("%s() failed: want compressed data, got none", name)
		}
		dec := compress.NewDecoder(compress.Limits{MaxSize: inflateLimit}, c)
		defer dec.Free()
		dec.Feed(d)
		dec.End()
		out := &event.Data{}
		for {
			part, err := dec.Next()
			if err != nil {
				return nil, fmt.Errorf("%s() failed: %w", name, err)
			}
			if part == nil {
				return out, nil
			}
			out.Push(part)
		}
	}
}
