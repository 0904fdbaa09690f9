// Package http1 reads and writes HTTP/1 messages (RFC 9110 and RFC 9112): bytes
// in, events out, and back. It does no I/O.
//
// A Decoder is fed with the bytes of one direction of a connection:
//
//	d := http1.NewRequestDecoder(http1.Limits{}, out)
//	d := http1.NewResponseDecoder(http1.Limits{}, method, out)
//	err := d.Feed(data) // MessageStart (*httphead.Head), Data, MessageEnd to out
//	err := d.End(nil)   // the stream is over
//
// Both return the error that ends the decoding: an *Error with the status to
// answer with, ErrHTTP2Preface, or one that wraps ErrTruncated. Where a
// connection may change its protocol, the owner calls Suspend from within out,
// and Resume, Tunnel or Rest when the answer is known. Idle, InHead, InMessage
// and Held tell where it is. KeepAlive, Upgrade, ExpectContinue and Interim tell
// what a head means for the connection.
//
// An Encoder is given the parts of one message after another:
//
//	e := http1.NewEncoder(arena, 0, out)
//	err := e.StartRequest(head)
//	err := e.StartResponse(head, http1.Reply{Method: "GET", Protocol: "HTTP/1.1"})
//	err := e.Data(data)
//	err := e.Flush()              // do not wait for the rest of the body
//	closes, err := e.End(tail)    // closes: the connection must end now
//	sent := e.Abort()             // the message breaks off
//
// A *HeadError from any of them means that the head cannot be written and that
// nothing was: another one may be started in its place. When trailers cannot be
// written, closes is true as well. ErrLength means that the connection is to be
// closed.
//
// Framing is the codec's own: connection, keep-alive, transfer-encoding and
// content-length of a head are never copied but made anew, and neither is
// anything else that concerns one connection only (RFC 9110, 7.6.1).
package http1
