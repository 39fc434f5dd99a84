import http from 'node:http'

type AddRequest = (request: http.ClientRequest, options: http.RequestOptions) => void

/** Sends every request to an HTTP proxy, with the whole URL in its first line: for clients that know of no proxy. */
export class AbsoluteFormAgent extends http.Agent {
  constructor(private readonly proxyPort: number) {
    super()
  }

  addRequest(request: http.ClientRequest, { host, port }: http.RequestOptions): void {
    request.path = `http://${host}:${port}${request.path}`
    const { addRequest } = http.Agent.prototype as unknown as { addRequest: AddRequest }
    addRequest.call(this, request, { host: '127.0.0.1', port: this.proxyPort })
  }
}
