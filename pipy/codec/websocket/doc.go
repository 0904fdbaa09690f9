// Package websocket reads and writes the frames of the WebSocket protocol (RFC
// 6455): bytes in, events out, and back. It does no I/O, and leaves the handshake
// to HTTP.
//
//	d := websocket.NewDecoder(websocket.Options{}, arena, out)
//	err := d.Feed(data) // MessageStart (*websocket.Head), Data, MessageEnd to out
//	err := d.End()      // the stream is over
//
// A message of one frame is passed on as it comes. One of several frames is
// passed on when it is complete, because control frames, which are messages of
// their own, may come between its frames (5.4). Ping and Close are not answered.
//
//	e := websocket.NewEncoder(websocket.Options{}, arena, out)
//	err := e.Start(head)
//	err := e.Data(data)
//	err := e.End()
//
// An error is an *Error: it has the code of the Close frame that tells the other
// side. After an error only the same error comes back.
package websocket
