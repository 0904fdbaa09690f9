// The main script: it listens, takes the stream apart into requests, and sends
// each through the plugins in turn.

pipy()

// A plugin that has answered a request sets __turnDown: the plugins behind it
// are left out, and the response goes back through those before it.
.export('proxy', {
  __turnDown: false,
})

.listen(8000)
  .demuxHTTP('request')

.pipeline('request')
  .use(
    [
      'plugins/router.js',
      'plugins/default.js',
    ],
    'request',
    'response',
    () => __turnDown
  )
