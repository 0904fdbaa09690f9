package algo

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestNetmaskProperties(t *testing.T) {
	for _, tt := range []struct{ cidr, want string }{
		{"10.0.0.0/8", "4 10.0.0.0 10.0.0.0 255.0.0.0 8 0.255.255.255 10.255.255.255 1.6777216e+07 10.0.0.1 10.255.255.254 [10 0 0 0]"},
		{"192.168.5.77/20", "4 192.168.5.77 192.168.0.0 255.255.240.0 20 0.0.15.255 192.168.15.255 4096 192.168.0.1 192.168.15.254 [192 168 5 77]"},
		{"10.0.0.1/32", "4 10.0.0.1 10.0.0.1 255.255.255.255 32 0.0.0.0 10.0.0.1 1 10.0.0.1 10.0.0.1 [10 0 0 1]"},
		{"10.0.0.1", "4 10.0.0.1 10.0.0.1 255.255.255.255 32 0.0.0.0 10.0.0.1 1 10.0.0.1 10.0.0.1 [10 0 0 1]"},
		{"10.0.0.1/31", "4 10.0.0.1 10.0.0.0 255.255.255.254 31 0.0.0.1 10.0.0.1 2 10.0.0.0 10.0.0.1 [10 0 0 1]"},
		{"1.2.3.4/0", "4 1.2.3.4 0.0.0.0 0.0.0.0 0 255.255.255.255 255.255.255.255 4.294967296e+09 0.0.0.1 255.255.255.254 [1 2 3 4]"},
		{"2001:db8::1/125", "6 2001:db8::1 2001:db8:: ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff8 125 ::7 2001:db8::7 8 2001:db8:: 2001:db8::7 [8193 3512 0 0 0 0 0 1]"},
		{"::1", "6 ::1 ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 128 :: ::1 1 ::1 ::1 [0 0 0 0 0 0 0 1]"},
	} {
		m, err := ParseNetmask(tt.cidr)
		if err != nil {
			t.Errorf("%s: %v", tt.cidr, err)
			continue
		}
		got := fmt.Sprintln(m.Version(), m.IP(), m.Base(), m.Mask(), m.Bitmask(), m.Hostmask(), m.Broadcast(), m.Size(), m.First(), m.Last(), m.Decompose())
		check(t, tt.cidr, strings.TrimSpace(got), tt.want)
		same, err := NetmaskFrom(m.Bitmask(), m.Bytes())
		if err != nil || same.IP() != m.IP() || same.Base() != m.Base() {
			t.Errorf("%s: from bytes: got %+v %v", tt.cidr, same, err)
		}
	}
}

func TestNetmaskContains(t *testing.T) {
	for _, tt := range []struct {
		cidr, ip string
		want     bool
	}{
		{"10.0.0.0/8", "10.0.0.0", true},
		{"10.0.0.0/8", "10.255.255.255", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"10.1.2.3/8", "10.9.9.9", true},
		{"10.0.0.0/8", "::ffff:10.1.2.3", true},
		{"10.0.0.0/8", "::ffff:11.1.2.3", false},
		{"10.0.0.0/8", "", false},
		{"10.0.0.0/8", "10.0.0", false},
		{"10.0.0.0/8", "10.0.0.0/8", false},
		{"0.0.0.0/0", "1.2.3.4", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "::1", true},
		{"::/0", "1.2.3.4", false},
		{"fe80::/10", "fe80::1%eth0", true},
		{"2001:db8::/33", "2001:db8:7fff::", true},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"::ffff:10.0.0.0/104", "::ffff:10.9.9.9", true},
	} {
		m, err := ParseNetmask(tt.cidr)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Contains(tt.ip); got != tt.want {
			t.Errorf("%s contains %q: got %v, want %v", tt.cidr, tt.ip, got, tt.want)
		}
	}
}

func TestNetmaskNextWalksHosts(t *testing.T) {
	for _, tt := range []struct{ cidr, want string }{
		{"10.0.0.0/29", "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6  "},
		{"10.0.0.4/31", "10.0.0.4 10.0.0.5  "},
		{"10.0.0.4/32", "10.0.0.4  "},
		{"255.255.255.252/30", "255.255.255.253 255.255.255.254  "},
		{"::fffe/127", "::fffe ::ffff  "},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff  "},
	} {
		m, err := ParseNetmask(tt.cidr)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range strings.Count(tt.want, " ") + 1 {
			got = append(got, m.Next())
		}
		check(t, tt.cidr, strings.Join(got, " "), tt.want)
	}
}

func TestNetmaskRefusesOtherText(t *testing.T) {
	for _, cidr := range []string{"", "x", "10.0.0/8", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/999", "fe80::1%eth0/64", "256.0.0.0/8"} {
		if _, err := ParseNetmask(cidr); !errors.Is(err, errCIDR) {
			t.Errorf("%q: got %v, want %v", cidr, err, errCIDR)
		}
	}
	for _, cidr := range []string{"10.0.0.0/33", "::/129"} {
		if _, err := ParseNetmask(cidr); err == nil || !strings.Contains(err.Error(), "CIDR mask out of range") {
			t.Errorf("%q: got %v, want out of range", cidr, err)
		}
	}
	for _, ip := range [][]byte{nil, {1, 2, 3}} {
		if _, err := NetmaskFrom(8, ip); err == nil {
			t.Errorf("% x: want an error", ip)
		}
	}
}
