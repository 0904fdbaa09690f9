// A SOCKS proxy for clients with a password, to hosts and ports that are allowed.

var users = { 'alice': 'secret' }
var ports = [8080, 8081]

var $target

pipy.listen(1080, $=>$
  .acceptSOCKS(
    ({ host, port, user }) => {
      $target = `${host}:${port}`
      var allowed = ports.includes(port)
      console.log(user, allowed ? 'goes to' : 'must not go to', $target)
      return allowed
    },
    {
      authenticate: (user, password) => users[user] === password,
    }
  ).to($=>$
    .connect(() => $target)
  )
)
