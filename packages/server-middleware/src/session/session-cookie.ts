import cookieSession from 'cookie-session'
import Keygrip from 'keygrip'

/** A signed cookie by cookie-session: the value and, beside it, its `.sig`. */
export interface SessionCookie {
  readonly name: string
  /** `Set-Cookie` lines. */
  seal(payload: Readonly<Record<string, unknown>>): string[]
  /** What was sealed; undefined where the signature is of no key in force. */
  open(value: string, signature: string): Readonly<Record<string, unknown>> | undefined
  /** `Set-Cookie` lines that take it away. */
  remove(): string[]
}

export interface SessionCookieOptions {
  /** Newest first. */
  readonly keys: readonly string[]
  /** Reached over https. `__Host-` and `Secure` then; browsers refuse both on plain http. */
  readonly secure: boolean
  readonly maxAgeSeconds: number
}

/** Where cookie-session keeps what it knows: an object of ours, not the request. */
interface Shim {
  session: object | null
}

/**
 * cookie-session, run on stand-ins for a request and a response. The application's own `req.session` stays untouched, a
 * cookie is only ever set by a login or a logout, and a load balancer that ends TLS is no obstacle (the `cookies`
 * library refuses secure cookies on a connection that is not encrypted).
 */
export function createSessionCookie({ keys, secure, maxAgeSeconds }: SessionCookieOptions): SessionCookie {
  const name = secure ? '__Host-iam_auth' : 'iam_auth'
  const handler = cookieSession({
    name,
    keys: new Keygrip(keys, 'sha256'), // its default is SHA-1
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure,
    maxAge: maxAgeSeconds * 1000,
  })

  const run = (cookieHeader: string | undefined, use: (shim: Shim) => void): string[] => {
    let lines: string[] = []
    const request = {
      headers: { cookie: cookieHeader },
      protocol: secure ? 'https' : 'http',
      socket: {},
      session: null,
    }
    const response = {
      getHeader: () => lines,
      setHeader: (_: string, value: string[]) => {
        lines = value
      },
      writeHead: () => undefined,
    }
    handler(request as never, response as never, () => undefined)
    use(request)
    response.writeHead() // where cookie-session writes what has changed
    return lines
  }

  return {
    name,
    seal: (payload) =>
      run(undefined, (shim) => {
        shim.session = payload
      }),
    open(value, signature) {
      let payload: Readonly<Record<string, unknown>> | undefined
      run(`${name}=${value}; ${name}.sig=${signature}`, ({ session }) => {
        if (session !== null && 'isNew' in session && session.isNew === false) payload = { ...session }
      })
      return payload
    },
    remove: () =>
      run(undefined, (shim) => {
        shim.session = null
      }),
  }
}
