// Greets.

pipy()

  .listen(6000).link('hello')
  .listen(6080).link('hello')

  .pipeline('hello')
  .serveHTTP(
    new Message('Hello!\n')
  )
