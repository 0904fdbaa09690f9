// A proxy made of plug-ins: a router names the service, a balancer forwards
// to one of its targets, what nobody took gets the default answer.
(config =>

pipy()

.export('main', {
  __turnDown: false,
})

.listen('127.0.0.1:' + os.env.PORT)
.use(config.plugins, 'session')
.demuxHTTP('request')

.pipeline('request')
.use(config.plugins, 'request', 'response', () => __turnDown)

)(JSON.decode(pipy.load('config/main.json')))
