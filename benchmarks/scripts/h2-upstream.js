// A plain proxy: requests of all clients share one HTTP/2 upstream connection.
pipy()

.listen('127.0.0.1:' + os.env.PORT)
.demuxHTTP('request')

.pipeline('request')
.muxHTTP('connection', '', { version: 2 })

.pipeline('connection')
.connect('127.0.0.1:' + os.env.H2_ORIGIN)
