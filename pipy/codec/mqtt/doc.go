// Package mqtt reads and writes the packets of MQTT 3.1.1 and MQTT 5.0 (the OASIS
// standards): bytes in, packets out, and back. It does no I/O.
//
//	d := mqtt.NewDecoder(options, out)
//	err := d.Feed(data) // calls out with each *Packet
//	err := d.End()      // the stream is over
//
//	data, err := mqtt.Encode(packet)
//
// What a packet looks like depends on the level of the protocol, which only
// CONNECT tells: 4 for 3.1.1 and 5 for 5.0. A decoder that does not see one has to
// be told. References are to sections of MQTT 5.0 unless said otherwise.
package mqtt
