// Chooses a target for the service and forwards the request to it, on a
// connection that no other client uses at the same time.

(config =>

pipy({
  _services: Object.fromEntries(
    Object.entries(config.services).map(
      ([name, targets]) => [name, new algo.RoundRobinLoadBalancer(targets)]
    )
  ),

  // Lends connections to clients. A new one is made when none is free.
  _pool: new algo.ResourcePool(
    target => ({ target })
  ),

  // The choices of this client, by load balancer.
  _choices: null,

  _service: null,
  _target: '',
  _connection: null,
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
    () => (
      _choices.clear(),
      _pool.freeTenant(__inbound)
    )
  )

.pipeline('request')
  .handleMessageStart(
    () => (
      _service = _services[__serviceID],
      _target = _service && _choices.get(_service),
      _target && (
        _connection = _pool.allocate(_target, __inbound),
        __turnDown = true
      )
    )
  )
  .link(
    'forward', () => Boolean(_target),
    ''
  )

.pipeline('forward')
  .muxHTTP('connection', () => _connection)

.pipeline('connection')
  .connect(() => _connection.target)

)(JSON.decode(pipy.load('config/balancer.json')))
