// Answers what no other plug-in took.
pipy()

.pipeline('request')
.replaceMessage(
  new Message({ status: 404 }, 'No handler')
)
