// Chooses a target for the service and forwards the request to it. The targets
// of a service take turns between connections; one connection stays with the
// target that its first request got.

(config =>

pipy({
  _services: Object.fromEntries(
    Object.entries(config.services).map(
      ([name, targets]) => [name, new algo.RoundRobinLoadBalancer(targets)]
    )
  ),

  // The choices of this connection, by load balancer.
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
        service => service.select(),
        (service, target) => service.deselect(target),
      )
    )
  )
  .handleStreamEnd(
    () => _choices.clear()
  )

.pipeline('request')
  .handleMessageStart(
    () => (
      _service = _services[__serviceID],
      _target = _service && _choices.get(_service),
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

)(JSON.decode(pipy.load('config/balancer.json')))
