// A constant answer.
pipy()

.listen('127.0.0.1:' + os.env.PORT, { idleTimeout: 600 })
.serveHTTP(new Message('Hi, there!\n'))
