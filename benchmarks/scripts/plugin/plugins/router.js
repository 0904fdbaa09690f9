// Finds the service of a request by host and path.
(config =>

pipy({
  _router: new algo.URLRouter(config.routes),
})

.export('router', {
  __service: '',
})

.pipeline('request')
.handleMessageStart(
  msg => (
    __service = _router.find(msg.head.headers.host, msg.head.path)
  )
)

)(JSON.decode(pipy.load('config/router.json')))
