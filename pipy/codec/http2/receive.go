package http2

import (
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
)

// blockEnd handles a header block that is complete.
func (s *Session) blockEnd() {
	id := s.block.stream
	st := s.streams.get(id)
	switch {
	case st != nil && s.block.itself:
		s.streamError(st, ProtocolError, "a stream that depends on itself")
	case st != nil && s.server:
		s.trailers(st)
	case st != nil:
		s.responded(st)
	case s.server && id > s.lastPeer:
		s.request(id)
	default:
		s.lateHeaders(id)
	}
}

// lateHeaders handles a header block on a stream that is not open (RFC 9113, 5.1
// and 5.1.1).
func (s *Session) lateHeaders(id uint32) {
	known, ended := s.lately.knows(id)
	switch {
	case s.lately.wasReset(id):
		s.waste()
	case ended:
		s.fail(StreamClosed, "HEADERS after the end of a stream")
	case known:
		s.reset(id, StreamClosed)
	default:
		s.fail(ProtocolError, "HEADERS on a stream that cannot be opened")
	}
}

// request opens a stream for a request.
func (s *Session) request(id uint32) {
	b := &s.block
	s.lastPeer = id
	switch {
	case id > s.limit:
		s.waste() // the client will learn of our GOAWAY
		return
	case s.active >= s.opt.MaxStreams:
		s.opt.Counters.Refused++
		s.reset(id, RefusedStream) // RFC 9113, 5.1.2
		return
	case b.over:
		s.opt.Counters.HeadersOver++
		s.tooLarge(id)
		return
	case b.itself:
		b.fault = "a stream that depends on itself"
	case b.fault == "":
		b.fault = b.checkRequest()
	}
	if b.fault != "" {
		s.opt.Counters.Malformed++
		s.provoked()
		s.reset(id, ProtocolError)
		return
	}
	st := s.open(id)
	st.method = methodOf(b.method)
	st.recv = recvBody
	st.left = b.length
	start, h := b.message()
	h.Method, h.Scheme, h.Authority, h.Path = b.method, b.scheme, b.authority, b.path
	end := b.endStream
	st.tunnel = st.method == methodConnect
	if h.Length = b.length; end && !st.tunnel {
		h.Length = 0
	}
	s.owner.Receive(st, start)
	if st.tunnel && !st.over {
		s.owner.Receive(st, event.End)
	}
	if end && !st.over {
		s.bodyEnd(st, nil)
	}
}

// checkRequest tells what is malformed in the head of a request (RFC 9113,
// 8.3.1 and 8.5), and settles what its host is.
func (b *block) checkRequest() string {
	switch {
	case b.seen&pseudoStatus != 0:
		return "a request with a status"
	case !only(b.method, isToken):
		return "want a method"
	case b.hosts > 1:
		return "several host fields"
	}
	if b.method == "CONNECT" {
		port, _ := httphead.HostPort(b.authority)
		if b.seen&(pseudoScheme|pseudoPath) != 0 || port == "" || b.authority[0] == ':' {
			return "want a CONNECT with a host and a port only"
		}
		b.path = b.authority
	} else {
		switch {
		case !httphead.ValidScheme(b.scheme):
			return "want a scheme"
		case !only(b.path, isTarget), b.path[0] != '/' && (b.path != "*" || b.method != "OPTIONS"):
			return "want a path"
		}
	}
	switch {
	case b.seen&pseudoAuthority == 0: // without a host either, it is like an empty host in HTTP/1
	case b.hosts == 0:
		b.host = b.authority
	case !httphead.Equal(b.host, b.authority):
		return "a host that differs from the authority"
	}
	if _, ok := httphead.HostPort(b.host); !ok {
		return "an invalid authority"
	}
	return ""
}

