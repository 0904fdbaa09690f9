// Keeps responses and answers with them as long as they are fresh.

(config =>

pipy({
  // Each path has a cache of its own, with a size and an age.
  _caches: new algo.URLRouter(
    Object.fromEntries(
      Object.entries(config.paths).map(
        ([pattern, { size, ttl }]) => [
          pattern, new algo.Cache(null, null, { size, ttl })
        ]
      )
    )
  ),

  _cache: null,
  _key: '',
  _response: null,
})

.import({
  __turnDown: 'proxy',
})

.pipeline('request')
  .handleMessageStart(
    ({ head }) => (
      head.method === 'GET' && (
        _cache = _caches.find(head.headers.host, head.path),
        _key = head.headers.host + head.path,
        _response = _cache?.get(_key),
        _response && (__turnDown = true)
      )
    )
  )
  .link(
    'answer', () => Boolean(_response),
    ''
  )

.pipeline('response')
  .handleMessage(
    msg => (
      _cache && !_response && msg.head.status === 200 && (
        _cache.set(_key, msg)
      )
    )
  )

.pipeline('answer')
  .replaceMessage(
    () => new Message(
      {
        ..._response.head,
        headers: { ..._response.head.headers, 'x-cache': 'hit' },
      },
      _response.body
    )
  )

)(JSON.decode(pipy.load('config/cache.json')))
