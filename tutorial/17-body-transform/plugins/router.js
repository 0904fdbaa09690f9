// Finds out which service a request is for, by its host and path, and changes
// the path for services that want another one.

(config =>

pipy({
  _router: new algo.URLRouter(
    Object.fromEntries(
      Object.entries(config.routes).map(
        ([pattern, { service, rewrite }]) => [
          pattern,
          {
            service,
            from: rewrite && new RegExp(rewrite.from),
            to: rewrite?.to,
          }
        ]
      )
    )
  ),

  _route: null,
})

.export('router', {
  __serviceID: '',
})

.pipeline('request')
  .handleMessageStart(
    ({ head }) => (
      _route = _router.find(head.headers.host, head.path),
      _route && (
        __serviceID = _route.service,
        _route.from && (head.path = head.path.replace(_route.from, _route.to))
      )
    )
  )

)(JSON.decode(pipy.load('config/router.json')))
