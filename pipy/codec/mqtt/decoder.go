package mqtt

import "pipy/pipy/event"

// Options are those of a decoder.
type Options struct {
	// Level is the level of the protocol until a CONNECT tells another one.
	Level int
	// MaxPacket is the number of bytes that a packet may have, its fixed header
	// included, as the Maximum Packet Size of the protocol (MQTT 5.0, 3.1.2.11.4);
	// 0 means what the protocol allows.
	MaxPacket int
}

// Decoder finds packets in a stream of bytes. It belongs to one worker.
type Decoder struct {
	opt   Options
	out   func(*Packet)
	in    event.Data
	level int
	err   error
}

// NewDecoder returns a decoder that calls out with each packet.
func NewDecoder(o Options, out func(*Packet)) *Decoder {
	return &Decoder{opt: o, out: out, level: o.Level}
}

// SetLevel tells the level of the protocol.
func (d *Decoder) SetLevel(level int) { d.level = level }

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.in.Release()
	*d = Decoder{opt: d.opt, out: d.out, level: d.opt.Level}
}

// Feed takes the bytes of in, which is empty afterwards.
func (d *Decoder) Feed(in *event.Data) error {
	if d.err != nil {
		in.Release()
		return d.err
	}
	d.in.Push(in)
	for d.err == nil {
		ok, err := d.packet()
		d.err = err
		if !ok {
			break
		}
	}
	if d.err != nil {
		d.in.Release()
	}
	return d.err
}

// End says that the stream is over. It is an error within a packet.
func (d *Decoder) End() error {
	if d.err == nil && d.in.Len() > 0 {
		d.err = fault("the stream ended within a packet")
	}
	return d.err
}

// packet reads a packet if all of it is there (2.1).
func (d *Decoder) packet() (bool, error) {
	if d.in.Len() < 2 {
		return false, nil
	}
	first, length, at := d.in.At(0), 0, 1
	for shift := 0; ; shift += 7 {
		if shift == 28 {
			return false, fault("the length of a packet has more than 4 bytes")
		}
		if at == d.in.Len() {
			return false, nil
		}
		c := d.in.At(at)
		at++
		length |= int(c&0x7f) << shift
		if c&0x80 == 0 {
			if c == 0 && shift > 0 {
				return false, fault("the length of a packet is not in its shortest form")
			}
			break
		}
	}
	p := &Packet{Type: Type(first >> 4), Level: d.level}
	if p.Type == 0 {
		return false, fault("packet type 0 is reserved")
	}
	if max := d.opt.MaxPacket; max > 0 && at+length > max {
		return false, fault("%s: want a packet of at most %d bytes, got %d", p.Type, max, at+length)
	}
	if p.Type != Publish && first&0x0f != p.Type.flags() {
		return false, fault("%s: want flags %d, got %d", p.Type, p.Type.flags(), first&0x0f)
	}
	if d.in.Len() < at+length {
		return false, nil
	}
	d.in.Skip(at)
	body := d.in.Shift(length)
	p.Dup, p.QoS, p.Retain = first&8 != 0, int(first>>1&3), first&1 != 0
	if p.Type != Publish {
		p.Dup, p.QoS, p.Retain = false, int(first>>1&3), false
	}
	if err := p.read(body); err != nil {
		body.Release()
		return false, err
	}
	body.Release()
	if p.Type == Connect {
		d.level = p.Level
	}
	d.out(p)
	return true, nil
}

// read reads what follows the fixed header.
func (p *Packet) read(body *event.Data) error {
	if p.Type == Publish {
		return p.readPublish(body)
	}
	r := &reader{b: body.Bytes()}
	switch p.Type {
	case Connect:
		p.readConnect(r)
	case Connack:
		flags := r.byte()
		if flags > 1 {
			r.fail("reserved flags %d", flags)
		}
		p.SessionPresent = flags&1 != 0
		p.ReasonCode = int(r.byte())
		p.readProperties(r)
	case Puback, Pubrec, Pubrel, Pubcomp:
		p.readID(r)
		p.readReason(r)
	case Subscribe, Unsubscribe:
		p.readID(r)
		p.readProperties(r)
		p.readFilters(r)
	case Suback, Unsuback:
		p.readID(r)
		p.readProperties(r)
		if p.Type == Suback || p.Level >= Level5 {
			for _, c := range r.b {
				p.Codes = append(p.Codes, int(c))
			}
			r.b = nil
		}
	case Disconnect, Auth:
		if p.Type == Auth && p.Level < Level5 {
			r.fail("want level 5")
		}
		p.readReason(r)
	}
	if len(r.b) > 0 {
		r.fail("%d bytes too many", len(r.b))
	}
	if r.err != nil {
		return fault("%s: %w", p.Type, r.err)
	}
	return nil
}

