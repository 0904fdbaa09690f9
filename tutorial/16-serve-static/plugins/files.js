// Answers with the files of a folder; leaves requests for which there is no file
// to the plugins behind it.

(config =>

pipy({
  _file: null,
})

.import({
  __turnDown: 'proxy',
})

.pipeline('request')
  .handleMessageStart(
    ({ head }) => (
      (head.method === 'GET' || head.method === 'HEAD') && !head.path.includes('..') && (
        _file = http.File.from(config.folder + head.path.split('?')[0]),
        _file && (__turnDown = true)
      )
    )
  )
  .link(
    'answer', () => Boolean(_file),
    ''
  )

.pipeline('answer')
  .replaceMessage(
    msg => _file.toMessage(msg.head.headers['accept-encoding'])
  )

)(JSON.decode(pipy.load('config/files.json')))
