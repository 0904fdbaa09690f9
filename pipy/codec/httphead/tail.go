package httphead

import "pipy/pipy/event"

// Tail is what follows the body of a message: its trailer fields (RFC 9110,
// 6.5). It is the Tail of a MessageEnd; a message without trailers has none.
type Tail struct {
	Header Header

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
