// Prints what the proxy has noted.

pipy()

  .listen(8123)
  .serveHTTP(
    msg => (
      msg.body.toString().trim().split('\n').forEach(
        line => console.log(line)
      ),
      new Message({ status: 204 })
    )
  )
