import type { Http2Stream } from 'node:http2'
import { UpstreamError } from './dial.js'

/**
 * Node ends what a stream reads in the same way whether its peer finished it or reset it (with NO_ERROR or CANCEL): half a body
 * would look whole. With this, only END_STREAM is an end; a reset is an error. To be called before anything is read.
 */
export function failWhenCutOff(stream: Http2Stream): void {
  const push = stream.push
  let isEnded = false
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    // A stream that was reset is closed before its end is pushed; one that was finished after it.
    if (chunk === null && !isEnded && stream.closed) {
      // Node is not done with the stream yet.
      process.nextTick(() => stream.destroy(new UpstreamError('ECONNRESET', 'the stream was reset before its end')))
      return false
    }
    if (chunk === null) isEnded = true
    return push.call(stream, chunk, encoding)
  }
}
