// Chooses a target by the algorithm that the service wants, leaves those alone
// that have failed, and forwards the request.

(config =>

pipy({
  // Targets that have failed. They are forgotten after a while, and tried again.
  _unhealthy: new algo.Cache(null, null, { ttl: config.penalty }),

  _services: Object.fromEntries(
    Object.entries(config.services).map(
      ([name, { algorithm, targets, stickyBy }]) => [
        name, { balancer: new algo[algorithm](targets), stickyBy }
      ]
    )
  ),

  // The choices of this connection, by service.
  _choices: null,

  _service: null,
  _target: '',
})

.import({
  __turnDown: 'proxy',
  __serviceID: 'router',
})

.pipeline('session')
  .handleStreamStart(
    () => (
      _choices = new algo.Cache(
        ({ balancer }) => balancer.select(undefined, _unhealthy),
        ({ balancer }, target) => balancer.deselect(target),
      )
    )
  )
  .handleStreamEnd(
    () => _choices.clear()
  )

.pipeline('request')
  .handleMessageStart(
    ({ head }) => (
      _service = _services[__serviceID],
      _service && (
        __turnDown = true,
        _target = _service.stickyBy
          ? _service.balancer.select(head.headers[_service.stickyBy], _unhealthy)
          : _choices.get(_service)
      )
    )
  )
  .link(
    'forward', () => Boolean(_target),
    'unavailable', () => Boolean(_service),
    ''
  )

.pipeline('forward')
  .muxHTTP('connection', () => _target)
  .handleMessageStart(
    ({ head }) => (
      (head.status === 502 || head.status === 504) && (
        _unhealthy.set(_target, true),
        _choices.remove(_service)
      )
    )
  )

.pipeline('connection')
  .connect(() => _target, { connectTimeout: 1 })

.pipeline('unavailable')
  .replaceMessage(
    new Message({ status: 503 }, 'No target is available\n')
  )

)(JSON.decode(pipy.load('config/balancer.json')))
