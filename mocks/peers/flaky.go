package peers

import (
	"fmt"
	"io"
	"strconv"
)

// flaky answers some requests with 503 and the next one as it should.
func flaky(arg string) (func(*conn), error) {
	failures, err := strconv.Atoi(arg)
	if err != nil || failures < 0 {
		return nil, fmt.Errorf("want a number of failures, got %q", arg)
	}
	return loop(func(c *conn, r *request) error {
		n, err := c.peer.Count("requests")
		if err != nil {
			return err
		}
		if n%(failures+1) == 0 {
			return c.respond(r, []byte(Hello))
		}
		c.done()
		_, err = io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
		return err
	}), nil
}
