package transport

import (
	"fmt"
	"testing"

	"pipy/pipy/event"
	"pipy/pipy/loop"
)

// BenchmarkEcho measures a round trip of 128 bytes over loopback. The clients
// are Outbounds on a loop of their own, so an operation costs two reads and two
// writes.
func BenchmarkEcho(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("connections=%d", clients), func(b *testing.B) {
			w, client := newWorld(b), newWorld(b)
			s := w.listen(ListenOptions{NoDelay: true}, echo)
			request := make([]byte, 128)
			left := b.N
			done := make(chan struct{})
			opts := &ConnectOptions{NoDelay: true}
			b.ReportAllocs()
			b.ResetTimer()
			client.on(func() {
				for range clients {
					var o *Outbound
					got := 0
					ask := func() {
						d := &event.Data{}
						client.l.Arena().Write(d, request)
						o.Process(d)
					}
					o = Connect(client.l, s.Address().String(), opts, func(evt event.Event) {
						d, ok := evt.(*event.Data)
						if !ok {
							return
						}
						got += d.Len()
						d.Release()
						if got < len(request) || left == 0 {
							return
						}
						got = 0
						if left--; left == 0 {
							close(done)
							return
						}
						ask()
					})
					ask()
				}
			})
			<-done
		})
	}
}

// BenchmarkBulk measures how fast one connection's bytes go through a proxy.
func BenchmarkBulk(b *testing.B) {
	const block = 1 << 20
	w, client := newWorld(b), newWorld(b)
	origin := w.listen(ListenOptions{}, echo)
	opts := &ConnectOptions{}
	target := origin.Address().String()
	proxy := w.listen(ListenOptions{}, func(in *Inbound) {
		out := Connect(w.l, target, opts, in.Process)
		in.Start(out.Process)
		in.OnEnd(out.Close)
	})
	b.SetBytes(block)
	done := make(chan struct{})
	body := make([]byte, block)
	left := b.N * block
	client.on(func() {
		o := Connect(client.l, proxy.Address().String(), opts, func(evt event.Event) {
			if d, ok := evt.(*event.Data); ok {
				if left -= d.Len(); left == 0 {
					close(done)
				}
				d.Release()
			}
		})
		sent := 0
		var fill loop.Func
		fill = func() {
			for ; o.Buffered() < block && sent < b.N; sent++ {
				o.Process(event.NewData(body))
			}
			if sent < b.N {
				client.l.Next(fill)
			}
		}
		fill()
	})
	<-done
}
