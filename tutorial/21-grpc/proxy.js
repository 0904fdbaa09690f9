// Forwards gRPC calls by the name of their service, and notes how each ended.

var router = new algo.URLRouter({
  '/tutorial.Greeter/*': '127.0.0.1:50051',
})

var UNIMPLEMENTED = 12, UNAVAILABLE = 14

// A response that has no body tells its outcome in the head.
var outcome = (code, text) => ({
  status: 200,
  headers: {
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': text,
  },
})

var $path
var $target
var $status

pipy.listen(8000, $=>$
  .demuxHTTP().to($=>$
    .handleMessageStart(
      ({ head }) => {
        $path = head.path
        $target = router.find(head.path)
      }
    )
    .pipe(
      () => $target ? 'forward' : 'unknown', {
        'forward': $=>$
          .muxHTTP(() => $target, { version: 2 }).to($=>$
            .connect(() => $target)
          )
          .replaceMessageStart(
            msg => msg.head.status === 502
              ? new MessageStart(outcome(UNAVAILABLE, 'no connection to the service'))
              : msg
          ),
        'unknown': $=>$
          .replaceMessage(
            () => new Message(outcome(UNIMPLEMENTED, 'no such service'))
          ),
      }
    )
    .handleMessageStart(
      ({ head }) => $status = head.headers['grpc-status']
    )
    .handleMessageEnd(
      ({ tail }) => console.log($path, 'ended with', tail?.headers?.['grpc-status'] ?? $status)
    )
  )
)
