package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// Features that scenarios need and servers may be built without.
const (
	featureStream     = "stream"
	featureTLS        = "tls"
	featureH2         = "h2"
	featureH2Upstream = "h2-upstream"
	featureGzip       = "gzip"
)

const noStreamModule = "this nginx has no stream module"

// nginxH2Upstream is the first nginx that speaks HTTP/2 to upstreams.
const nginxH2Upstream = "1.29.4"

// parseNginx finds in the output of nginx -V which features are missing, and
// the file of the stream module when it is to be loaded.
func parseNginx(out, version string) (lack map[string]string, stream string) {
	var dir string
	args := map[string]bool{}
	for f := range strings.FieldsSeq(out) {
		args[f] = true
		if v, ok := strings.CutPrefix(f, "--modules-path="); ok {
			dir = v
		}
	}
	lack = map[string]string{}
	switch {
	case args["--with-stream"]:
	case args["--with-stream=dynamic"]:
		stream = filepath.Join(dir, "ngx_stream_module.so")
	default:
		lack[featureStream] = noStreamModule
	}
	if !args["--with-http_ssl_module"] {
		lack[featureTLS] = "this nginx has no TLS module"
	}
	if !args["--with-http_v2_module"] {
		lack[featureH2] = "this nginx has no HTTP/2 module"
	}
	if !args["--with-http_v2_module"] || older(version, nginxH2Upstream) {
		lack[featureH2Upstream] = fmt.Sprintf("nginx %s speaks no HTTP/2 to upstreams, %s is the first that does", version, nginxH2Upstream)
	}
	if args["--without-http_gzip_module"] {
		lack[featureGzip] = "this nginx has no gzip module"
	}
	return lack, stream
}

// parseHAProxy finds in the output of haproxy -vv which features are missing.
func parseHAProxy(out string) map[string]string {
	lack := map[string]string{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(key) {
		case "Feature list":
			for f := range strings.FieldsSeq(value) {
				if f == "-OPENSSL" {
					lack[featureTLS] = "this HAProxy has no TLS"
				}
			}
		case "Compression algorithms supported":
			if !strings.Contains(value, "gzip") {
				lack[featureGzip] = "this HAProxy cannot compress"
			}
		}
	}
	return lack
}

// older says whether version a, like "1.22.1", comes before version b. What is
// no number counts as 0.
func older(a, b string) bool {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		n, _ := strconv.Atoi(x)
		m, _ := strconv.Atoi(y)
		if n != m {
			return n < m
		}
	}
	return false
}
