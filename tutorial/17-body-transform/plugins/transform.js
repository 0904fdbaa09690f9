// Turns the JSON of a request into XML, for a service that knows nothing else.

(config =>

pipy({
  // A value becomes an element; the members of an object and the items of an array
  // become elements in it.
  _element: (name, value) => new XML.Node(
    name, null,
    value instanceof Array ? value.map(item => _element('item', item)) :
    value instanceof Object ? Object.entries(value).map(
      ([key, member]) => _element(key, member)
    ) :
    [String(value)]
  ),

  _toXML: value => XML.encode(
    new XML.Node('', null, [_element('request', value)]), 2
  ),

  _value: null,
})

.import({
  __turnDown: 'proxy',
  __serviceID: 'router',
})

.pipeline('request')
  .link(
    'transform', () => config.services.includes(__serviceID),
    ''
  )

.pipeline('transform')
  .replaceMessage(
    msg => (
      _value = JSON.decode(msg.body),
      _value === undefined ? (
        __turnDown = true,
        new Message({ status: 400 }, 'The body is not JSON\n')
      ) : (
        msg.head.headers['content-type'] = 'application/xml',
        new Message(msg.head, _toXML(_value).push('\n'))
      )
    )
  )

)(JSON.decode(pipy.load('config/transform.json')))
