// Forwards a request to the server that its path belongs to; leaves others to
// the plugins behind it.

pipy({
  _router: new algo.URLRouter({
    '/hi/*': '127.0.0.1:8080',
    '/echo': '127.0.0.1:8081',
    '/ip/*': '127.0.0.1:8082',
  }),

  _target: '',
})

.import({
  __turnDown: 'proxy',
})

.pipeline('request')
  .handleMessageStart(
    msg => (
      _target = _router.find(
        msg.head.headers.host,
        msg.head.path,
      ),
      _target && (__turnDown = true)
    )
  )
  .link(
    'forward', () => Boolean(_target),
    ''
  )

.pipeline('forward')
  .muxHTTP('connection', () => _target)

.pipeline('connection')
  .connect(() => _target)
