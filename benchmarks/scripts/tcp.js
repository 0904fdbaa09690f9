// A TCP proxy.
pipy()

.listen('127.0.0.1:' + os.env.PORT)
.connect('127.0.0.1:' + os.env.ORIGIN)
