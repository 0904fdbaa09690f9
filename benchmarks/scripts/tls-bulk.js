// A plain proxy with clients over TLS: each of their connections has an upstream connection of its own.
pipy()

.listen('127.0.0.1:' + os.env.PORT)
.acceptTLS('http', {
  certificate: {
    cert: new crypto.Certificate(os.readFile(os.env.CERT)),
    key: new crypto.PrivateKey(os.readFile(os.env.KEY)),
  },
})

.pipeline('http')
.demuxHTTP('request')

.pipeline('request')
.muxHTTP('connection', () => __inbound)

.pipeline('connection')
.connect('127.0.0.1:' + os.env.ORIGIN)
