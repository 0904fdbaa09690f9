package mqtt_test

import (
	"fmt"
	"strings"
	"testing"

	"pipy/pipy/codec/mqtt"
	"pipy/pipy/event"
)

// decoded decodes b in pieces of n bytes, and encodes what came out again.
func decoded(t *testing.T, level int, b string, n int) (packets []*mqtt.Packet, again string, err error) {
	t.Helper()
	d := mqtt.NewDecoder(mqtt.Options{Level: level, MaxPacket: 1 << 20}, func(p *mqtt.Packet) {
		q := *p
		if p.Payload != nil {
			q.Payload = p.Payload.Clone()
		}
		packets = append(packets, &q)
		out, err := mqtt.Encode(p)
		if err != nil {
			t.Errorf("%+v cannot be encoded: %v", q, err)
			return
		}
		again += out.String()
	})
	for len(b) > 0 && err == nil {
		k := min(n, len(b))
		err = d.Feed(event.NewData([]byte(b[:k])))
		b = b[k:]
	}
	if err == nil {
		err = d.End()
	}
	return packets, again, err
}

// Packets as the standards lay them out (MQTT 3.1.1 and 5.0, chapter 3).
var packets = []struct {
	name  string
	level int
	bytes string
	want  func(p *mqtt.Packet) bool
}{
	{"connect 4", 4, "\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", func(p *mqtt.Packet) bool {
		return p.Level == 4 && p.CleanStart && p.KeepAlive == 60 && p.ClientID == "" && !p.HasUsername
	}},
	{"connect 4 with all", 4, "\x10\x25\x00\x04MQTT\x04\xee\x00\x0a\x00\x01c\x00\x04will\x00\x03bye\x00\x04user\x00\x05\x00pass", func(p *mqtt.Packet) bool {
		return p.Will != nil && p.Will.QoS == 1 && p.Will.Retain && p.Will.Topic == "will" && p.Will.Payload.String() == "bye" &&
			p.Username == "user" && p.Password.String() == "\x00pass"
	}},
	{"connect 5 without user name", 5, "\x10\x16\x00\x04MQTT\x05\x40\x00\x0a\x05\x11\x00\x00\x00\x0a\x00\x00\x00\x02pw", func(p *mqtt.Packet) bool {
		return !p.HasUsername && p.Password.String() == "pw" && p.Properties[0].Name == "sessionExpiryInterval" && p.Properties[0].Value == int64(10)
	}},
	{"connect 5 with a will", 5, "\x10\x1a\x00\x04MQTT\x05\x04\x00\x0a\x00\x00\x01c\x05\x18\x00\x00\x01\x00\x00\x01t\x00\x01p", func(p *mqtt.Packet) bool {
		return p.Will.Properties[0].Value == int64(256) && p.Will.Topic == "t"
	}},
	{"connack 4", 4, "\x20\x02\x01\x00", func(p *mqtt.Packet) bool { return p.SessionPresent && p.ReasonCode == 0 }},
	{"connack 5", 5, "\x20\x0a\x00\x87\x07\x21\x00\x14\x24\x01\x25\x00", func(p *mqtt.Packet) bool { return p.ReasonCode == 0x87 && len(p.Properties) == 3 }},
	{"publish", 4, "\x30\x08\x00\x03a/bxyz", func(p *mqtt.Packet) bool { return p.Topic == "a/b" && p.Payload.String() == "xyz" && p.QoS == 0 }},
	{"publish QoS 2, dup, retain", 4, "\x3d\x08\x00\x03a/b\x00\x0ax", func(p *mqtt.Packet) bool {
		return p.Dup && p.QoS == 2 && p.Retain && p.ID == 10 && p.Payload.String() == "x"
	}},
	{"publish 5", 5, "\x30\x0f\x00\x01t\x09\x26\x00\x01k\x00\x03valxx", func(p *mqtt.Packet) bool {
		return p.Properties[0].User && p.Properties[0].Name == "k" && p.Properties[0].Value == "val"
	}},
	{"puback 4", 4, "\x40\x02\x00\x01", func(p *mqtt.Packet) bool { return p.ID == 1 }},
	{"puback 5", 5, "\x40\x03\x00\x01\x10", func(p *mqtt.Packet) bool { return p.ReasonCode == 0x10 }},
	{"puback 5, short", 5, "\x40\x02\x00\x01", func(p *mqtt.Packet) bool { return p.ReasonCode == 0 }},
	{"pubrel", 4, "\x62\x02\x00\x01", nil},
	{"subscribe 4", 4, "\x82\x0e\x00\x0a\x00\x03a/b\x01\x00\x03c/d\x02", func(p *mqtt.Packet) bool {
		return p.ID == 10 && p.Filters[0].Topic == "a/b" && p.Filters[0].QoS == 1 && p.Filters[1].QoS == 2
	}},
	{"subscribe 5", 5, "\x82\x0a\x00\x0a\x02\x0b\x07\x00\x02/#\x2d", func(p *mqtt.Packet) bool {
		f := p.Filters[0]
		return f.QoS == 1 && f.NoLocal && f.RetainAsPublished && f.RetainHandling == 2 && p.Properties[0].Value == int64(7)
	}},
	{"suback", 4, "\x90\x05\x00\x0a\x00\x01\x80", func(p *mqtt.Packet) bool { return fmt.Sprint(p.Codes) == "[0 1 128]" }},
	{"unsubscribe", 4, "\xa2\x07\x00\x0a\x00\x03a/b", func(p *mqtt.Packet) bool { return p.Filters[0].Topic == "a/b" }},
	{"unsuback 4", 4, "\xb0\x02\x00\x0a", nil},
	{"unsuback 5", 5, "\xb0\x04\x00\x0a\x00\x11", func(p *mqtt.Packet) bool { return fmt.Sprint(p.Codes) == "[17]" }},
	{"pingreq", 4, "\xc0\x00", nil},
	{"pingresp", 4, "\xd0\x00", nil},
	{"disconnect 4", 4, "\xe0\x00", nil},
	{"disconnect 5", 5, "\xe0\x01\x04", func(p *mqtt.Packet) bool { return p.ReasonCode == 4 }},
	{"auth", 5, "\xf0\x08\x18\x06\x15\x00\x03abc", func(p *mqtt.Packet) bool {
		return p.ReasonCode == 0x18 && p.Properties[0].Name == "authenticationMethod" && p.Properties[0].Value == "abc"
	}},
}

