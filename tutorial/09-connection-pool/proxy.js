// The main script: it listens, runs the plugins for each connection, takes the
// stream apart into requests, and runs the plugins for each of them.

(config =>

pipy()

// A plugin that has answered a request sets __turnDown: the plugins behind it
// are left out, and the response goes back through those before it.
.export('proxy', {
  __turnDown: false,
})

.listen(config.listen)
  .use(config.plugins, 'session')
  .demuxHTTP('request')

.pipeline('request')
  .use(
    config.plugins,
    'request',
    'response',
    () => __turnDown
  )

)(JSON.decode(pipy.load('config/proxy.json')))
