package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestParseNginxFindsWhatIsMissing(t *testing.T) {
	const all = "--with-http_ssl_module --with-http_v2_module "
	for _, c := range []struct {
		args, version string
		lack          string
		stream        string
	}{
		{all + "--with-stream --with-stream=dynamic", "1.29.4", "", ""},
		{all + "--modules-path=/m --with-stream=dynamic", "1.29.4", "", "/m/ngx_stream_module.so"},
		{all + "--with-stream_ssl_module", "1.30.0", "stream", ""},
		{all + "--with-stream", "1.22.1", "h2-upstream", ""},
		{"--with-stream --with-http_ssl_module", "1.31.0", "h2 h2-upstream", ""},
		{"--with-stream --with-http_v2_module --without-http_gzip_module", "2.0.0", "gzip tls", ""},
	} {
		lack, stream := parseNginx("configure arguments: "+c.args, c.version)
		if got := strings.Join(slices.Sorted(maps.Keys(lack)), " "); got != c.lack || stream != c.stream {
			t.Errorf("nginx %s %s: got %q and module %q, want %q and %q", c.version, c.args, got, stream, c.lack, c.stream)
		}
	}
}

func TestParseHAProxyFindsWhatIsMissing(t *testing.T) {
	for _, c := range []struct{ out, lack string }{
		{"Feature list : +EPOLL +OPENSSL -QUIC\nCompression algorithms supported : identity(\"identity\"), gzip(\"gzip\")\n", ""},
		{"Feature list : +EPOLL -OPENSSL -QUIC\nCompression algorithms supported : none\n", "gzip tls"},
	} {
		if got := strings.Join(slices.Sorted(maps.Keys(parseHAProxy(c.out))), " "); got != c.lack {
			t.Errorf("%q: got %q, want %q", c.out, got, c.lack)
		}
	}
}

func TestScenariosAreKeptFromServersThatLackWhatTheyNeed(t *testing.T) {
	s := &server{kind: kindNginx, lack: map[string]string{featureTLS: "no TLS"}}
	for _, sc := range scenarios {
		want := ""
		if sc.tls {
			want = "no TLS"
		}
		if got := s.lacks(sc); got != want {
			t.Errorf("%s: got %q, want %q", sc.name, got, want)
		}
	}
}

func TestOlderComparesNumbers(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1.22.1", "1.29.4", true}, {"1.29.10", "1.29.4", false}, {"1.29.4", "1.29.4", false},
		{"1.30", "1.29.4", false}, {"1.29", "1.29.4", true}, {"", "1", true},
	} {
		if got := older(c.a, c.b); got != c.want {
			t.Errorf("older(%q, %q): got %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
