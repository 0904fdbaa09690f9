package httphead

import "pipy/pipy/event"

// Tail is what is known at the end of a message: its trailer fields (RFC 9110,
// 6.5), if there are any, and what it took in HTTP/1. It is the Tail of a
// MessageEnd.
type Tail struct {
	Header Header
	// HeadSize and BodySize are bytes on the wire: the head with its empty line,
	// and what follows, with the framing of chunks and trailers. HeadSize is 0
	// where they are not known: in HTTP/2, and in messages of scripts.
	HeadSize, BodySize int64

	// Script is for the script engine: its object for this tail.
	Script any
	// ScriptHeader is for the script engine: its object for the Header.
	ScriptHeader any
}

// TailOf returns the tail behind the Tail of a MessageEnd: itself, or one made
// of the headers of a script's object; nil when there are no trailers.
func TailOf(tail any) *Tail {
	switch t := tail.(type) {
	case *Tail:
		if t == nil || len(t.Header.Fields) == 0 {
			return nil
		}
		return t
	case event.Object:
		made := &Tail{}
		made.Header.SetObject(t.Get("headers"))
		if len(made.Header.Fields) > 0 {
			return made
		}
	}
	return nil
}
