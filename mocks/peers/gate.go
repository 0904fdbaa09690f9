package peers

import (
	"fmt"
	"path"
)

// gate keeps requests for .../wait until there was one for .../go, which shows
// whether a client has to wait for another one's answer. To all others it tells
// which connection they came on.
func gate(c *conn) {
	for n := 1; ; n++ {
		req, err := c.next()
		if err != nil {
			return
		}
		answer := fmt.Sprintf("request %d on connection %d\n", n, c.number)
		switch path.Base(req.path) {
		case "wait":
			<-c.peer.released
			answer = "let through\n"
		case "go":
			c.peer.Release()
			answer = "the gate is open\n"
		}
		if err := c.respond(req, []byte(answer)); err != nil {
			return
		}
	}
}
