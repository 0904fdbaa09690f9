// A WebSocket service: it counts the messages of a client and sends them back.

var $count = 0

// The answer to the key of a client (RFC 6455, 4.2.2).
var accept = key => (
  new crypto.Hash('sha1')
    .update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
    .digest('base64')
)

var TEXT = 1, CLOSE = 8, PING = 9, PONG = 10

pipy.listen(8080, $=>$
  .demuxHTTP().to($=>$
    .acceptHTTPTunnel(
      ({ head }) => (
        head.headers.upgrade?.toLowerCase() === 'websocket'
          ? new Message({
              status: 101,
              headers: {
                'upgrade': 'websocket',
                'sec-websocket-accept': accept(head.headers['sec-websocket-key']),
              },
            })
          : new Message(
              { status: 426, headers: { upgrade: 'websocket' } },
              'This is a WebSocket service\n'
            )
      )
    ).to($=>$
      .decodeWebSocket({ role: 'server' })
      .replaceMessage(
        ({ head, body }) => {
          switch (head.opcode) {
            case TEXT: return new Message({ opcode: TEXT }, `${++$count}: ${body}`)
            case PING: return new Message({ opcode: PONG }, body)
            case CLOSE: return [new Message({ opcode: CLOSE }, body), new StreamEnd]
          }
        }
      )
      .encodeWebSocket()
    )
  )
)
