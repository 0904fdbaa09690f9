package mqtt

import "pipy/pipy/event"

// Encode returns the bytes of a packet. The payload of a PUBLISH is taken, not
// copied.
func Encode(p *Packet) (*event.Data, error) {
	w := &writer{}
	first := byte(p.Type)<<4 | p.Type.flags()
	switch p.Type {
	case Connect:
		p.writeConnect(w)
	case Connack:
		w.byte(bit(p.SessionPresent, 1))
		w.byte(p.code(w, p.ReasonCode))
		p.writeProperties(w)
	case Publish:
		first = byte(p.Type)<<4 | bit(p.Dup, 8) | byte(p.QoS&3)<<1 | bit(p.Retain, 1)
		p.writePublish(w)
	case Puback, Pubrec, Pubrel, Pubcomp:
		p.writeID(w)
		p.writeReason(w)
	case Subscribe, Unsubscribe:
		p.writeID(w)
		p.writeProperties(w)
		p.writeFilters(w)
	case Suback, Unsuback:
		p.writeID(w)
		p.writeProperties(w)
		if p.Type == Suback || p.Level >= Level5 {
			for _, c := range p.Codes {
				w.byte(p.code(w, c))
			}
		}
	case Pingreq, Pingresp:
	case Disconnect, Auth:
		if p.Type == Auth && p.Level < Level5 {
			w.fail("want level 5")
		}
		p.writeReason(w)
	default:
		return nil, fault("there is no packet of type %d", p.Type)
	}
	payload := p.Payload
	if p.Type != Publish || payload == nil {
		payload = &event.Data{}
	}
	head := &writer{b: make([]byte, 0, 5+len(w.b))}
	head.byte(first)
	head.variable(len(w.b) + payload.Len())
	if w.err == nil {
		w.err = head.err
	}
	if w.err != nil {
		return nil, fault("%s: %w", p.Type, w.err)
	}
	d := event.NewData(append(head.b, w.b...))
	d.Push(payload)
	return d, nil
}

func bit(on bool, value byte) byte {
	if on {
		return value
	}
	return 0
}

func (p *Packet) code(w *writer, n int) byte {
	if n < 0 || n > 0xff {
		w.fail("want a reason code from 0 to 255, got %d", n)
	}
	return byte(n)
}

func (p *Packet) writeID(w *writer) {
	if p.ID < 1 || p.ID > 0xffff {
		w.fail("want a packet identifier from 1 to 65535, got %d", p.ID)
	}
	w.two(p.ID)
}

func (p *Packet) writeProperties(w *writer) {
	if p.Level >= Level5 {
		w.properties(p.Properties)
	}
}

func (p *Packet) writeReason(w *writer) {
	if p.Level < Level5 || p.ReasonCode == 0 && len(p.Properties) == 0 {
		return
	}
	w.byte(p.code(w, p.ReasonCode))
	if len(p.Properties) > 0 {
		w.properties(p.Properties)
	}
}

func (p *Packet) writePublish(w *writer) {
	if p.QoS < 0 || p.QoS > 2 {
		w.fail("want a QoS from 0 to 2, got %d", p.QoS)
	}
	if p.QoS == 0 && p.Dup {
		w.fail("DUP with QoS 0 (3.3.1.1)")
	}
	for _, c := range []byte(p.Topic) {
		if c == '+' || c == '#' {
			w.fail("want a topic without wildcards, got %q", p.Topic)
			return
		}
	}
	w.text(p.Topic)
	if p.QoS > 0 {
		p.writeID(w)
	}
	p.writeProperties(w)
}

func (p *Packet) writeFilters(w *writer) {
	if len(p.Filters) == 0 {
		w.fail("want at least one topic filter, got none")
	}
	for _, f := range p.Filters {
		if f.Topic == "" {
			w.fail("a topic filter is empty")
		}
		w.text(f.Topic)
		if p.Type == Unsubscribe {
			continue
		}
		if f.QoS < 0 || f.QoS > 2 || f.RetainHandling < 0 || f.RetainHandling > 2 {
			w.fail("want a QoS and a retain handling from 0 to 2, got %d and %d", f.QoS, f.RetainHandling)
		}
		c := byte(f.QoS)
		if p.Level >= Level5 {
			c |= bit(f.NoLocal, 4) | bit(f.RetainAsPublished, 8) | byte(f.RetainHandling)<<4
		}
		w.byte(c)
	}
}

func (p *Packet) writeConnect(w *writer) {
	name := "MQTT"
	if p.Level == 3 {
		name = "MQIsdp"
	}
	if p.Level < 3 || p.Level > Level5 {
		w.fail("want a protocol level from 3 to 5, got %d", p.Level)
	}
	if p.KeepAlive < 0 || p.KeepAlive > 0xffff {
		w.fail("want a keep-alive from 0 to 65535, got %d", p.KeepAlive)
	}
	if p.Password != nil && !p.HasUsername && p.Level < Level5 {
		w.fail("a password without a user name")
	}
	flags := bit(p.CleanStart, 2) | bit(p.HasUsername, 0x80) | bit(p.Password != nil, 0x40)
	if will := p.Will; will != nil {
		if will.QoS < 0 || will.QoS > 2 {
			w.fail("want a QoS of a will from 0 to 2, got %d", will.QoS)
		}
		flags |= 4 | byte(will.QoS&3)<<3 | bit(will.Retain, 0x20)
	}
	w.text(name)
	w.byte(byte(p.Level))
	w.byte(flags)
	w.two(p.KeepAlive)
	p.writeProperties(w)
	w.text(p.ClientID)
	if p.Will != nil {
		if p.Level >= Level5 {
			w.properties(p.Will.Properties)
		}
		w.text(p.Will.Topic)
		w.binary(p.Will.Payload)
	}
	if p.HasUsername {
		w.text(p.Username)
	}
	if p.Password != nil {
		w.binary(p.Password)
	}
}
