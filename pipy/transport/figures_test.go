package transport

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pipy/pipy/loop"
)

func TestHistogramsCountUpToTheirLimits(t *testing.T) {
	var h Histogram
	limits := []float64{1, 2}
	for _, x := range []float64{0, 1, 1.5, 2, 3} {
		h.Observe(limits, x)
	}
	if fmt.Sprint(h.Counts) != "[2 2 1]" || h.Sum != 7.5 || h.Max != 3 {
		t.Errorf("got %+v", h)
	}
}

func TestPeersThatAreNotUsedMakeRoom(t *testing.T) {
	l := loop.NewManual(time.Unix(0, 0))
	n := localOf(l)
	address := func(i int) Address {
		return Address{IP: netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), Port: 80}
	}
	for i := range MaxPeers {
		l.Advance(time.Second)
		p := n.peer(address(i))
		p.Total, p.Failed, p.Active = 1, 1, 1
		p.Responded(200, int64(time.Millisecond))
	}
	if p := n.peer(address(1000)); p.Name != OtherPeers {
		t.Errorf("all are used: got %s", p.Name)
	}
	n.peer(address(7)).Active, n.peer(address(8)).Active = 0, 0
	l.Advance(time.Second)
	n.peer(address(7)) // is used later than 8
	if p := n.peer(address(1001)); p.Name != "[10.0.3.233]:80" {
		t.Errorf("one is free: got %s", p.Name)
	}
	peers := Peers(l)
	if len(peers) != MaxPeers+1 {
		t.Fatalf("got %d peers", len(peers))
	}
	other := peers[MaxPeers]
	if other.Name != OtherPeers || other.Total != 1 || other.Failed != 1 || other.Responses[2] != 1 || other.Response.Counts[0] != 1 {
		t.Errorf("got %+v", other)
	}
	for _, p := range peers {
		if p.Name == "[10.0.0.8]:80" {
			t.Error("the one that was not used for the longest time is still there")
		}
	}
}

func TestFiguresOfAPortOutliveItsListener(t *testing.T) {
	w := newWorld(t)
	var port Address
	w.on(func() {
		s, err := Listen(w.l, Address{IP: netip.MustParseAddr("127.0.0.1")}, ListenOptions{}, func(*Inbound) {})
		if err != nil {
			t.Fatal(err)
		}
		port = s.Address()
		s.traffic = Traffic{Total: 3, In: 4, Peak: 2}
		s.Close()
		again, err := Listen(w.l, port, ListenOptions{}, func(*Inbound) {})
		if err != nil {
			t.Fatal(err)
		}
		again.traffic = Traffic{Total: 1, Active: 1, Peak: 1}
		defer again.Close()
		ports := Ports(w.l)
		if want := (Port{port, true, Traffic{Active: 1, Peak: 2, Total: 4, In: 4}}); len(ports) != 1 || ports[0] != want {
			t.Errorf("got %+v, want %+v", ports, want)
		}
	})
}
