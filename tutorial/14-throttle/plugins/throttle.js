// Slows a service down to so many requests a second: those above wait for their
// turn. Another kind of limit refuses them.

(config =>

pipy({
  _quotas: Object.fromEntries(
    Object.entries(config.refuse).map(
      ([name, { requests, seconds }]) => [
        name, new algo.Quota(requests, { per: seconds })
      ]
    )
  ),

  _refused: false,
})

.import({
  __turnDown: 'proxy',
  __serviceID: 'router',
})

.pipeline('request')
  .handleMessageStart(
    () => (
      _refused = _quotas[__serviceID]?.consume(1) === 0,
      _refused && (__turnDown = true)
    )
  )
  .link(
    'refuse', () => _refused,
    'delay', () => Boolean(config.delay[__serviceID]),
    ''
  )

.pipeline('delay')
  .throttleMessageRate(
    () => config.delay[__serviceID],
    () => __serviceID
  )

.pipeline('refuse')
  .replaceMessage(
    () => new Message(
      {
        status: 429,
        headers: { 'retry-after': String(config.refuse[__serviceID].seconds) },
      },
      'Too many requests\n'
    )
  )

)(JSON.decode(pipy.load('config/throttle.json')))
