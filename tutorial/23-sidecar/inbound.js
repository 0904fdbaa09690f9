// The sidecar of a service. It alone can be reached from elsewhere; it wants a
// certificate from who calls, knows who may, and passes requests on in plain HTTP.

var config = JSON.decode(pipy.load('config/inbound.json'))

var requests = new stats.Counter('sidecar_requests', ['peer', 'status'])

var $peer

pipy.listen(config.listen, $=>$
  .acceptTLS({
    certificate: {
      cert: new crypto.CertificateChain(pipy.load('config/backend.pem')),
      key: new crypto.PrivateKey(pipy.load('config/backend-key.pem')),
    },
    trusted: [
      new crypto.Certificate(pipy.load('config/ca.pem')),
    ],
    handshake: session => $peer = session.peer.subject.commonName,
  }).to($=>$
    .demuxHTTP().to($=>$
      .pipe(
        () => config.allow.includes($peer) ? 'forward' : 'deny', {
          'forward': $=>$
            .muxHTTP().to($=>$
              .connect(config.service)
            ),
          'deny': $=>$
            .replaceMessage(
              () => new Message({ status: 403 }, `${$peer} may not call this service\n`)
            ),
        }
      )
      .handleMessageStart(
        ({ head }) => requests.withLabels($peer, String(head.status)).increase()
      )
    )
  )
)
