// A plain proxy that compresses the answers: each client connection has an upstream connection of its own.
pipy()

.listen('127.0.0.1:' + os.env.PORT)
.demuxHTTP('request')

.pipeline('request')
.muxHTTP('connection', () => __inbound)
.compressHTTP({ method: 'gzip', level: 'speed' })

.pipeline('connection')
.connect('127.0.0.1:' + os.env.ORIGIN)
