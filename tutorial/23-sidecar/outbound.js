// The sidecar of a client. The client speaks plain HTTP to it and names a service;
// the sidecar finds the service, proves who the client is, and tries again when a
// request that may be repeated was not served.

var config = JSON.decode(pipy.load('config/outbound.json'))

var tls = {
  certificate: {
    cert: new crypto.CertificateChain(pipy.load('config/frontend.pem')),
    key: new crypto.PrivateKey(pipy.load('config/frontend-key.pem')),
  },
  trusted: [
    new crypto.Certificate(pipy.load('config/ca.pem')),
  ],
}

var services = new Map(Object.entries(config.services))

var requests = new stats.Counter('sidecar_requests', ['service', 'status'])
var retries = new stats.Counter('sidecar_retries', ['service'])

var repeatable = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']
var failed = [502, 503, 504]

var $service
var $target
var $attempts

pipy.listen(config.listen, $=>$
  .demuxHTTP().to($=>$
    .handleMessageStart(
      ({ head }) => {
        $service = (head.headers.host || '').split(':')[0]
        $target = services.get($service)
        $attempts = repeatable.includes(head.method) ? config.attempts : 1
      }
    )
    .pipe(
      () => $target ? 'forward' : 'unknown', {
        'forward': $=>$
          .replay({ delay: 0.1 }).to($=>$
            .muxHTTP(() => $target).to($=>$
              .connectTLS({ ...tls, sni: () => $service }).to($=>$
                .connect(() => $target)
              )
            )
            .replaceMessageStart(
              msg => {
                if (!failed.includes(msg.head.status) || --$attempts <= 0) return msg
                retries.withLabels($service).increase()
                return new StreamEnd('Replay')
              }
            )
          )
          .handleMessageStart(
            ({ head }) => requests.withLabels($service, String(head.status)).increase()
          ),
        'unknown': $=>$
          .replaceMessage(
            new Message({ status: 404 }, 'No such service\n')
          ),
      }
    )
  )
)
