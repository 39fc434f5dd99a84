import { expect, test } from 'vitest'
import { answers } from './answers.js'
import { type Reading, startBothWays } from './read-both-ways.js'

/** Where Node refuses a whole answer, since its connection brings more in the same breath; we read it, and end the connection. */
const MORE_AFTER_IT: readonly (string | undefined)[] = ['HPE_INVALID_CONSTANT', 'HPE_CLOSED_CONNECTION']

test.each(answers.map(([method, bytes]) => ({ method, bytes, start: asAscii(bytes) })))(
  'what we accept of it, Node reads the same, however it is split: $method $start',
  async ({ method, bytes }) => {
    const read = await startBothWays()
    for (const pieces of [[bytes], halves(bytes), bytes.length > 200 ? thirds(bytes) : [...bytes]]) {
      const { node, ours } = await read({ method, pieces })
      if (ours.error !== undefined) continue
      if (MORE_AFTER_IT.includes(node.error) && ours.interim.length === node.interim.length) {
        expect(ours.isKept).toBe(false)
      } else {
        expect(withoutReuse(ours)).toEqual(withoutReuse(node))
        expect(node.isKept || !ours.isKept).toBe(true)
      }
    }
  },
)

test('most of what Node accepts, we accept', async () => {
  const read = await startBothWays()
  const stricter: string[] = []
  for (const [method, bytes] of answers) {
    const { node, ours } = await read({ method, pieces: [bytes] })
    if (node.error === undefined && ours.error !== undefined) stricter.push(bytes)
  }
  expect(stricter.map(asAscii)).toMatchInlineSnapshot(`
    [
      ""HTTP/0.9 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/2.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""RTSP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 099 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 000 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 \\u0000\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 O\\u0000K\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 O\\x7fK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 O\\u000bK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 \\u001b[31m\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""\\rHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""\\n\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""\\r\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 OK\\r\\nContent-Length: 00000000000000002\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 OK\\r\\nContent-Length: \\t2\\r\\n\\r\\nok"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\t\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: \\tchunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chun\\tked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: \\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding:  \\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\ntransfer-encoding: \\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: \\r\\ntransfer-encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n00000000000000000002\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;a=b\\"c\\"\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;;a\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;=b\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;a=\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;a=;b\\r\\nok\\r\\n0\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\ntransfer-encoding: x\\r\\n\\r\\n"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\nTransfer-Encoding:\\r\\n\\r\\n"",
      ""HTTP/1.1 099 x\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 000 x\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 103 x\\r\\nContent-Length: 2\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 103 x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 101 x\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"",
      ""HTTP/1.1 101 x\\r\\nUpgrade: websocket\\r\\n\\r\\nrest"",
      ""HTTP/1.1 101 x\\r\\nConnection: Upgrade\\r\\n\\r\\nrest"",
      ""HTTP/1.1 101 x\\r\\n\\r\\nrest"",
      ""HTTP/1.1 101 x\\r\\nConnection: xupgrade\\r\\nUpgrade: websocket\\r\\n\\r\\nrest"",
      ""HTTP/1.1 101 x\\r\\nConnection: close\\r\\nUpgrade: websocket\\r\\n\\r\\nrest"",
      ""HTTP/1.1 101 x\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nContent-Length: 2\\r\\n\\r\\nrest"",
      ""HTTP/1.1 101 x\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nrest"",
      ""HTTP/1.1 101 x\\r\\nConnection: Upgrade\\r\\nUpgrade:\\r\\n\\r\\nrest"",
      ""HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"",
    ]
  `)
})

function asAscii(bytes: string): string {
  return JSON.stringify(bytes.slice(0, 100)).replaceAll(/[^ -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`)
}

function withoutReuse({ isKept: _, ...read }: Reading): Omit<Reading, 'isKept'> {
  return read
}

function halves(bytes: string): string[] {
  const at = bytes.length >> 1
  return [bytes.slice(0, at), bytes.slice(at)]
}

function thirds(bytes: string): string[] {
  const at = Math.floor(bytes.length / 3)
  return [bytes.slice(0, at), bytes.slice(at, 2 * at), bytes.slice(2 * at)]
}
