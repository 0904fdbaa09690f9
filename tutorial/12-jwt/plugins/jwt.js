// Lets requests through that carry a good token: signed with a key that we know,
// and not expired.

(config =>

pipy({
  _keys: Object.fromEntries(
    Object.entries(config.keys).map(
      ([id, file]) => [id, new crypto.PublicKey(pipy.load(file))]
    )
  ),

  _check: (token, key) => (
    key = _keys[token.header?.kid],
    !token.isValid ? 'Not a token' :
    !key ? 'Unknown key' :
    !token.verify(key) ? 'Wrong signature' :
    !(token.payload?.exp > Date.now() / 1000) ? 'Expired' : ''
  ),

  _problem: '',
})

.import({
  __turnDown: 'proxy',
  __serviceID: 'router',
})

.pipeline('request')
  .handleMessageStart(
    ({ head }) => (
      config.services.includes(__serviceID) && (
        _problem = _check(
          new crypto.JWT((head.headers.authorization || '').replace('Bearer ', ''))
        ),
        _problem && (__turnDown = true)
      )
    )
  )
  .link(
    'refuse', () => Boolean(_problem),
    ''
  )

.pipeline('refuse')
  .replaceMessage(
    () => new Message(
      { status: 401, headers: { 'www-authenticate': 'Bearer' } },
      _problem + '\n'
    )
  )

)(JSON.decode(pipy.load('config/jwt.json')))
