import http from 'node:http'
import { listen } from './listen.js'

const TRIES = 50

/** The first port that nobody listens on, from this one upwards. */
export async function findFreePort(first: number): Promise<number> {
  for (let port = first; port < first + TRIES; port++) if (await isFree(port)) return port
  throw new Error(`no port from ${first} to ${first + TRIES - 1} is free`)
}

async function isFree(port: number): Promise<boolean> {
  try {
    const { close } = await listen(http.createServer(), port)
    await close()
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE' || code === 'EACCES') return false
    throw error
  }
}
