package mqtt

import "pipy/pipy/event"

// Property is a property of a packet (2.2.2). Value is an int64 for the kinds of
// integers, a string, or a *event.Data.
type Property struct {
	Name  string // the standard's, in camel case; a user property's own
	User  bool   // a user property, whose value is a string
	Value any
}

type kind uint8

const (
	kindByte kind = iota + 1
	kindTwo
	kindFour
	kindVariable
	kindText
	kindBinary
)

type property struct {
	id   byte
	name string
	kind kind
}

// userProperty is the identifier of a pair of names.
const userProperty = 38

var properties = []property{
	{1, "payloadFormatIndicator", kindByte},
	{2, "messageExpiryInterval", kindFour},
	{3, "contentType", kindText},
	{8, "responseTopic", kindText},
	{9, "correlationData", kindBinary},
	{11, "subscriptionIdentifier", kindVariable},
	{17, "sessionExpiryInterval", kindFour},
	{18, "assignedClientIdentifier", kindText},
	{19, "serverKeepAlive", kindTwo},
	{21, "authenticationMethod", kindText},
	{22, "authenticationData", kindBinary},
	{23, "requestProblemInfo", kindByte},
	{24, "willDelayInterval", kindFour},
	{25, "requestResponseInfo", kindByte},
	{26, "responseInfo", kindText},
	{28, "serverReference", kindText},
	{31, "reasonString", kindText},
	{33, "receiveMaximum", kindTwo},
	{34, "topicAliasMaximum", kindTwo},
	{35, "topicAlias", kindTwo},
	{36, "maximumQoS", kindByte},
	{37, "retainAvailable", kindByte},
	{39, "maximumPacketSize", kindFour},
	{40, "wildcardSubscriptionAvailable", kindByte},
	{41, "subscriptionIdentifierAvailable", kindByte},
	{42, "sharedSubscriptionAvailable", kindByte},
}

var (
	byID   [128]*property
	byName = map[string]*property{}
)

func init() {
	for i := range properties {
		p := &properties[i]
		byID[p.id] = p
		byName[p.name] = p
	}
}

// Known tells whether the standard has a property of that name; others are user
// properties.
func Known(name string) bool { return byName[name] != nil }

// properties reads a list of properties.
func (r *reader) properties() (list []Property) {
	n := r.variable()
	rest := r.sub(n)
	for len(rest.b) > 0 && rest.err == nil {
		id := rest.variable()
		if id == userProperty {
			list = append(list, Property{Name: rest.text(), User: true, Value: rest.text()})
			continue
		}
		if id >= len(byID) || byID[id] == nil {
			rest.fail("property %d is not known", id)
			break
		}
		p := byID[id]
		if p.id != 11 { // only the subscription identifier may be repeated (3.3.2.3.8)
			for _, q := range list {
				if q.Name == p.name && !q.User {
					rest.fail("property %s is there twice", p.name)
				}
			}
		}
		list = append(list, Property{Name: p.name, Value: rest.value(p.kind)})
	}
	if rest.err != nil {
		r.err = rest.err
	}
	return list
}

func (r *reader) value(k kind) any {
	switch k {
	case kindByte:
		return int64(r.byte())
	case kindTwo:
		return int64(r.two())
	case kindFour:
		return int64(r.four())
	case kindVariable:
		return int64(r.variable())
	case kindText:
		return r.text()
	}
	return r.binary()
}

// properties writes a list of properties.
func (w *writer) properties(list []Property) {
	var in writer
	for _, p := range list {
		known := byName[p.Name]
		if p.User || known == nil {
			text, ok := p.Value.(string)
			if !ok {
				w.fail("user property %s: want a string, got %T", p.Name, p.Value)
				return
			}
			in.byte(userProperty)
			in.text(p.Name)
			in.text(text)
			continue
		}
		in.byte(known.id)
		in.value(known, p.Value)
	}
	if in.err != nil {
		w.err = in.err
	}
	w.variable(len(in.b))
	w.b = append(w.b, in.b...)
}

func (w *writer) value(p *property, v any) {
	switch p.kind {
	case kindText:
		if s, ok := v.(string); ok {
			w.text(s)
			return
		}
	case kindBinary:
		if d, ok := v.(*event.Data); ok {
			w.binary(d)
			return
		}
	default:
		if n, ok := v.(int64); ok {
			w.integer(p, n)
			return
		}
	}
	w.fail("property %s: got a value of the wrong type %T", p.name, v)
}

func (w *writer) integer(p *property, n int64) {
	limit := map[kind]int64{kindByte: 0xff, kindTwo: 0xffff, kindFour: 0xffffffff, kindVariable: maxVariable}[p.kind]
	if n < 0 || n > limit {
		w.fail("property %s: want a value from 0 to %d, got %d", p.name, limit, n)
		return
	}
	switch p.kind {
	case kindByte:
		w.byte(byte(n))
	case kindTwo:
		w.two(int(n))
	case kindFour:
		w.two(int(n >> 16))
		w.two(int(n & 0xffff))
	case kindVariable:
		w.variable(int(n))
	}
}
