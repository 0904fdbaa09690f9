package filters

import "pipy/pipy/event"

// toHTTP2 makes the connection one of HTTP/2.
func (f *demuxHTTP) toHTTP2() *http2Server {
	c := newHTTP2Server(f.Stage, f.opt, (*demuxHTTP2)(f))
	f.conn = c
	return c
}

// demuxHTTP2 is a demuxHTTP as the service of a connection of HTTP/2.
type demuxHTTP2 demuxHTTP

func (f *demuxHTTP2) request(x *http2Exchange, evt event.Event) {
	if _, ok := evt.(*event.MessageStart); ok {
		st := x.stream
		pipe := f.Sub(0, f.Context().Clone(), x.out)
		if x.stream != st { // it ended at its start
			pipe.Close()
			return
		}
		x.pipe = pipe
	}
	if x.pipe == nil {
		dropEvent(evt)
		return
	}
	x.pipe.Process(evt)
}

// cancel closes the sub-pipeline, after telling it of a request that broke off.
func (f *demuxHTTP2) cancel(x *http2Exchange, err error) {
	pipe := x.pipe
	if pipe == nil {
		return
	}
	x.pipe = nil
	if err != nil {
		pipe.Process(&event.StreamEnd{Err: err})
	}
	pipe.Close()
}
