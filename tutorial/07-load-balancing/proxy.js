// The main script: it listens, takes the stream apart into requests, and sends
// each through the plugins that config/proxy.json names.

(config =>

pipy()

// A plugin that has answered a request sets __turnDown: the plugins behind it
// are left out, and the response goes back through those before it.
.export('proxy', {
  __turnDown: false,
})

.listen(config.listen)
  .demuxHTTP('request')

.pipeline('request')
  .use(
    config.plugins,
    'request',
    'response',
    () => __turnDown
  )

)(JSON.decode(pipy.load('config/proxy.json')))
