package filters

import (
	"fmt"

	"pipy/pipy/codec/mqtt"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

var _ = declare(Decl[struct{}]{
	Name: "encodeMQTT",
	Doc: "encodes MQTT packets (MQTT 3.1.1 and 5.0)" + docMQTT + `

Without a protocolLevel a packet has that of the last CONNECT, else that of the
CONNECT that a decodeMQTT before this filter in the same pipeline has seen, else 5
if it has properties, else 4. Booleans are false, and numbers are 0, if they are missing.` + docEncodeOut,
	In: Messages, Out: Bytes,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			level := 0
			return &encodeMQTT{newEncodeMessages(s, func(_ *encodeMessages, m *event.Message) (*event.Data, error) {
				if level == 0 {
					level = decodedLevel(s)
				}
				return encodeMQTTPacket(m, &level)
			}).(*encodeMessages), &level}
		}, nil
	},
})

type encodeMQTT struct {
	*encodeMessages
	level *int
}

// Reset makes the filter ready for another stream.
func (f *encodeMQTT) Reset() {
	*f.level = 0
	f.encodeMessages.Reset()
}

// decodedLevel returns the level of the CONNECT that the nearest decodeMQTT before
// s with one has seen, 0 if there is none.
func decodedLevel(s *pipeline.Stage) (level int) {
	s.Before(func(f pipeline.Filter) bool {
		if d, ok := f.(*decodeMQTT); ok {
			level = d.level
		}
		return level != 0
	})
	return level
}

// encodeMQTTPacket encodes a message. level is that of the last CONNECT that
// was encoded or decoded, 0 if there was none.
func encodeMQTTPacket(m *event.Message, level *int) (*event.Data, error) {
	head := mqttFields{head: objectOf(m.Head), payload: objectOf(m.Payload)}
	name, _ := head.head.Get("type").(string)
	p := &mqtt.Packet{Type: mqtt.TypeOf(name), Payload: m.Body}
	if p.Type == 0 {
		return nil, fmt.Errorf("type: %w", &spec.Mismatch{Wants: "the name of a packet type", Got: spec.Show(head.head.Get("type"))})
	}
	p.Level = head.number("protocolLevel", *level, 3, 5)
	p.Properties = head.properties(head.head.Get("properties"))
	if p.Level == 0 {
		p.Level = mqtt.Level4
		if len(p.Properties) > 0 {
			p.Level = mqtt.Level5
		}
	}
	p.Dup, p.QoS = flag(head.head, "dup", false), head.number("qos", 0, 0, 2)
	p.Retain = flag(head.head, "retain", flag(head.head, "retained", false))
	p.ID = head.number("packetIdentifier", 0, 0, 0xffff)
	p.ReasonCode = head.number("reasonCode", 0, 0, 0xff)
	p.SessionPresent = flag(head.head, "sessionPresent", false)
	p.Topic, _ = head.head.Get("topicName").(string)
	switch p.Type {
	case mqtt.Connect:
		*level = p.Level
		head.connect(p)
	case mqtt.Subscribe, mqtt.Unsubscribe:
		head.filters(p)
	case mqtt.Suback, mqtt.Unsuback:
		head.codes(p)
	}
	if head.err != nil {
		return nil, head.err
	}
	return mqtt.Encode(p)
}

// mqttFields reads the members of a head and a payload. The first error stays.
type mqttFields struct {
	head, payload event.Object
	err           error
}

func (h *mqttFields) number(name string, def int, low, high int64) int {
	n, err := member(h.head, name, int64(def), low, high)
	if err != nil && h.err == nil {
		h.err = err
	}
	return int(n)
}

// get returns a member of the payload, or of the head.
func (h *mqttFields) get(name string) any {
	if v := h.payload.Get(name); v != nil {
		return v
	}
	return h.head.Get(name)
}

func (h *mqttFields) fail(name, wants string, v any) {
	if h.err == nil {
		h.err = wrongArgument(name, wants, v)
	}
}

