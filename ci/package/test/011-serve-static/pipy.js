// Serves the files in www.

pipy({
  _www: new http.Directory('www'),
})

  .listen(6000).link('serve')
  .listen(6080).link('serve')

  .pipeline('serve')
  .serveHTTP(
    req => _www.serve(req) || new Message({ status: 404 }, 'Not found\n')
  )