func (p *Packet) readID(r *reader) {
	p.ID = r.two()
	if p.ID == 0 {
		r.fail("packet identifier 0 (2.2.1)")
	}
}

func (p *Packet) readProperties(r *reader) {
	if p.Level >= Level5 {
		p.Properties = r.properties()
	}
}

// readReason reads a reason code and properties, both of which may be left out
// (3.4.2.1).
func (p *Packet) readReason(r *reader) {
	if p.Level < Level5 || len(r.b) == 0 {
		return
	}
	p.ReasonCode = int(r.byte())
	if len(r.b) > 0 {
		p.Properties = r.properties()
	}
}

func (p *Packet) readFilters(r *reader) {
	if len(r.b) == 0 {
		r.fail("want at least one topic filter, got none")
	}
	for len(r.b) > 0 && r.err == nil {
		f := Filter{Topic: r.text()}
		if f.Topic == "" {
			r.fail("a topic filter is empty")
		}
		if p.Type == Subscribe {
			c := r.byte()
			f.QoS = int(c & 3)
			reserved := byte(0xfc)
			if p.Level >= Level5 { // 3.8.3.1
				f.NoLocal, f.RetainAsPublished, f.RetainHandling = c&4 != 0, c&8 != 0, int(c>>4&3)
				reserved = 0xc0
			}
			if f.QoS == 3 || f.RetainHandling == 3 || c&reserved != 0 {
				r.fail("subscription options %#x", c)
			}
		}
		p.Filters = append(p.Filters, f)
	}
}

// readPublish leaves the payload in the memory that it came in (3.3).
func (p *Packet) readPublish(body *event.Data) error {
	if p.QoS == 3 {
		return fault("PUBLISH: QoS 3")
	}
	if p.QoS == 0 && p.Dup {
		return fault("PUBLISH: DUP with QoS 0 (3.3.1.1)")
	}
	r := &reader{b: body.Bytes()}
	all := len(r.b)
	p.Topic = r.text()
	if p.QoS > 0 {
		p.readID(r)
	}
	p.readProperties(r)
	if r.err != nil {
		return fault("PUBLISH: %w", r.err)
	}
	for _, c := range []byte(p.Topic) {
		if c == '+' || c == '#' {
			return fault("PUBLISH: want a topic without wildcards, got %q", p.Topic)
		}
	}
	body.Skip(all - len(r.b))
	p.Payload = &event.Data{}
	p.Payload.Push(body)
	return nil
}

// readConnect reads a CONNECT (3.1), whose level is that of the connection.
func (p *Packet) readConnect(r *reader) {
	name := r.text()
	p.Level = int(r.byte())
	if r.err == nil && (name != "MQTT" || p.Level != Level4 && p.Level != Level5) && (name != "MQIsdp" || p.Level != 3) {
		r.fail("want MQTT at level 4 or 5, got %.20q at level %d", name, p.Level)
	}
	flags := r.byte()
	if flags&1 != 0 {
		r.fail("reserved flag (3.1.2.3)")
	}
	p.CleanStart = flags&2 != 0
	p.KeepAlive = r.two()
	p.readProperties(r)
	p.ClientID = r.text()
	if flags&4 != 0 {
		p.readWill(r, flags)
	} else if flags&0x38 != 0 {
		r.fail("flags of a will, but no will")
	}
	if flags&0x80 != 0 {
		p.HasUsername = true
		p.Username = r.text()
	}
	if flags&0x40 != 0 {
		if flags&0x80 == 0 && p.Level < Level5 {
			r.fail("a password without a user name")
		}
		p.Password = r.binary()
	}
}

func (p *Packet) readWill(r *reader, flags byte) {
	w := &Will{QoS: int(flags >> 3 & 3), Retain: flags&0x20 != 0}
	if w.QoS == 3 {
		r.fail("QoS 3 of a will")
	}
	if p.Level >= Level5 {
		w.Properties = r.properties()
	}
	w.Topic = r.text()
	w.Payload = r.binary()
	p.Will = w
}
