// What the service runs until you write something better: it serves the files
// in /etc/pipy/www. After a change: systemctl reload pipy

pipy({
  _www: new http.Directory('www'),
})

  .listen(6080)

  .serveHTTP(
    req => _www.serve(req) || new Message({ status: 404 }, 'Not found\n')
  )
