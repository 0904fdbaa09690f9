package api

import (
	"pipy/pipy/codec/dns"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// DNS has the functions that know messages only. Those that ask the network are
// declared by those who may.
var DNS = spec.NewNamespace("DNS", `Reads and writes messages of the domain name system (RFC 1035), and asks it for addresses.

A message is an object. Of the header it has what is not zero: id, qr, opcode, aa, tc, rd, ra, zero and rcode, where zero is the three bits of which RFC 4035 calls two AD (2) and CD (1). question is an array of { name, type }; answer, authority and additional are arrays of { name, type, ttl, rdata }; those that are empty are left out. A class other than 1, the Internet, stands in class.

A name has no dot at its end, and the root is "". A dot within a label is written as \., a byte that is not printable as \DDD. The types A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV and OPT have their names, others are numbers. rdata is
- for A and AAAA an address,
- for NS, CNAME and PTR a name,
- for TXT a string, or an array when there are several; a Data when it is not UTF-8,
- for MX { preference, exchange },
- for SRV { priority, weight, port, target },
- for SOA { mname, rname, serial, refresh, retry, expire, minimum },
- for all others the bytes in hexadecimal digits; names in them are written out (RFC 3597).

Of OPT (RFC 6891), class is the size of datagrams that the sender takes, and ttl has the upper bits of the response code, the version and flags.`)

func init() {
	DNS.Function("decode", "object", "Returns the message in a Data; bytes behind it are ignored. It throws if the message is cut off or not valid.", func(m *spec.Method) func(*spec.Call) (any, error) {
		data := spec.In[*event.Data](m, "data", "The bytes: what a datagram has, or what follows the length in TCP.")
		return func(c *spec.Call) (any, error) {
			d, err := data.Of(c)
			if err != nil {
				return nil, err
			}
			return dns.Decode(dns.Maker{
				Object: func(names []string, values []any) any { return c.Engine.NewObject(names, values) },
				List:   func(list []any) any { return c.Engine.NewArray(list) },
			}, d.Bytes())
		}
	})
	DNS.Function("encode", "Data", "Returns a message as bytes. Numbers may be written as text, types as TYPE and a number, and a long string of TXT is cut into several. It throws when something does not fit.", func(m *spec.Method) func(*spec.Call) (any, error) {
		message := spec.In[event.Object](m, "message", "The message.")
		compress := spec.Member(m, "compress", false, "Writes a name that occurs again as a pointer, for messages that have to fit into a datagram.")
		return func(c *spec.Call) (any, error) {
			o, err := message.Of(c)
			if err != nil {
				return nil, err
			}
			short, err := compress.Of(c)
			if err != nil {
				return nil, err
			}
			b, err := dns.Encode(o, short)
			return event.NewData(b), err
		}
	})
}
