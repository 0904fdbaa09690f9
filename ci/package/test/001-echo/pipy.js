// Answers each request with what it has brought.

pipy()

  .listen(6000).link('echo')
  .listen(6080).link('echo')

  .pipeline('echo')
  .serveHTTP(
    msg => new Message(msg.body)
  )
