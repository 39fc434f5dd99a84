const LIMIT_BYTES = 64 * 1024
const LIMIT_MS = 2000

/**
 * An answer that nobody will see. A short one is read to its end, so that its connection can be used again; a long or slow
 * one is cut off.
 */
export async function discardBody({ body }: Response): Promise<void> {
  if (body === null || body.locked) return
  const reader = body.getReader()
  const cut = () => void reader.cancel().catch(() => {})
  const deadline = setTimeout(cut, LIMIT_MS)
  try {
    let size = 0
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.length
      if (size > LIMIT_BYTES) return cut()
    }
  } catch {
    // The connection broke: there is nothing left to read.
  } finally {
    clearTimeout(deadline)
  }
}