func TestPackets(t *testing.T) {
	for _, c := range packets {
		t.Run(c.name, func(t *testing.T) {
			for n := 1; n <= len(c.bytes); n++ {
				got, again, err := decoded(t, c.level, c.bytes, n)
				if err != nil || len(got) != 1 {
					t.Fatalf("by %d: got %d packets, error %v", n, len(got), err)
				}
				if c.want != nil && !c.want(got[0]) {
					t.Fatalf("by %d: got %+v", n, got[0])
				}
				if again != c.bytes {
					t.Fatalf("by %d: encoded again: %x, want %x", n, again, c.bytes)
				}
			}
		})
	}
}

func TestManyPackets(t *testing.T) {
	b := ""
	for range 50 {
		b += "\x30\x08\x00\x03a/bxyz\xc0\x00"
	}
	got, again, err := decoded(t, 4, b, 7)
	if len(got) != 100 || again != b || err != nil {
		t.Errorf("got %d packets, %v", len(got), err)
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		level       int
		bytes, want string
	}{
		"type 0":              {4, "\x00\x00", "type 0"},
		"flags":               {4, "\xc1\x00", "want flags 0"},
		"flags of subscribe":  {4, "\x80\x06\x00\x0a\x00\x01a\x00", "want flags 2"},
		"QoS 3":               {4, "\x36\x05\x00\x01t\x00\x01", "QoS 3"},
		"DUP at QoS 0":        {4, "\x38\x03\x00\x01t", "DUP"},
		"wildcard":            {4, "\x30\x03\x00\x01#", "wildcards"},
		"identifier 0":        {4, "\x40\x02\x00\x00", "identifier 0"},
		"long length":         {4, "\x30\xff\xff\xff\xff\x01", "more than 4 bytes"},
		"length of 2 for 0":   {4, "\xc0\x80\x00", "shortest form"},
		"too large":           {4, "\x30\xff\xff\xff\x7f", "at most"},
		"cut field":           {4, "\x30\x02\x00\x05", "longer than its packet"},
		"null":                {4, "\x30\x03\x00\x01\x00", "null character"},
		"not UTF-8":           {4, "\x30\x03\x00\x01\xff", "UTF-8"},
		"no filter":           {4, "\x82\x02\x00\x0a", "at least one"},
		"QoS 3 of filter":     {4, "\x82\x06\x00\x0a\x00\x01a\x03", "options"},
		"level 5 option at 4": {4, "\x82\x06\x00\x0a\x00\x01a\x04", "options"},
		"other protocol":      {4, "\x10\x0c\x00\x04MQXX\x04\x02\x00\x3c\x00\x00", "want MQTT"},
		"level 6":             {4, "\x10\x0c\x00\x04MQTT\x06\x02\x00\x3c\x00\x00", "want MQTT"},
		"reserved flag":       {4, "\x10\x0c\x00\x04MQTT\x04\x03\x00\x3c\x00\x00", "reserved flag"},
		"password alone at 4": {4, "\x10\x0f\x00\x04MQTT\x04\x40\x00\x3c\x00\x00\x00\x01p", "without a user name"},
		"will QoS alone":      {4, "\x10\x0c\x00\x04MQTT\x04\x08\x00\x3c\x00\x00", "no will"},
		"rest":                {4, "\xc0\x01x", "too many"},
		"auth at 4":           {4, "\xf0\x00", "level 5"},
		"unknown property":    {5, "\xe0\x04\x00\x02\x7f\x00", "not known"},
		"property twice":      {5, "\xe0\x0c\x00\x0a\x11\x00\x00\x00\x01\x11\x00\x00\x00\x01", "twice"},
		"cut":                 {4, "\x30\x08\x00\x03", "ended within"},
	} {
		for n := 1; n <= len(c.bytes); n++ {
			if _, _, err := decoded(t, c.level, c.bytes, n); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s by %d: got %v, want %q", name, n, err, c.want)
				break
			}
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	for want, p := range map[string]*mqtt.Packet{
		"no packet of type":   {},
		"packet identifier":   {Type: mqtt.Puback},
		"QoS from 0":          {Type: mqtt.Publish, QoS: 3},
		"wildcards":           {Type: mqtt.Publish, Topic: "a/+"},
		"topic filter":        {Type: mqtt.Subscribe, ID: 1},
		"level":               {Type: mqtt.Connect, Level: 9},
		"wrong type":          {Type: mqtt.Connack, Level: 5, Properties: []mqtt.Property{{Name: "reasonString", Value: int64(1)}}},
		"value from 0 to 255": {Type: mqtt.Connack, Level: 5, Properties: []mqtt.Property{{Name: "maximumQoS", Value: int64(256)}}},
		"65535":               {Type: mqtt.Publish, Topic: strings.Repeat("x", 65536)},
	} {
		if _, err := mqtt.Encode(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	for _, c := range packets {
		f.Add([]byte(c.bytes), c.level == 5, 2)
	}
	f.Fuzz(func(t *testing.T, b []byte, five bool, n int) {
		level := 4
		if five {
			level = 5
		}
		whole, again, err := decoded(t, level, string(b), len(b)+1)
		_, cut, cutErr := decoded(t, level, string(b), max(1, n%16))
		if fmt.Sprint(err) != fmt.Sprint(cutErr) || again != cut {
			t.Errorf("at once: %v, in pieces: %v", err, cutErr)
		}
		if err == nil {
			if more, _, err := decoded(t, level, again, len(again)+1); err != nil || len(more) != len(whole) {
				t.Errorf("%x is encoded as %x: %v", b, again, err)
			}
		}
	})
}

// The size of a packet is that of all its bytes (MQTT 5.0, 3.1.2.11.4).
func TestMaxPacketCountsTheFixedHeader(t *testing.T) {
	const packet = "\x40\x02\x00\x01" // PUBACK
	for most, fits := range map[int]bool{3: false, 4: true} {
		d := mqtt.NewDecoder(mqtt.Options{Level: mqtt.Level5, MaxPacket: most}, func(*mqtt.Packet) {})
		if err := d.Feed(event.NewData([]byte(packet))); (err == nil) != fits {
			t.Errorf("a packet of %d bytes where %d are allowed: %v", len(packet), most, err)
		}
	}
}
