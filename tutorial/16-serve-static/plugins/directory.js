// Does what files.js does, and more: conditional requests, ranges, redirects to
// folders. http.Directory is in later releases.

(config =>

pipy({
  _folder: new http.Directory(config.folder),
  _response: null,
})

.import({
  __turnDown: 'proxy',
})

.pipeline('request')
  .handleMessageStart(
    ({ head }) => (
      _response = _folder.serve(new Message(head)),
      _response && (__turnDown = true)
    )
  )
  .link(
    'answer', () => Boolean(_response),
    ''
  )

.pipeline('answer')
  .replaceMessage(
    () => _response
  )

)(JSON.decode(pipy.load('config/files.json')))
