package mqtt_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"pipy/pipy/codec/mqtt"
	"pipy/pipy/event"
)

// A real broker understands our packets, and we understand its.
func TestMosquitto(t *testing.T) {
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		if path = "/usr/sbin/mosquitto"; !exists(path) {
			t.Skip("mosquitto is not installed")
		}
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	config := filepath.Join(dir, "c")
	user := ""
	if os.Getuid() == 0 {
		user = "user root\n"
	}
	if err := os.WriteFile(config, []byte("listener 0 "+socket+"\nallow_anonymous true\n"+user), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-c", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	for _, level := range []int{mqtt.Level4, mqtt.Level5} {
		talk(t, socket, level)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// talk subscribes to a topic and publishes to it.
func talk(t *testing.T, socket string, level int) {
	conn := dial(t, socket)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	var got []*mqtt.Packet
	d := mqtt.NewDecoder(mqtt.Options{Level: level}, func(p *mqtt.Packet) { got = append(got, p) })
	buf := make([]byte, 5)
	ask := func(p *mqtt.Packet, answers ...mqtt.Type) {
		t.Helper()
		p.Level = level
		out, err := mqtt.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		conn.Write(out.Bytes())
		want := map[mqtt.Type]bool{}
		for _, a := range answers {
			want[a] = true
		}
		got = nil
		for len(got) < len(answers) {
			n, err := conn.Read(buf)
			if err == nil {
				err = d.Feed(event.NewData(append([]byte(nil), buf[:n]...)))
			}
			if err != nil {
				t.Fatalf("level %d, after %s: %v", level, p.Type, err)
			}
		}
		for _, a := range got {
			if !want[a.Type] {
				t.Fatalf("level %d, after %s: got %s", level, p.Type, a.Type)
			}
		}
	}
	var properties []mqtt.Property
	if level == mqtt.Level5 {
		properties = []mqtt.Property{{Name: "contentType", Value: "text/plain"}, {Name: "k", User: true, Value: "v"}}
	}
	ask(&mqtt.Packet{Type: mqtt.Connect, ClientID: "c", CleanStart: true, KeepAlive: 60, HasUsername: true, Username: "u", Password: event.DataString("p"),
		Will: &mqtt.Will{Topic: "w", Payload: event.DataString("bye")}}, mqtt.Connack)
	ask(&mqtt.Packet{Type: mqtt.Subscribe, ID: 1, Filters: []mqtt.Filter{{Topic: "a/#", QoS: 1}}}, mqtt.Suback)
	ask(&mqtt.Packet{Type: mqtt.Publish, ID: 2, QoS: 1, Topic: "a/b", Payload: event.DataString("hello"), Properties: properties}, mqtt.Puback, mqtt.Publish)
	for _, p := range got {
		if p.Type == mqtt.Publish && (p.Topic != "a/b" || p.Payload.String() != "hello" || len(p.Properties) != len(properties)) {
			t.Errorf("level %d: got %+v", level, p)
		}
	}
	ask(&mqtt.Packet{Type: mqtt.Unsubscribe, ID: 3, Filters: []mqtt.Filter{{Topic: "a/#"}}}, mqtt.Unsuback)
	ask(&mqtt.Packet{Type: mqtt.Pingreq}, mqtt.Pingresp)
	ask(&mqtt.Packet{Type: mqtt.Disconnect})
}

// dial connects to a server that is starting.
func dial(t *testing.T, path string) net.Conn {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("unix", path)
		if err == nil {
			return conn
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
