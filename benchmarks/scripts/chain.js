// A constant answer behind FILTERS filters that pass everything on, and CALLBACKS
// script functions that look at the path of each request.
((
  config = pipy(),
  repeat = (n, f) => { for (var i = 0; i < n; i++) f() },
) => (
  config
    .listen('127.0.0.1:' + os.env.PORT, { idleTimeout: 600 })
    .demuxHTTP('request')
    .pipeline('request'),
  repeat(+os.env.FILTERS, () => config.handleStreamEnd(() => {})),
  repeat(+os.env.CALLBACKS, () => config.handleMessageStart(msg => msg.head.path.length)),
  config.replaceMessage(new Message('Hi, there!\n'))
))()
