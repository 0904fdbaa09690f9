// A constant answer over TLS.
pipy()

.listen('127.0.0.1:' + os.env.PORT)
.acceptTLS('http', {
  certificate: {
    cert: new crypto.Certificate(os.readFile(os.env.CERT)),
    key: new crypto.PrivateKey(os.readFile(os.env.KEY)),
  },
})

.pipeline('http')
.serveHTTP(new Message('Hi, there!\n'))
