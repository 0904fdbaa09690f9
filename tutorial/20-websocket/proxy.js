// Forwards WebSocket like all other HTTP, and notes who begins to talk.

pipy.listen(8000, $=>$
  .demuxHTTP().to($=>$
    .handleMessageStart(
      ({ head }) => head.headers.upgrade && (
        console.log('upgrade to', head.headers.upgrade, 'at', head.path)
      )
    )
    .muxHTTP().to($=>$
      .connect('127.0.0.1:8080')
    )
  )
)
