// Answers the requests that no other plugin has taken.

pipy()

.pipeline('request')
  .replaceMessage(
    new Message({ status: 404 }, 'No handler found\n')
  )
