package filters

import (
	"crypto/tls"
	"errors"

	"pipy/pipy/event"
	"pipy/pipy/keys"
	"pipy/pipy/logging"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
	"pipy/pipy/tlsio"
	"pipy/pipy/transport"
)

// TLSSession is what scripts see of a TLS connection.
type TLSSession struct {
	state    string
	err      string
	protocol string
	hostname string
	peer     *keys.Certificate
}

func init() {
	c := spec.NewClass[*TLSSession]("TLSSession", `A TLS connection

The callbacks handshake and onState of acceptTLS and connectTLS get it.`)
	c.Prop("state", "string", "One of 'handshake', 'connected' and 'closed'.", func(s *TLSSession) any { return s.state })
	c.Prop("error", "string", "Why the connection was closed; empty for an orderly end.", func(s *TLSSession) any { return s.err })
	c.Prop("protocol", "string", "The protocol that was agreed on by ALPN; empty when there is none.", func(s *TLSSession) any { return s.protocol })
	c.Prop("alpn", "string", "Another name of protocol.", func(s *TLSSession) any { return s.protocol })
	c.Prop("hostname", "string", "The name of the server that the client asked for by SNI.", func(s *TLSSession) any { return s.hostname })
	c.Prop("peer", "crypto.Certificate", "The certificate of the peer; undefined when it sent none.", func(s *TLSSession) any {
		if s.peer == nil {
			return nil
		}
		return s.peer
	})
}

// tlsStream is one TLS connection between a pipeline and its sub-pipeline: one
// of the two carries what is encrypted, which is the wire, the other what is
// not.
type tlsStream struct {
	*pipeline.Stage
	opt   *tlsOptions
	wire  func(event.Event) // takes what is encrypted
	plain func(event.Event) // takes what is decrypted

	session    *tlsio.Session
	info       *TLSSession
	pair       *tls.Certificate  // that the function returned last
	undecided  []func(err error) // wait for the promise of the function
	asking     bool
	name       string // of the server, to a client
	began      bool   // bytes came from the wire
	opened     bool   // the handshake succeeded
	marks      []event.Event
	err        error
	plainEnded bool
	wireEnded  bool
}

// begin makes the session, at the first event, and tells whether that worked.
func (f *tlsStream) begin() bool {
	f.info = &TLSSession{state: "handshake"}
	var a *asker
	if f.opt.client {
		config, ask, err := f.clientConfig()
		if err != nil {
			f.Fail(err)
			return false
		}
		f.warnUnverified()
		a, f.name = ask, config.ServerName
		f.session = tlsio.NewClient(f.Loop(), f, config)
	} else {
		config, ask := f.serverConfig()
		a = ask
		f.session = tlsio.NewServer(f.Loop(), f, config)
	}
	if a != nil {
		a.session = f.session
	}
	f.session.Timeout(f.opt.timeout)
	if f.opt.certificateFor != nil {
		f.askCertificate()
	}
	f.changed()
	if f.session.Closed() {
		return false
	}
	if f.opt.client {
		f.session.Start()
	}
	return true
}

// changed tells the script about a state.
func (f *tlsStream) changed() {
	if f.opt.onState == nil || f.session.Closed() {
		return
	}
	if _, err := f.opt.onState.Call(f.Context(), f.info); err != nil {
		f.abort(err)
	}
}

// abort ends everything because a callback failed.
func (f *tlsStream) abort(err error) {
	f.session.Close()
	f.Fail(err)
}

// fromWire takes an event with encrypted bytes.
func (f *tlsStream) fromWire(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		if e.Len() > 0 {
			f.began = true
			f.session.Receive(e)
			return
		}
		f.pass(evt)
	case *event.MessageEnd:
		f.pass(evt)
	case *event.StreamEnd:
		if !f.began && !f.opt.client { // whoever came wanted no TLS
			f.session.Close()
			f.endPlain(e)
			f.endWire(e)
			return
		}
		if f.session.Closed() { // by an error of the plain side
			f.endPlain(e)
			return
		}
		f.session.ReceiveEnd(e.Err)
	}
}

// pass passes a flush on to the plain side, once there is one.
func (f *tlsStream) pass(evt event.Event) {
	if f.opened && !f.plainEnded {
		f.plain(evt)
	}
}

