// Greets, and tells where the request came from.

pipy()

  .listen(6000).link('hello')
  .listen(6080).link('hello')

  .pipeline('hello')
  .serveHTTP(
    () => new Message(`Hello, ${__inbound.remoteAddress}!\n`)
  )
