// Notes every request with its response, and sends the notes to a collector, many
// at a time.

(config =>

pipy({
  _entry: null,
})

.import({
  __serviceID: 'router',
})

.pipeline('request')
  .handleMessage(
    ({ head, body }) => (
      _entry = {
        time: Date.now(),
        client: __inbound.remoteAddress,
        service: __serviceID,
        method: head.method,
        path: head.path,
        received: body.size,
      }
    )
  )

.pipeline('response')
  .handleMessage(
    ({ head, body }) => (
      _entry.status = head.status,
      _entry.sent = body.size,
      _entry.duration = Date.now() - _entry.time
    )
  )
  .fork('log')

// In here it is a copy of the response that flows. It becomes the entry, and goes
// to a batch that all connections share.
.pipeline('log')
  .replaceMessage(
    () => new Message(JSON.encode(_entry).push('\n'))
  )
  .merge('batch', '')

.pipeline('batch')
  .pack(config.batchSize, { timeout: config.timeout })
  .replaceMessageStart(
    () => new MessageStart({
      method: 'POST',
      path: config.path,
      headers: {
        'host': config.collector,
        'content-type': 'application/x-ndjson',
      },
    })
  )
  .encodeHTTPRequest()
  .connect(config.collector, { retryCount: -1, retryDelay: 1 })

)(JSON.decode(pipy.load('config/logger.json')))
