package http2

import (
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/summerwind/h2spec/config"
	"github.com/summerwind/h2spec/generic"
	"github.com/summerwind/h2spec/hpack"
	"github.com/summerwind/h2spec/http2"
	"github.com/summerwind/h2spec/spec"
)

const hello = `pipy().listen('LISTEN').serveHTTP(new Message('Hi, there!\n'))`

// TestH2spec runs all cases of h2spec, the strict ones as well.
func TestH2spec(t *testing.T) {
	host, port, err := net.SplitHostPort(start(t, hello))
	if err != nil {
		t.Fatal(err)
	}
	c := &config.Config{Host: host, Path: "/", Timeout: 5 * time.Second, MaxHeaderLen: 4000, Strict: true}
	if c.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	for _, group := range []*spec.TestGroup{generic.Spec(), http2.Spec(), hpack.Spec()} {
		group.Test(c)
		passed := group.PassedCount
		if group.FailedCount+group.SkippedCount > 0 || passed == 0 {
			t.Errorf("%s: %d passed, %d failed, %d were skipped", group.Name, passed, group.FailedCount, group.SkippedCount)
		}
	}
}
