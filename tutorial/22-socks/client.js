// A port that leads to the echo service through the SOCKS proxy.

pipy.listen(9081, $=>$
  .connectSOCKS('127.0.0.1:8081', {
    username: 'alice',
    password: 'secret',
  }).to($=>$
    .connect('127.0.0.1:1080')
  )
)
