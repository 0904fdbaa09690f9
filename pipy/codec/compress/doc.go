// Package compress undoes and makes the compressed forms of a body: gzip (RFC
// 1952), deflate (the zlib format, RFC 1950), br (RFC 7932) and zstd (RFC 8878).
// It does no I/O and never waits: what is there is worked on, the rest later.
//
//	e, err := compress.NewEncoder(compress.Gzip, compress.Default)
//	e.Write(in, out) // compresses in; what came out is appended to out
//	e.Flush(out)     // all that was written can be decompressed now
//	e.Close(out)     // the end of the compressed form
//	e.Free()         // always, at last
//
//	d := compress.NewDecoder(limits, compress.Gzip)
//	d.Feed(data)
//	for {
//		data, err := d.Next() // nil: more input is needed, or all came out
//	}
//	d.End() // no more input: Next tells whether it was complete
//	d.Free()
//
// The decompressors of the libraries read from an io.Reader. They run in a
// coroutine that is suspended whenever there is nothing to read, so there is no
// concurrency and no waiting; to switch costs less than 0.1 µs.
package compress
