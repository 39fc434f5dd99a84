/**
 * `node grpc-client.mjs HOST:PORT`: a program that knows nothing of any proxy. One unary call, one conversation in turns and one
 * large message; prints a line of JSON.
 */
import { once } from 'node:events'
import grpc from '@grpc/grpc-js'

const as = (bytes) => bytes
const kind = (name, isStream) => ({
  path: `/test.Echo/${name}`,
  requestStream: isStream,
  responseStream: isStream,
  requestSerialize: as,
  requestDeserialize: as,
  responseSerialize: as,
  responseDeserialize: as,
})
const Client = grpc.makeGenericClientConstructor({ unary: kind('Unary', false), talk: kind('Talk', true) }, 'Echo')
const client = new Client(process.argv[2], grpc.credentials.createSsl(), { 'grpc.max_receive_message_length': -1 })

const callUnary = (message) =>
  new Promise((resolve, reject) => {
    let arn
    const call = client.unary(message, (error, answer) => (error ? reject(error) : resolve({ arn, answer })))
    call.on('metadata', (head) => {
      arn = String(head.get('x-arn'))
    })
  })

async function talk(words) {
  const call = client.talk()
  const heard = []
  for (const word of words) {
    call.write(Buffer.from(word))
    const [answer] = await once(call, 'data')
    heard.push(String(answer))
  }
  const ended = once(call, 'status')
  call.resume()
  call.end()
  const [{ code }] = await ended
  return { heard, code }
}

const conversation = await talk(['one', 'two', 'three'])
const { arn, answer } = await callUnary(Buffer.from('hello'))
const large = Buffer.alloc(500_000, 'abcdefg')
const { answer: back } = await callUnary(large)
console.log(JSON.stringify({ conversation, arn, unary: String(answer), large: large.equals(back) }))
client.close()
