// Refuses clients by their addresses: those that a service denies, and, if it has
// a list of those that it allows, all others.

(config =>

pipy({
  _rules: Object.fromEntries(
    Object.entries(config.services).map(
      ([name, { allow, deny }]) => [
        name,
        {
          allow: allow?.map(range => new Netmask(range)),
          deny: deny?.map(range => new Netmask(range)),
        }
      ]
    )
  ),

  _rule: null,
})

.import({
  __turnDown: 'proxy',
  __serviceID: 'router',
})

.pipeline('request')
  .handleMessageStart(
    () => (
      _rule = _rules[__serviceID],
      (
        _rule?.deny?.some(range => range.contains(__inbound.remoteAddress)) ||
        _rule?.allow?.every(range => !range.contains(__inbound.remoteAddress))
      ) && (__turnDown = true)
    )
  )
  .link(
    'deny', () => __turnDown,
    ''
  )

.pipeline('deny')
  .replaceMessage(
    new Message({ status: 403 }, 'Access denied\n')
  )

)(JSON.decode(pipy.load('config/ban.json')))
