package filters

import (
	"fmt"

	"pipy/pipy/codec/mqtt"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

const docMQTT = `

The head of a message has type, which is CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC,
PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP,
DISCONNECT or AUTH, and protocolLevel, which is 4 for MQTT 3.1.1 and 5 for MQTT 5.0.
Depending on the type it has dup, qos, retain, packetIdentifier, topicName,
keepAlive, sessionPresent, reasonCode and, at level 5, properties: an object with
the names of the standard in camel case; other names are user properties. The body of
a message is the payload of a PUBLISH.

The payload of MessageEnd is for CONNECT { clientID, cleanStart, username, password,
will: { qos, retain, topic, payload, properties } } where password and payload are
Data, for SUBSCRIBE { topicFilters: [{ filter, qos, noLocal, retainAsPublished,
retainHandling }] }, for UNSUBSCRIBE an array of filters, and for SUBACK and UNSUBACK
an array of codes. The same members, and reasonCodes for the codes, are in the head
as well; where the two differ, the payload counts.`

type mqttOptions struct {
	level     spec.Dyn[int]
	maxPacket spec.Size
}

var _ = declare(Decl[mqttOptions]{
	Name: "decodeMQTT",
	Doc:  "decodes MQTT packets (MQTT 3.1.1 and 5.0)" + docMQTT + docDecodeErrors,
	In:   Bytes, Out: Messages,
	Params: func(p *spec.Params, o *mqttOptions) {
		spec.Opt(p, &o.level, "protocolLevel", spec.Fixed(4), "The level of packets if no CONNECT came that tells it, 4 or 5. A function is called at the first byte.")
		spec.Opt(p, &o.maxPacket, "maxPacketSize", 0, "Bytes that a packet may have, its fixed header included. 0 means what the protocol allows, 256m.")
	},
	Build: func(o *mqttOptions) (pipeline.New, error) {
		if level, _ := o.level.Get(nil); !o.level.IsFunc() && level != 4 && level != 5 {
			return nil, fmt.Errorf("options.protocolLevel: want 4 or 5, got %d", level)
		}
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &decodeMQTT{opt: o}
			f.dec = mqtt.NewDecoder(mqtt.Options{Level: 4, MaxPacket: int(o.maxPacket)}, f.packet)
			f.decodeBytes = decodeBytes{Stage: s, dec: f.dec}
			return f
		}, nil
	},
})

type decodeMQTT struct {
	decodeBytes
	dec   *mqtt.Decoder
	opt   *mqttOptions
	asked bool
	level int // of the CONNECT; 0 if none came
}

// Process asks for the level first.
func (f *decodeMQTT) Process(evt event.Event) {
	if d, ok := evt.(*event.Data); ok && d.Len() > 0 && !f.asked {
		f.asked = true
		level, err := f.opt.level.Get(f.Context())
		if err != nil {
			f.Fail(err)
			return
		}
		f.dec.SetLevel(level)
	}
	f.decodeBytes.Process(evt)
}

// Reset makes the filter ready for another stream.
func (f *decodeMQTT) Reset() {
	f.asked, f.level = false, 0
	f.decodeBytes.Reset()
}

func (f *decodeMQTT) packet(p *mqtt.Packet) {
	if p.Type == mqtt.Connect {
		f.level = p.Level
	}
	head, payload := fromMQTT(p)
	f.Output(&event.MessageStart{Head: head})
	if p.Payload != nil && p.Payload.Len() > 0 {
		f.Output(p.Payload)
	}
	f.Output(&event.MessageEnd{Payload: payload})
}

// fromMQTT returns the head and the payload of a packet.
func fromMQTT(p *mqtt.Packet) (head *Record, payload any) {
	head = record([]string{"type", "protocolLevel", "qos", "dup", "retain"}, []any{p.Type.String(), number(p.Level), number(p.QoS), p.Dup, p.Retain})
	if p.ID > 0 {
		head.Set("packetIdentifier", number(p.ID))
	}
	if len(p.Properties) > 0 {
		head.Set("properties", fromProperties(p.Properties))
	}
	switch p.Type {
	case mqtt.Connect:
		more := record([]string{"cleanStart", "clientID"}, []any{p.CleanStart, p.ClientID})
		if w := p.Will; w != nil {
			will := record([]string{"qos", "retain", "topic", "payload"}, []any{number(w.QoS), w.Retain, w.Topic, w.Payload})
			if len(w.Properties) > 0 {
				will.Set("properties", fromProperties(w.Properties))
			}
			more.Set("will", will)
		}
		if p.HasUsername {
			more.Set("username", p.Username)
		}
		if p.Password != nil {
			more.Set("password", p.Password)
		}
		head.Set("keepAlive", number(p.KeepAlive))
		for i, name := range more.names {
			head.Set(name, more.values[i])
		}
		return head, more
	case mqtt.Connack:
		head.Set("sessionPresent", p.SessionPresent)
		head.Set("reasonCode", number(p.ReasonCode))
	case mqtt.Publish:
		head.Set("topicName", p.Topic)
	case mqtt.Subscribe:
		list := make([]any, len(p.Filters))
		for i, t := range p.Filters {
			r := record([]string{"filter", "qos"}, []any{t.Topic, number(t.QoS)})
			if p.Level >= mqtt.Level5 {
				r.Set("noLocal", t.NoLocal)
				r.Set("retainAsPublished", t.RetainAsPublished)
				r.Set("retainHandling", number(t.RetainHandling))
			}
			list[i] = r
		}
		head.Set("topicFilters", list)
		return head, record([]string{"topicFilters"}, []any{list})
	case mqtt.Unsubscribe:
		list := make([]any, len(p.Filters))
		for i, t := range p.Filters {
			list[i] = t.Topic
		}
		head.Set("topicFilters", list)
		return head, list
	case mqtt.Suback, mqtt.Unsuback:
		list := make([]any, len(p.Codes))
		for i, c := range p.Codes {
			list[i] = number(c)
		}
		head.Set("reasonCodes", list)
		return head, list
	case mqtt.Pingreq, mqtt.Pingresp:
	default:
		head.Set("reasonCode", number(p.ReasonCode))
	}
	return head, nil
}

func fromProperties(list []mqtt.Property) *Record {
	r := &Record{}
	for _, p := range list {
		v := p.Value
		if n, ok := v.(int64); ok {
			v = float64(n)
		}
		switch before := r.Get(p.Name).(type) { // a name may be there more than once
		case nil:
			r.Set(p.Name, v)
		case items:
			r.Set(p.Name, append([]any(before), v))
		default:
			r.Set(p.Name, []any{before, v})
		}
	}
	return r
}
