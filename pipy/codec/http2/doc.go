// Package http2 is one end of a connection of HTTP/2 (RFC 9113, HPACK of RFC
// 7541): bytes in, events out, and back. It does no I/O.
//
//	s := http2.NewServer(http2.Options{}, arena, owner)
//	s := http2.NewClient(http2.Options{}, arena, owner)
//	s.Feed(data) // what came from the peer
//	s.End(nil)   // the peer's stream is over
//	s.Flush()    // at the end of each turn in which owner.Wake was called
//
// The owner gets the messages of all streams, and the output. Errors of the peer
// are settled here, by RST_STREAM or GOAWAY; the owner hears of them by Done and
// Ended.
//
// A message is sent by the methods of its Stream:
//
//	st, err := s.Open(head, value) // a client's request
//	err := st.Respond(head)        // a server's response, interim or final
//	err := st.Send(data)
//	err := st.End(tail)
//	st.Reset(http2.Cancel)
//
// Nothing is written before Flush: so a message that is complete by then knows its
// content-length and ends with its last frame, and everything that was sent in
// one turn goes out in one piece. Bodies are not copied, in neither direction,
// unless they are small.
//
// Flow control follows whoever consumes: what Receive was called with has been
// consumed when it returns, unless the stream was paused meanwhile. Then its
// window is given back after Resume, and what comes until then is kept, which is
// bounded by the window. In the other direction Full and Owner.Drained tell a
// sender to wait, PauseOutput and ResumeOutput the session.
//
// CONNECT makes a tunnel: MessageStart and MessageEnd of the request come at
// once, then raw Data, then an orderly StreamEnd (RFC 9113, 8.5). Priorities are
// ignored, pushes refused.
package http2