// message returns a MessageStart with a head of the fields of the block, the
// host first.
func (b *block) message() (*event.MessageStart, *httphead.Head) {
	b.joinCookies()
	n := len(b.fields)
	if b.host != "" {
		n++
	}
	start, h := httphead.NewMessage(n)
	fields := h.Header.Fields
	if b.host != "" {
		fields[0] = httphead.Field{Name: "host", Value: b.host}
		fields = fields[1:]
	}
	copy(fields, b.fields)
	h.Length = -1
	return start, h
}

// trailers handles a header block on a stream whose head has come (RFC 9113,
// 8.1).
func (s *Session) trailers(st *Stream) {
	b := &s.block
	switch {
	case st.recv == recvEnd:
		s.streamError(st, StreamClosed, "HEADERS after the end of the stream")
		return
	case !b.endStream:
		s.malformed(st, "trailers that do not end the stream")
		return
	case b.over:
		s.opt.Counters.HeadersOver++
		s.streamError(st, EnhanceYourCalm, "the trailers are too long")
		return
	case b.fault == "" && (b.seen != 0 || st.tunnel):
		b.fault = "pseudo-header fields in trailers"
	}
	if b.fault != "" {
		s.malformed(st, b.fault)
		return
	}
	s.bodyEnd(st, b.tail())
}

// tail returns the MessageEnd with the fields of the block.
func (b *block) tail() *event.MessageEnd {
	kept := make([]httphead.Field, 0, len(b.fields))
	for _, f := range b.fields {
		if !forbiddenInTail(f.Name) {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return &event.MessageEnd{Tail: &httphead.Tail{Header: httphead.Header{Fields: kept}}}
}

// forbiddenInTail tells whether a field is one that a recipient acts on before
// it sees the body, which must not come from trailers (RFC 9110, 6.5.1).
func forbiddenInTail(name string) bool {
	switch name {
	case "authorization", "content-encoding", "content-length", "content-range", "content-type",
		"cookie", "host", "set-cookie", "te", "trailer":
		return true
	}
	return connectionSpecific(name)
}

// responded handles a header block on a stream of a client.
func (s *Session) responded(st *Stream) {
	if st.recv != recvHead {
		s.trailers(st)
		return
	}
	b := &s.block
	status := 0
	switch {
	case b.over:
		s.opt.Counters.HeadersOver++
		s.streamError(st, EnhanceYourCalm, "the head is too long")
		return
	case b.fault != "":
	case b.seen != pseudoStatus:
		b.fault = "want a status and no other pseudo-header field" // RFC 9113, 8.3.2
	default:
		n, ok := decimal(b.status)
		if status = int(n); !ok || len(b.status) != 3 || status < 100 || status == 101 {
			b.fault = "an invalid status"
		} else if status < 200 && b.endStream {
			b.fault = "an interim response that ends the stream"
		}
	}
	if b.fault != "" {
		s.malformed(st, b.fault)
		return
	}
	start, h := b.message()
	h.Status = status
	if status < 200 {
		s.interim(st, start)
		return
	}
	st.recv = recvBody
	end := b.endStream
	switch {
	case st.method == methodConnect && status < 300:
		st.tunnel = true
		st.left = -1
	case st.method == methodHead, status == 204, status == 304, end:
		if st.left = b.length; st.method == methodHead || status == 204 || status == 304 {
			st.left = 0
		}
		h.Length = 0
	default:
		h.Length, st.left = b.length, b.length
	}
	s.owner.Receive(st, start)
	if st.tunnel && !st.over {
		s.owner.Receive(st, event.End)
	}
	if end && !st.over {
		s.bodyEnd(st, nil)
	}
}

// interim passes on a response that is followed by another (RFC 9110, 15.2).
func (s *Session) interim(st *Stream, start *event.MessageStart) {
	if st.interims++; st.interims > httphead.MaxInterim {
		s.streamError(st, EnhanceYourCalm, "too many interim responses")
		return
	}
	s.owner.Receive(st, start)
	if !st.over {
		s.owner.Receive(st, event.End)
	}
}
