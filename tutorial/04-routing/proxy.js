// Forwards each request to the server that its path belongs to.

pipy({
  _router: new algo.URLRouter({
    '/hi/*': '127.0.0.1:8080',
    '/echo': '127.0.0.1:8081',
    '/ip/*': '127.0.0.1:8082',
  }),

  _target: '',
})

  .listen(8000)
  .demuxHTTP('request')

  .pipeline('request')
  .handleMessageStart(
    msg => (
      _target = _router.find(
        msg.head.headers.host,
        msg.head.path,
      )
    )
  )
  .link(
    'forward', () => Boolean(_target),
    'no-route'
  )

  .pipeline('forward')
  .muxHTTP('connection', () => _target)

  .pipeline('connection')
  .connect(() => _target)

  .pipeline('no-route')
  .replaceMessage(
    new Message({ status: 404 }, 'No route\n')
  )
