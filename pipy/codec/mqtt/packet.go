package mqtt

import (
	"fmt"

	"pipy/pipy/event"
)

// Type is the type of a packet (2.1.2).
type Type uint8

// The types.
const (
	Connect Type = iota + 1
	Connack
	Publish
	Puback
	Pubrec
	Pubrel
	Pubcomp
	Subscribe
	Suback
	Unsubscribe
	Unsuback
	Pingreq
	Pingresp
	Disconnect
	Auth // level 5 only
)

var typeNames = [...]string{
	"", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE",
	"SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
}

// String returns the name as the standard writes it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return ""
}

// TypeOf returns the type of a name, 0 when there is none.
func TypeOf(name string) Type {
	for t, n := range typeNames {
		if n == name && t > 0 {
			return Type(t)
		}
	}
	return 0
}

// The levels of the protocol (3.1.2.2).
const (
	Level4 = 4 // MQTT 3.1.1
	Level5 = 5 // MQTT 5.0
)

// Packet is a packet. Which fields count depends on its type.
type Packet struct {
	Type   Type
	Level  int // that of the connection
	Dup    bool
	QoS    int
	Retain bool

	ID         int // packet identifier (2.2.1)
	ReasonCode int // also the return code of a CONNACK at level 4
	Properties []Property

	SessionPresent bool        // CONNACK
	Topic          string      // PUBLISH
	Payload        *event.Data // PUBLISH; nil counts as empty

	// CONNECT
	KeepAlive   int // seconds
	CleanStart  bool
	ClientID    string
	Will        *Will
	Username    string
	Password    *event.Data
	HasUsername bool

	Filters []Filter // SUBSCRIBE; UNSUBSCRIBE uses the topics alone
	Codes   []int    // SUBACK, and UNSUBACK at level 5
}

// Will is the message that a server publishes when a client is gone (3.1.3).
type Will struct {
	QoS        int
	Retain     bool
	Properties []Property
	Topic      string
	Payload    *event.Data
}

// Filter is a subscription: a topic filter and its options (3.8.3).
type Filter struct {
	Topic             string
	QoS               int
	NoLocal           bool // level 5
	RetainAsPublished bool // level 5
	RetainHandling    int  // level 5
}

func fault(format string, args ...any) error { return fmt.Errorf("mqtt: "+format, args...) }

// flags returns the reserved flags that a type has to have (2.1.3).
func (t Type) flags() byte {
	switch t {
	case Pubrel, Subscribe, Unsubscribe:
		return 2
	}
	return 0
}
