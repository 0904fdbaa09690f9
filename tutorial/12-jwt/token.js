// Prints a token. Arguments: a file with the private key, the name of the key, the
// subject, and how many seconds the token is good for.

(([, file, kid, sub, seconds]) =>

pipy({
  _encode: value => JSON.encode(value).toString('base64url'),
  _text: '',
})

.task()
  .replaceMessage(
    () => (
      _text = [
        _encode({ alg: 'RS256', typ: 'JWT', kid }),
        _encode({ sub, exp: Math.floor(Date.now() / 1000) + Number(seconds) }),
      ].join('.'),
      println(
        _text + '.' + new crypto.Sign('sha256')
          .update(_text)
          .sign(new crypto.PrivateKey(os.readFile(file)), 'base64url')
      ),
      pipy.exit(),
      new StreamEnd
    )
  )

)(pipy.argv)