func (h *mqttFields) properties(v any) (list []mqtt.Property) {
	if v == nil {
		return nil
	}
	o, ok := v.(event.Object)
	if !ok {
		h.fail("properties", "an object", v)
		return nil
	}
	for _, name := range o.Keys() {
		values := []any{o.Get(name)}
		if many, ok := values[0].(event.Object); ok {
			if list, isArray := many.Elements(); isArray {
				values = list
			}
		}
		for _, v := range values {
			switch x := v.(type) {
			case nil:
				continue
			case float64:
				if !mqtt.Known(name) {
					v = fmt.Sprint(x)
					break
				}
				n, err := integerOf(name, x, 0, 0xffffffff)
				if err != nil && h.err == nil {
					h.err = err
				}
				v = n
			case bool:
				v = int64(0)
				if x {
					v = int64(1)
				}
			case string:
				if name == "correlationData" || name == "authenticationData" {
					v = event.NewData([]byte(x))
				}
			}
			list = append(list, mqtt.Property{Name: name, User: !mqtt.Known(name), Value: v})
		}
	}
	return list
}

func (h *mqttFields) data(name string, v any) *event.Data {
	if v == nil {
		return nil
	}
	b, ok := dataOf(v)
	if !ok {
		h.fail(name, "a string or a Data", v)
	}
	return event.NewData(b)
}

func (h *mqttFields) connect(p *mqtt.Packet) {
	p.KeepAlive = h.number("keepAlive", 0, 0, 0xffff)
	p.CleanStart = truthy(h.get("cleanStart"))
	p.ClientID, _ = h.get("clientID").(string)
	if v := h.get("username"); v != nil {
		p.Username, p.HasUsername = fmt.Sprint(v), true
	}
	p.Password = h.data("password", h.get("password"))
	v := h.get("will")
	if v == nil {
		return
	}
	o, ok := v.(event.Object)
	if !ok {
		h.fail("will", "an object", v)
		return
	}
	qos, err := member(o, "qos", 0, 0, 2)
	if err != nil && h.err == nil {
		h.err = err
	}
	topic, _ := o.Get("topic").(string)
	p.Will = &mqtt.Will{
		QoS: int(qos), Retain: flag(o, "retain", false), Topic: topic,
		Properties: h.properties(o.Get("properties")), Payload: h.data("will.payload", o.Get("payload")),
	}
}

// list returns the elements of an array that is the payload, or a member.
func (h *mqttFields) list(name string) []any {
	if list, ok := h.payload.Elements(); ok {
		return list
	}
	v := h.get(name)
	if o, ok := v.(event.Object); ok {
		if list, ok := o.Elements(); ok {
			return list
		}
	}
	h.fail(name, "an array", v)
	return nil
}

func (h *mqttFields) filters(p *mqtt.Packet) {
	for _, v := range h.list("topicFilters") {
		switch v := v.(type) {
		case string:
			p.Filters = append(p.Filters, mqtt.Filter{Topic: v})
		case event.Object:
			qos, err := member(v, "qos", 0, 0, 2)
			handling, err2 := member(v, "retainHandling", 0, 0, 2)
			if err == nil {
				err = err2
			}
			if err != nil && h.err == nil {
				h.err = err
			}
			topic, _ := v.Get("filter").(string)
			p.Filters = append(p.Filters, mqtt.Filter{
				Topic: topic, QoS: int(qos), NoLocal: flag(v, "noLocal", false),
				RetainAsPublished: flag(v, "retainAsPublished", false), RetainHandling: int(handling),
			})
		default:
			h.fail("topicFilters", "strings or objects", v)
		}
	}
}

func (h *mqttFields) codes(p *mqtt.Packet) {
	for _, v := range h.list("reasonCodes") {
		n, err := integerOf("reasonCodes", v, 0, 0xff)
		if err != nil && h.err == nil {
			h.err = err
		}
		p.Codes = append(p.Codes, int(n))
	}
}
