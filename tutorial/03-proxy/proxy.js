// Forwards every request to one server.

pipy()

  .listen(8000)
  .demuxHTTP('request')

  .pipeline('request')
  .muxHTTP('connection', '')

  .pipeline('connection')
  .connect('127.0.0.1:8080')
