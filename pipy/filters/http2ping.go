package filters

import (
	"fmt"

	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const docPing = "HTTP/2: a function that returns the 8 bytes of the next PING (RFC 9113, 6.7), as Data, or a promise of them, or nothing to send no more. It is called when a session begins, without an argument, and with the answer to each PING."

// http2PingSize is the size of what a PING carries (RFC 9113, 6.7).
const http2PingSize = 8 // bytes

// http2Pinger sends the PINGs of a session that its script asks for.
type http2Pinger struct {
	client *http2Client
	fn     spec.Func
	stage  *pipeline.Stage // where errors are said to be; nil until the session begins
}

// start asks for the first PING when the session gets its first request, which
// came from stage.
func (p *http2Pinger) start(stage *pipeline.Stage) {
	if p.stage == nil {
		p.stage = stage
		p.ask()
	}
}

// pong takes the answer to a PING.
func (p *http2Pinger) pong(payload [http2PingSize]byte) {
	p.ask(event.NewData(payload[:]))
}

// ask asks the script for the next PING.
func (p *http2Pinger) ask(answer ...any) {
	pipe := p.client.pipe
	if p.client.over || pipe == nil {
		return
	}
	v, err := p.fn.Call(pipe.Context(), answer...)
	if promise, ok := v.(spec.Promise); ok && err == nil {
		promise.Then(p.send)
		return
	}
	p.send(v, err)
}

// send sends a PING with what the script returned.
func (p *http2Pinger) send(v any, err error) {
	if p.client.over || v == nil && err == nil {
		return
	}
	d, ok := v.(*event.Data)
	switch {
	case err != nil:
	case !ok:
		err = fmt.Errorf("options.ping: want Data of %d bytes, got %s", http2PingSize, spec.Show(v))
	case d.Len() != http2PingSize:
		err = fmt.Errorf("options.ping: want Data of %d bytes, got %d", http2PingSize, d.Len())
	}
	if err != nil {
		reportError(p.stage, err)
		return
	}
	p.client.session.Ping([http2PingSize]byte([]byte(d.String())))
}
