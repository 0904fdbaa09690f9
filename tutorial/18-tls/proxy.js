// The main script: it listens on a plain port and on one with TLS, and sends the
// requests of both through the same plugins.

(config =>

pipy()

// A plugin that has answered a request sets __turnDown: the plugins behind it
// are left out, and the response goes back through those before it.
.export('proxy', {
  __turnDown: false,
  __scheme: 'http',
})

.listen(config.listen)
  .link('http')

.listen(config.listenTLS)
  .handleStreamStart(
    () => __scheme = 'https'
  )
  .acceptTLS('http', {
    certificate: {
      cert: new crypto.CertificateChain(pipy.load('config/server.pem')),
      key: new crypto.PrivateKey(pipy.load('config/server-key.pem')),
    },
  })

.pipeline('http')
  .use(config.plugins, 'session')
  .demuxHTTP('request')

.pipeline('request')
  .handleMessageStart(
    ({ head }) => head.headers['x-forwarded-proto'] = __scheme
  )
  .use(
    config.plugins,
    'request',
    'response',
    () => __turnDown
  )

)(JSON.decode(pipy.load('config/proxy.json')))
