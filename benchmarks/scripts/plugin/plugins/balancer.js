// Forwards a request to a target of its service. A client connection keeps
// its targets; connections to a target are shared by all clients.
(config =>

pipy({
  _balancers: Object.fromEntries(
    Object.entries(config.services).map(
      ([name, ports]) => [
        name, new algo.RoundRobinLoadBalancer(ports.map(port => '127.0.0.1:' + os.env[port]))
      ]
    )
  ),
  _targets: null,
  _balancer: null,
  _target: '',
})

.import({
  __turnDown: 'main',
  __service: 'router',
})

.pipeline('session')
.handleStreamStart(
  () => (
    _targets = new algo.Cache(
      balancer => balancer.select(),
      (balancer, target) => balancer.deselect(target)
    )
  )
)
.handleStreamEnd(
  () => (
    _targets.clear()
  )
)

.pipeline('request')
.handleMessageStart(
  () => (
    _balancer = _balancers[__service],
    _balancer && (_target = _targets.get(_balancer)),
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