// fromPlain takes an event with bytes to be encrypted.
func (f *tlsStream) fromPlain(evt event.Event) {
	switch e := evt.(type) {
	case *event.Data:
		if e.Len() > 0 {
			f.session.Send(e)
			return
		}
		f.mark(evt)
	case *event.MessageEnd:
		f.mark(evt)
	case *event.StreamEnd:
		if e.Err == nil {
			f.session.CloseWrite()
			return
		}
		// Without close_notify, so that the peer can tell that something is
		// missing (RFC 8446, 6.1).
		f.session.Flush()
		f.session.Close()
		f.endWire(e)
	}
}

// mark passes a flush on to the wire, behind the bytes that came before it.
func (f *tlsStream) mark(evt event.Event) {
	switch {
	case !f.opened || f.wireEnded:
	case f.session.Pending():
		f.marks = append(f.marks, evt)
	default:
		f.wire(evt)
	}
}

func (f *tlsStream) endPlain(end *event.StreamEnd) {
	if !f.plainEnded {
		f.plainEnded = true
		f.plain(end)
	}
}

func (f *tlsStream) endWire(end *event.StreamEnd) {
	if !f.wireEnded {
		f.wireEnded = true
		f.wire(end)
	}
}

// Encrypted implements tlsio.Owner.
func (f *tlsStream) Encrypted(d *event.Data) {
	if f.wireEnded {
		d.Release()
		return
	}
	f.wire(d)
	if len(f.marks) > 0 && !f.session.Pending() {
		marks := f.marks
		f.marks = nil
		for _, evt := range marks {
			f.wire(evt)
		}
	}
}

// Decrypted implements tlsio.Owner.
func (f *tlsStream) Decrypted(d *event.Data) { f.plain(d) }

// Handshaken implements tlsio.Owner.
func (f *tlsStream) Handshaken() {
	f.opened = true
	if f.opt.handshake != nil || f.opt.onState != nil {
		state := f.session.State()
		f.info.state = "connected"
		f.info.protocol, f.info.hostname = state.NegotiatedProtocol, state.ServerName
		if len(state.PeerCertificates) > 0 {
			f.info.peer = &keys.Certificate{X509: state.PeerCertificates[0]}
		}
		session := f.session
		f.changed()
		if f.opt.handshake != nil && !session.Closed() {
			if _, err := f.opt.handshake.Call(f.Context(), f.info); err != nil {
				f.abort(err)
			}
		}
		if session.Closed() {
			return
		}
	}
	f.plain(&event.Data{})
}

// Ended implements tlsio.Owner.
func (f *tlsStream) Ended(err error) {
	f.err = err
	if !f.opened {
		f.reporter()(err)
	}
	f.info.state = "closed"
	if err != nil {
		f.info.err = reason(err)
	}
	session := f.session
	f.changed()
	if session.Closed() {
		return
	}
	f.endPlain(&event.StreamEnd{Err: err})
}

// reason is the cause of an error as text.
func reason(err error) string {
	var f *event.Failure
	if errors.As(err, &f) {
		if cause, ok := f.Cause.(error); ok {
			return cause.Error()
		}
	}
	return err.Error()
}

// reporter returns what logs that the handshake failed, unless there was no
// connection for it. It may be called when the pipeline has ended.
func (f *tlsStream) reporter() func(err error) {
	with := "server"
	if !f.opt.client {
		with = "client"
		if in, ok := f.Context().Inbound.(*transport.Inbound); ok {
			with += " " + in.RemoteAddress()
		}
	} else if f.name != "" {
		with += " " + f.name
	}
	node := f.Node()
	return func(err error) {
		if failure := (*event.Failure)(nil); errors.As(err, &failure) {
			logging.Warnf("tls", "Handshake failed: %s (with %s, %s at %s)", reason(err), with, node.Name, node.Pos)
		}
	}
}

// Sent implements tlsio.Owner.
func (f *tlsStream) Sent() {
	err := f.err
	if f.opened {
		err = nil
	}
	f.endWire(&event.StreamEnd{Err: err})
}

// Close gives the session back.
func (f *tlsStream) Close() {
	switch {
	case f.session == nil:
	case f.opened || !f.began:
		f.session.Close()
	default:
		f.session.Abandon(f.reporter())
	}
}

// reset makes the stream ready for another connection.
func (f *tlsStream) reset() {
	*f = tlsStream{Stage: f.Stage, opt: f.opt, wire: f.wire, plain: f.plain}
}
