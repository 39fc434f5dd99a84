// A process that the tests started ends with them, however they end.
if (process.channel) {
  process.channel.unref()
  process.once('disconnect', () => process.exit(1))
}
